package attack

import (
	"context"

	"oauthlab/lessons/guard"
)

// noToken: the API is asked without a token (RFC 6750 §3). Its address is no secret.
func noToken() Attack {
	return Attack{
		ID:      "no-token",
		Title:   "The API asked without a token",
		Story:   "Mallory has found the address of the API. She asks it, and brings nothing.",
		Chapter: "v04", StoppedBy: []guard.ID{guard.IDBearerRequired},
		Loss:     "Mallory has read Alice's photos and notes.",
		Sections: []string{"RFC 6750 §3"},
		Run:      func(ctx context.Context, s *Scene) error { return s.use(ctx, "") },
		Harm:     malloryRead("alice", things),
	}
}

// anyToken: a text that nobody gave out is shown as a token (RFC 6750 §3.1).
func anyToken() Attack {
	return Attack{
		ID:      "any-token",
		Title:   "A token that nobody gave out",
		Story:   "Mallory makes up a text, and shows it to the API as if it were a token.",
		Chapter: "v04", StoppedBy: []guard.ID{guard.IDTokenKnown},
		Loss:     "Mallory has read Alice's photos and notes.",
		Sections: []string{"RFC 6750 §3.1"},
		Run:      func(ctx context.Context, s *Scene) error { return s.use(ctx, "i-am-alice") },
		Harm:     malloryRead("alice", things),
	}
}
