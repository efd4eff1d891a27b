package attack

import (
	"context"
	"net/url"

	"oauthlab/lessons/guard"
	"oauthlab/server/authserver"
)

// foreignClient: a code for one client is redeemed by another, which is registered
// too (RFC 6749 §4.1.3).
func foreignClient() Attack {
	return Attack{
		ID:      "foreign-client",
		Title:   "Redeemed by another client",
		Story:   "Mallory has an app of her own at the same server. It redeems the code that Alice's client was sent.",
		Chapter: "v03", StoppedBy: []guard.ID{guard.IDCodeClient, guard.IDPKCE},
		Loss:     "Mallory holds Alice's token.",
		Sections: []string{"RFC 6749 §4.1.3"},
		Run: func(ctx context.Context, s *Scene) error {
			_, code, err := s.stolenCode(ctx)
			if err != nil || code == "" {
				return err
			}
			return s.redeem(ctx, url.Values{
				"client_id": {authserver.ClientMallory}, "code": {code}, "code_verifier": {guess},
			})
		},
		Harm: malloryHolds("alice"),
	}
}
