package attack

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
)

// malloryHolds finds an answer of the token endpoint to Mallory herself, with a
// token of the user that is still alive.
func malloryHolds(subject string) func(Evidence) bool {
	return func(e Evidence) bool {
		for _, one := range e.Events {
			if one.To != event.Mallory || one.Response == nil || one.Response.Status != http.StatusOK {
				continue
			}
			var tokens struct {
				AccessToken string `json:"access_token"`
			}
			if json.Unmarshal([]byte(one.Response.Body), &tokens) == nil &&
				e.Auth.SubjectOf(tokens.AccessToken) == subject {
				return true
			}
		}
		return false
	}
}

// clientTook finds that a user's client took what was issued to somebody else: a
// token where there is a token endpoint, a code before.
func clientTook(whose func(Evidence) Taken, subject string) func(Evidence) bool {
	return func(e Evidence) bool {
		who := whose(e)
		if !e.Rules.Has(guard.IDPKCE) {
			return slices.ContainsFunc(who.Codes, func(code string) bool { return e.Auth.SubjectOfCode(code) == subject })
		}
		return slices.ContainsFunc(who.Tokens, func(token string) bool { return e.Auth.SubjectOf(token) == subject })
	}
}

func aliceOf(e Evidence) Taken   { return e.Alice }
func malloryOf(e Evidence) Taken { return e.Mallory }

// broughtToMallory finds that Alice's browser was sent to Mallory's site, with the
// parameter where one is named.
func broughtToMallory(parameterName string) func(Evidence) bool {
	return func(e Evidence) bool {
		for _, one := range e.Events {
			if one.Request == nil || one.From != event.Browser || one.To != event.Mallory {
				continue
			}
			if u, err := url.Parse(one.Request.URL); err == nil && u.Query().Get(parameterName) != "" {
				return true
			}
		}
		return false
	}
}
