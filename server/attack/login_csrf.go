package attack

import (
	"context"

	"oauthlab/lessons/api"
	"oauthlab/lessons/guard"
)

// loginCSRF: Alice's client takes a code that was issued to Mallory (RFC 9700
// §4.7). Alice is then signed in to Mallory's account, and does not notice.
func loginCSRF() Attack {
	bait := func(ctx context.Context, s *Scene) (string, error) { return s.Mallory.SignIn(ctx) }
	return Attack{
		ID:      "login-csrf",
		Title:   "Alice signed in as Mallory",
		Story:   "Mallory signs in and keeps the callback with her code to herself. While Alice signs in, she opens that callback from a mail.",
		Chapter: "v02", StoppedBy: []guard.ID{guard.IDState, guard.IDPKCE, guard.IDNonce},
		Since:    map[guard.ID]guard.Feature{guard.IDNonce: guard.JWKS},
		Loss:     "Alice's client took what was issued to Mallory.",
		Sections: []string{"RFC 9700 §4.7", "RFC 6749 §10.12"},
		Mail:     api.MailDuringLogin,
		Bait:     bait,
		Run:      planted(bait),
		Harm:     clientTook(aliceOf, "mallory"),
	}
}

// guessedState: the same, against a client that always sends the same state. What
// can be guessed protects nothing (RFC 6749 §10.12).
func guessedState() Attack {
	bait := func(ctx context.Context, s *Scene) (string, error) {
		hers, err := s.Mallory.SignIn(ctx)
		return swapped(hers, "state", "demo-state-123"), err
	}
	return Attack{
		ID:      "guessed-state",
		Title:   "A state that is always the same",
		Story:   "Alice's client sends the same state each time. Mallory puts it into the callback with her own code and mails that to Alice.",
		Chapter: "v02", StoppedBy: []guard.ID{guard.IDPKCE, guard.IDNonce},
		Since:    map[guard.ID]guard.Feature{guard.IDNonce: guard.JWKS},
		Given:    map[guard.ID]string{guard.IDStateMethod: guard.Constant},
		Loss:     "Alice's client took what was issued to Mallory.",
		Sections: []string{"RFC 6749 §10.12", "RFC 9700 §4.7"},
		Mail:     api.MailDuringLogin,
		Bait:     bait,
		Run:      planted(bait),
		Harm:     clientTook(aliceOf, "mallory"),
	}
}

// planted returns the run of an attack in which Alice begins a login and then opens
// a callback out of a mail.
func planted(bait func(context.Context, *Scene) (string, error)) func(context.Context, *Scene) error {
	return func(ctx context.Context, s *Scene) error {
		callback, err := bait(ctx, s)
		if err != nil || parameter(callback, "code") == "" { // nothing to plant
			return err
		}
		if _, err := s.Alice.Begin(ctx); err != nil {
			return err
		}
		if err := s.mail(ctx, callback); err != nil {
			return err
		}
		taken := len(s.Alice.Tokens)
		if err := s.Alice.Finish(ctx, callback); err != nil || len(s.Alice.Tokens) == taken || s.Alice.Client.API == "" {
			return err
		}
		return s.Alice.Write(ctx, "Meet me at seven, behind the station.") // she thinks that it is her account
	}
}
