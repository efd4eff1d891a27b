package attack

import (
	"context"
	"strconv"

	"oauthlab/lessons/guard"
)

// guessedCode: a server that counts its codes (RFC 6749 §10.10 asks for a chance of
// guessing of at most 2^-128). Mallory asks for one of her own, and takes the one
// before it.
func guessedCode() Attack {
	return Attack{
		ID:      "guessed-code",
		Title:   "A code that is guessed",
		Story:   "The server counts its codes. Mallory signs in right after Alice, looks at her own code, and redeems the one before it.",
		Chapter: "v03", StoppedBy: []guard.ID{guard.IDPKCE},
		Given:    map[guard.ID]string{guard.IDCodeEntropy: guard.Counted},
		Loss:     "Mallory holds Alice's token.",
		Sections: []string{"RFC 6749 §10.10", "RFC 6819 §4.4.1.3"},
		Run: func(ctx context.Context, s *Scene) error {
			if _, err := s.Alice.SignIn(ctx); err != nil {
				return err
			}
			hers, err := s.Mallory.SignIn(ctx)
			if err != nil {
				return err
			}
			before := "0"
			if number, err := strconv.Atoi(parameter(hers, "code")); err == nil {
				before = strconv.Itoa(number - 1)
			}
			return s.redeem(ctx, s.stolen(before))
		},
		Harm: malloryHolds("alice"),
	}
}
