package attack

import (
	"encoding/json"
	"net/http"
	"slices"

	"oauthlab/app/client"
	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
)

// malloryHolds finds an answer of the token endpoint to Mallory herself, with a
// token of the user that is still alive.
func malloryHolds(subject string) func(Evidence) bool {
	return func(e Evidence) bool {
		return slices.ContainsFunc(e.givenToMallory(), func(g given) bool { return e.Auth.SubjectOf(g.token) == subject })
	}
}

// given is a good answer of the token endpoint.
type given struct {
	token string
	event event.Event
}

// givenToMallory are those to Mallory herself.
func (e Evidence) givenToMallory() (all []given) {
	for _, one := range e.Events {
		if one.To != event.Mallory || one.Response == nil || one.Response.Status != http.StatusOK {
			continue
		}
		if token := tokensIn(one.Response).AccessToken; token != "" {
			all = append(all, given{token, one})
		}
	}
	return all
}

// malloryRead finds an answer of the API to Mallory herself, with something of a user's.
func malloryRead(subject, what string) func(Evidence) bool {
	return func(e Evidence) bool {
		return slices.ContainsFunc(e.Events, func(one event.Event) bool {
			r, is := readingOf(one)
			return is && one.To == event.Mallory && r.Whose == subject && r.What == what
		})
	}
}

// tokensIn returns the tokens in an answer of the token endpoint; none in another.
func tokensIn(r *event.Response) (tokens client.Tokens) {
	if json.Unmarshal([]byte(r.Body), &tokens) != nil {
		return client.Tokens{}
	}
	return tokens
}

// clientTook finds that a user's client took what was issued to somebody else: a
// token where there is a token endpoint, a code before.
func clientTook(whose func(Evidence) Taken, subject string) func(Evidence) bool {
	return func(e Evidence) bool {
		who := whose(e)
		if !e.Rules.Offers(guard.TokenEndpoint) {
			return slices.ContainsFunc(who.Codes, func(code string) bool { return e.Auth.SubjectOfCode(code) == subject })
		}
		return slices.ContainsFunc(who.Tokens, func(token string) bool { return e.Auth.SubjectOf(token) == subject })
	}
}

func aliceOf(e Evidence) Taken   { return e.Alice }
func malloryOf(e Evidence) Taken { return e.Mallory }

// broughtToMallory finds that Alice's browser was sent to Mallory's site with the parameter.
func broughtToMallory(parameterName string) func(Evidence) bool {
	return func(e Evidence) bool {
		return slices.ContainsFunc(e.Events, func(one event.Event) bool { return atMallorys(one, parameterName) != "" })
	}
}

// sentToMallory finds that it was sent there, with whatever: where more is off than an
// attack is about, it may be worse than what Mallory had in mind. Where Mallory's app got a
// code of its own, Alice wanted to go there.
func sentToMallory(e Evidence) bool {
	return slices.ContainsFunc(e.Events, func(one event.Event) bool {
		return one.Request != nil && one.From == event.Browser && one.To == event.Mallory &&
			!isMallorysApp(e.Auth.ClientOfCode(atMallorys(one, "code"))) && !e.wantedThere(one)
	})
}

// wantedThere reports whether she comes to an app of Mallory's with an error after she has signed
// in: she wanted to go there, and the server knew who she is.
func (e Evidence) wantedThere(arrives event.Event) bool {
	if atMallorys(arrives, "error") == "" {
		return false
	}
	app, signedIn := false, false
	for _, one := range e.Events {
		switch {
		case one.Seq >= arrives.Seq:
			return app && signedIn
		case one.Request != nil && one.To == event.Auth && isMallorysApp(parameter(one.Request.URL, "client_id")):
			app = true
		case one.Change != nil && one.Change.What == "session" && one.Change.Action == "stored":
			signedIn = true
		}
	}
	return false
}

// broughtBeforeSignIn finds that she was sent there with an error before the server knew
// who she is.
func broughtBeforeSignIn(e Evidence) bool {
	for _, one := range e.Events {
		switch {
		case one.Change != nil && one.Change.What == "session" && one.Change.Action == "stored",
			one.Verdict != nil && one.Verdict.Guard == string(guard.IDSignInFirst) && one.Verdict.Outcome == event.Passed:
			return false
		case atMallorys(one, "error") != "":
			return true
		}
	}
	return false
}

// aliceCodeBrought finds that it was sent there with a code of hers.
func aliceCodeBrought(e Evidence) bool {
	return slices.ContainsFunc(e.Events, func(one event.Event) bool {
		return e.Auth.SubjectOfCode(atMallorys(one, "code")) == "alice"
	})
}

// atMallorys returns the parameter with which Alice's browser comes to Mallory's site, or
// "".
func atMallorys(e event.Event, name string) string {
	if e.Request == nil || e.From != event.Browser || e.To != event.Mallory {
		return ""
	}
	return parameter(e.Request.URL, name)
}
