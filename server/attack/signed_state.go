package attack

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"strings"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
)

// signedState: a client that keeps nothing carries its verifier in a signed state.
// The signature keeps it from being changed (RFC 9700 §4.7.1), not from being read,
// and PKCE holds only while nobody learns the verifier (RFC 7636 §7.1). No guard
// stops this: code and verifier are the right ones. What mends it is the habit.
func signedState() Attack {
	return Attack{
		ID:       "signed-state",
		Title:    "The verifier read in the state",
		Story:    "Alice's client keeps nothing and carries its verifier in a signed state. The proxy logs her callback, and in one address Mallory has both, code and verifier.",
		Chapter:  "v03",
		Given:    map[guard.ID]string{guard.IDPKCEKeep: guard.InState},
		Loss:     "Mallory holds Alice's token.",
		Sections: []string{"RFC 7636 §7.1", "RFC 9700 §4.7.1", "RFC 9700 §4.5"},
		Run: func(ctx context.Context, s *Scene) error {
			callback, code, err := s.stolenCode(ctx)
			if err != nil || code == "" {
				return err
			}
			form := s.stolen(code)
			if verifier := readState(parameter(callback, "state")); verifier != "" {
				form.Set("code_verifier", verifier)
				if err := s.note(ctx, event.Mallory, "", event.NoteStateRead, "reads the state, for which no key is needed",
					event.Field{Name: "code_verifier", Value: verifier}); err != nil {
					return err
				}
			}
			return s.redeem(ctx, form)
		},
		Harm: malloryHolds("alice"),
	}
}

// readState returns the verifier in a signed state, "" where there is none. Base64url
// hides nothing (RFC 4648 §12), and the signature after the dot is left aside.
func readState(state string) string {
	payload, _, _ := strings.Cut(state, ".")
	var carried struct {
		Verifier string `json:"code_verifier"`
	}
	text, err := base64.RawURLEncoding.DecodeString(payload)
	if err != nil || json.Unmarshal(text, &carried) != nil {
		return ""
	}
	return carried.Verifier
}
