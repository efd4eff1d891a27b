package attack

import (
	"fmt"
	"slices"
	"time"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/lessons/prose"
	"oauthlab/server/authserver"
)

// user is who Mallory is at the authorization server; everyone else is her victim.
const user = "mallory"

// sides says in sentences what an attack came to at the time now: what Mallory holds and
// can do with it, and what Alice lost. Either is empty where there is nothing. All of it is
// read from the log and the documents.
func sides(e Evidence, now time.Time) (gained, lost []string) {
	gained, lost = []string{}, []string{}
	tokens := e.tokensOfMallory()
	for _, t := range tokens {
		gained = append(gained, tokenGained(t, now))
		if alive(t, now) {
			lost = append(lost, fmt.Sprintf("%s's account is open to Mallory for %s more.", prose.Capital(t.Subject), minutes(t.Expires.Sub(now))))
		}
	}
	for _, c := range e.codesSeenByMallory() {
		if !slices.ContainsFunc(tokens, func(t authserver.Token) bool { return t.Code == c.Value }) {
			gained = append(gained, e.codeGained(c, now))
		}
	}
	if sentToMallory(e) {
		gained = append(gained, "Alice's browser, on a page of Mallory's.")
		lost = append(lost, "She is on Mallory's page, and an address of the real server led her there.")
	}
	if clientTook(aliceOf, user)(e) {
		gained = append(gained, "Alice's client, signed in to Mallory's account: what Alice leaves there, Mallory reads.")
		lost = append(lost, "Her own account: her client acts for Mallory's, and nothing tells her.")
	}
	return gained, append(lost, e.loginLost()...)
}

func alive(t authserver.Token, now time.Time) bool {
	return t.Revoked == nil && t.Expires.After(now)
}

func minutes(d time.Duration) string {
	if n := int(d.Round(time.Minute) / time.Minute); n != 1 {
		return fmt.Sprintf("%d minutes", n)
	}
	return "a minute"
}

func tokenGained(t authserver.Token, now time.Time) string {
	if alive(t, now) {
		return fmt.Sprintf("A token to %s's account, good for %s. Whoever brings it is %[1]s.", prose.Capital(t.Subject), minutes(t.Expires.Sub(now)))
	}
	return fmt.Sprintf("A token to %s's account that the server has revoked: worth nothing.", prose.Capital(t.Subject))
}

// codeGained says what a code of somebody else is worth to Mallory.
func (e Evidence) codeGained(c authserver.Code, now time.Time) string {
	code := prose.Capital(c.Subject) + "'s code"
	switch {
	case !e.Rules.Offers(guard.TokenEndpoint):
		return code + ". The endpoint that takes it comes with chapter " + guard.TokenEndpoint.Chapter() + "."
	case c.Spent != nil:
		return code + ", used up."
	case !c.Expires.After(now):
		return code + ", too old."
	case c.Challenge == "":
		return code + ", unused and bound to no challenge."
	case e.malloryReadVerifierOf(c):
		return code + ", unused, and its verifier."
	}
	return code + ", unused. It is bound to a challenge, and she has no verifier: worth nothing to her."
}

// tokensOfMallory are the tokens of others that she was answered with, or that her client
// keeps.
func (e Evidence) tokensOfMallory() []authserver.Token {
	values := slices.Concat(e.Mallory.Tokens, e.answeredToMallory())
	var tokens []authserver.Token
	for _, t := range e.Auth.Tokens {
		if t.Subject != user && slices.Contains(values, t.Value) {
			tokens = append(tokens, t)
		}
	}
	return tokens
}

// codesSeenByMallory are the codes of others that leaked to her, or were brought to her
// site.
func (e Evidence) codesSeenByMallory() []authserver.Code {
	var values []string
	for _, one := range e.Events {
		if one.To != event.Mallory {
			continue
		}
		if one.Note != nil {
			values = append(values, one.Note.Get("code"))
		}
		if one.Request != nil {
			values = append(values, parameter(one.Request.URL, "code"))
		}
	}
	var codes []authserver.Code
	for _, c := range e.Auth.Codes {
		if c.Subject != user && slices.Contains(values, c.Value) {
			codes = append(codes, c)
		}
	}
	return codes
}

func (e Evidence) malloryReadVerifierOf(c authserver.Code) bool {
	return slices.ContainsFunc(e.Events, func(one event.Event) bool {
		verifier := one.Note.Get("code_verifier")
		return verifier != "" && (one.To == event.Mallory || one.From == event.Mallory) &&
			guard.Challenge(c.ChallengeMethod, verifier) == c.Challenge
	})
}

// loginLost says what of Alice's own login came to nothing.
func (e Evidence) loginLost() (lost []string) {
	flow, waits, refused, gaveUp, used := "", false, false, false, false
	for _, one := range e.Events {
		switch {
		case one.Note != nil && one.Note.Name == event.NoteCallback && one.From == event.Browser:
			flow = one.Flow // of the client in her browser; Mallory's tells its own
		case one.Response != nil && one.To == event.Browser:
			refused = refused || parameter(locationOf(one.Response), "error") != ""
		case one.Note != nil && one.Note.Name == event.NoteOpen:
			waits = waits || one.To == event.Browser
		case one.Note != nil && one.Note.Name == event.NoteFlowFailed:
			gaveUp = gaveUp || one.Flow == flow
		case one.Change == nil:
		case one.Change.What == "token" && one.Change.Action == "revoked" && slices.Contains(e.Alice.Tokens, one.Change.Key):
			lost = append(lost, "Her own token: the server revoked it when its code came twice. She has to sign in again.")
		case one.Change.What == "token" && one.Change.Action == "stored":
			used = used || e.tookLoginOfAlice(one.Change.Key)
		}
	}
	switch {
	case gaveUp:
		lost = append(lost, "Her login: her client did not take the answer. She has to sign in again.")
	case refused && waits:
		lost = append(lost, "Her login: the server refused what her client asked for.")
	case used && waits:
		lost = append(lost, "Her login: the code is used up before her client comes with it.")
	}
	return lost
}

// locationOf is where an answer sends the browser, "" for nowhere.
func locationOf(r *event.Response) string {
	i := slices.IndexFunc(r.Header, func(f event.Field) bool { return f.Name == "Location" })
	if i < 0 {
		return ""
	}
	return r.Header[i].Value
}

// tookLoginOfAlice reports whether Mallory was given the token for a code that Alice's
// client waits for.
func (e Evidence) tookLoginOfAlice(token string) bool {
	return slices.ContainsFunc(e.Auth.Tokens, func(t authserver.Token) bool {
		return t.Value == token && t.Subject != user && t.ClientID == authserver.ClientDemo && len(e.Alice.Tokens) == 0
	})
}
