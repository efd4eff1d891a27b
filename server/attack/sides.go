package attack

import (
	"fmt"
	"slices"
	"strings"
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
	held := e.hands(now)
	var opened []string // the codes for which she has a token
	for _, h := range held {
		if h.Param != "access_token" || h.isClient || h.Whose == "" {
			continue
		}
		gained = append(gained, h.says(now))
		if !h.Until.IsZero() && (!h.isApps || e.taken(guard.IDScope)) {
			lost = append(lost, fmt.Sprintf("%s's account is open to Mallory for %s more.", prose.Capital(h.Whose), minutes(h.Until.Sub(now))))
		}
		if t, known := e.Auth.Token(h.Value); known {
			opened = append(opened, t.Code)
		}
	}
	for _, h := range held {
		if h.Param != "refresh_token" || h.Whose == "" {
			continue
		}
		if gained = append(gained, h.says(now)); !h.Until.IsZero() && !h.isApps {
			lost = append(lost, fmt.Sprintf("%s's login: Mallory can renew it for %s more.", prose.Capital(h.Whose), minutes(h.Until.Sub(now))))
		}
	}
	for _, h := range held {
		if h.Param == "code" && !h.isClient && h.Whose != "" && !slices.Contains(opened, h.Value) {
			gained = append(gained, h.says(now))
		}
	}
	for _, h := range held {
		if h.Param == "shared_secret" {
			gained = append(gained, h.says(now))
		}
	}
	for _, whose := range e.introspectedByMallory() {
		gained = append(gained, "What a token of "+prose.Capital(whose)+"'s is worth, as the auth server told her.")
		if whose == "alice" {
			lost = append(lost, "That it is her token, and what it opens: Mallory knows.")
		}
	}
	for _, r := range e.readings() {
		gained = append(gained, r.says())
		if r.Whose == "alice" && !r.Allowed {
			lost = append(lost, "Her "+r.What+": Mallory has seen them.")
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
	gained = append(gained, e.flooded()...)
	lost = append(lost, e.restsOnFaults()...)
	lost = append(lost, e.refusedAtWebApp()...)
	for _, whose := range e.accountsOfOthers() {
		gained = append(gained, prose.Capital(whose)+"'s account at the web app, with her album.")
		if whose == "alice" {
			lost = append(lost, "Her account at the web app: Mallory is in it.")
		}
	}
	if from, until, had := e.tokensOfMallory(); had && until.Sub(from) > time.Hour {
		lost = append(lost, fmt.Sprintf("%s in which Mallory got a token whenever she liked.", prose.Capital(minutes(until.Sub(from)))))
	}
	lost = append(lost, e.doneByAgents()...)
	if e.noteAtMallorys() {
		lost = append(lost, "A note that she wrote: it stands in Mallory's account.")
	}
	return once(gained), once(append(lost, e.loginLost()...))
}

// once returns the sentences, each where it stands first.
func once(all []string) []string {
	said := []string{}
	for _, s := range all {
		if !slices.Contains(said, s) {
			said = append(said, s)
		}
	}
	return said
}

// tokensOfMallory are the moments at which Mallory was given the first and the last token to
// Alice's account, and whether she was given any.
func (e Evidence) tokensOfMallory() (from, until time.Time, had bool) {
	for _, g := range e.givenToMallory() {
		if t, known := e.Auth.Token(g.token); known && t.Subject == "alice" {
			if !had {
				from = g.event.Time
			}
			until, had = g.event.Time, true
		}
	}
	return from, until, had
}

// noteAtMallorys reports whether a note was written into Mallory's account by the client in
// Alice's browser.
func (e Evidence) noteAtMallorys() bool {
	browsers := e.browsers()
	return slices.ContainsFunc(e.Events, func(one event.Event) bool {
		return one.Change != nil && one.Change.What == "entry" && browsers[one.Flow] != event.Mallory &&
			slices.Contains(one.Change.Fields, event.ChangeField{Name: "owner", To: user})
	})
}

func minutes(d time.Duration) string {
	if d < time.Minute {
		return fmt.Sprintf("%d seconds", int(d.Round(time.Second)/time.Second))
	}
	if n := int(d.Round(time.Minute) / time.Minute); n != 1 {
		return fmt.Sprintf("%d minutes", n)
	}
	return "a minute"
}

// says is a holding as a sentence at the time now.
func (h Holding) says(now time.Time) string {
	if h.Param == "access_token" && !h.Until.IsZero() {
		return h.What + ", " + strings.Replace(h.Worth, "good", "good for "+minutes(h.Until.Sub(now)), 1)
	}
	return h.What + ", " + h.Worth
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
		case one.Change.What == "token" && one.Change.Action == "revoked" && slices.ContainsFunc(e.Alice.Tokens, func(token string) bool { return guard.TokenHash(token) == one.Change.Key }):
			lost = append(lost, "Her own token: the server revoked it. She has to sign in again.")
		case one.Change.What == "token" && one.Change.Action == "stored":
			used = used || e.tookLoginOfAlice(one.Change.Key)
		}
	}
	switch {
	case gaveUp && !e.tookHers():
		lost = append(lost, "Her login: her client did not take the answer. She has to sign in again.")
	case refused && waits:
		lost = append(lost, "Her login: the server refused what her client asked for.")
	case used && waits:
		lost = append(lost, "Her login: the code is used up before her client comes with it.")
	}
	return lost
}

// tookHers reports whether Alice's client has what its login was for, from an answer that
// it took before.
func (e Evidence) tookHers() bool {
	if e.Rules.Offers(guard.TokenEndpoint) {
		return len(e.Alice.Tokens) > 0
	}
	return len(e.Alice.Codes) > 0
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
func (e Evidence) tookLoginOfAlice(hash string) bool {
	return slices.ContainsFunc(e.Auth.Tokens, func(t authserver.Token) bool {
		return t.Hash == hash && t.Subject != user && t.ClientID == authserver.ClientDemo && len(e.Alice.Tokens) == 0
	})
}
