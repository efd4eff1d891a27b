package attack

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/server/authserver"
)

// interceptedCode: a code read on its way through the browser is redeemed by who
// read it (RFC 7636 §1). state does not help: Alice's client did start this login.
func interceptedCode() Attack {
	return Attack{
		ID:      "intercepted-code",
		Title:   "Intercepted code redeemed",
		Story:   "Alice signs in through a proxy that logs every address. Mallory reads the log and redeems Alice's code before Alice's client does.",
		Chapter: "v03", StoppedBy: []guard.ID{guard.IDPKCE},
		Loss:     "Mallory holds Alice's token.",
		Sections: []string{"RFC 7636 §1", "RFC 9700 §4.5"},
		Run: func(ctx context.Context, s *Scene) error {
			callback, err := s.Alice.SignIn(ctx, "alice")
			if err != nil {
				return err
			}
			arrived, err := url.Parse(callback)
			if err != nil {
				return err
			}
			code := arrived.Query().Get("code")
			if code == "" {
				return nil // the server answered with an error: nothing to read
			}
			if err := s.note(ctx, event.Proxy, event.Mallory, event.NoteLeak,
				"a careless proxy logs the address with the code in it",
				event.Field{Name: "url", Value: callback},
				event.Field{Name: "code", Value: code}); err != nil {
				return err
			}
			_, err = s.post(ctx, s.Lab.Issuer()+"/token", url.Values{
				"grant_type":   {"authorization_code"},
				"client_id":    {authserver.ClientDemo}, // no secret: it stands in every login link
				"redirect_uri": {s.Lab.Origins.RedirectURI()},
				"code":         {code},
				// She never saw the verifier, so she makes one up.
				"code_verifier": {strings.Repeat("mallory-guesses-", 3)},
			})
			return err
		},
		Harm: malloryHolds("alice"),
	}
}

// malloryHolds finds an answer to Mallory with an access token of the user.
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
