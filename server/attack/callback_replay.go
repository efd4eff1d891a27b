package attack

import (
	"context"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
)

// callbackReplay: a callback out of Alice's history is opened again (RFC 9700
// §4.3.1 on codes in the history), and her client takes it a second time.
func callbackReplay() Attack {
	return Attack{
		ID:      "callback-replay",
		Title:   "An old callback, again",
		Story:   "Alice signs in. Later Mallory sits at her desk, and opens the callback from the browser's history once more.",
		Chapter: "v02", StoppedBy: []guard.ID{guard.IDStateUnused, guard.IDCodeSingleUse},
		Loss:     "Alice's client took the same answer twice.",
		Sections: []string{"RFC 9700 §4.2.4", "RFC 9700 §4.3.1"},
		Run: func(ctx context.Context, s *Scene) error {
			callback, err := s.Alice.SignIn(ctx)
			if err != nil {
				return err
			}
			if err := s.Alice.Finish(ctx, callback); err != nil {
				return err
			}
			if err := s.leakFrom(ctx, event.Browser, "the callback stands in the browser's history", callback); err != nil {
				return err
			}
			return s.Alice.Finish(ctx, callback)
		},
		Harm: func(e Evidence) bool {
			if e.Rules.Offers(guard.TokenEndpoint) {
				return len(e.Alice.Tokens) > 1
			}
			return len(e.Alice.Codes) > 1
		},
	}
}
