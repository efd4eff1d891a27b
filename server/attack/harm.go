package attack

import (
	"encoding/json"
	"net/http"
	"slices"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/server/authserver"
)

// malloryHolds finds an answer of the token endpoint to Mallory herself, with a
// token of the user that is still alive.
func malloryHolds(subject string) func(Evidence) bool {
	return func(e Evidence) bool {
		return slices.ContainsFunc(e.answeredToMallory(), func(token string) bool { return e.Auth.SubjectOf(token) == subject })
	}
}

// answeredToMallory are the tokens with which the token endpoint answered Mallory herself.
func (e Evidence) answeredToMallory() (tokens []string) {
	for _, one := range e.Events {
		if one.To != event.Mallory || one.Response == nil || one.Response.Status != http.StatusOK {
			continue
		}
		if token := tokenIn(one.Response); token != "" {
			tokens = append(tokens, token)
		}
	}
	return tokens
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

// refreshTokenIn returns the refresh token of such an answer, or "".
func refreshTokenIn(r *event.Response) string {
	var answer struct {
		RefreshToken string `json:"refresh_token"`
	}
	if json.Unmarshal([]byte(r.Body), &answer) != nil {
		return ""
	}
	return answer.RefreshToken
}

// tokenIn returns the access token of an answer of the token endpoint, or "".
func tokenIn(r *event.Response) string {
	var answer struct {
		AccessToken string `json:"access_token"`
	}
	if json.Unmarshal([]byte(r.Body), &answer) != nil {
		return ""
	}
	return answer.AccessToken
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
			e.Auth.ClientOfCode(atMallorys(one, "code")) != authserver.ClientMallory
	})
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
