package attack

import (
	"context"

	"oauthlab/lessons/guard"
)

// codeInjection: Mallory puts Alice's code into a login of her own at the same
// client (RFC 9700 §4.5), which then shows her Alice's account. The client may even
// keep a secret: she has it work for her.
func codeInjection() Attack {
	return Attack{
		ID:      "code-injection",
		Title:   "Code injected into Mallory's login",
		Story:   "Mallory begins a login at the client, and swaps the code in her callback for Alice's, out of the proxy's log.",
		Chapter: "v03", StoppedBy: []guard.ID{guard.IDPKCE, guard.IDNonce},
		Since:    map[guard.ID]guard.Feature{guard.IDNonce: guard.JWKS},
		Loss:     "In Mallory's browser the client acts for Alice.",
		Sections: []string{"RFC 9700 §4.5"},
		Run: func(ctx context.Context, s *Scene) error {
			own, err := s.Mallory.SignIn(ctx)
			if err != nil {
				return err
			}
			_, code, err := s.stolenCode(ctx)
			if err != nil || code == "" {
				return err
			}
			return s.Mallory.Finish(ctx, swapped(own, "code", code))
		},
		Harm: clientTook(malloryOf, "alice"),
	}
}
