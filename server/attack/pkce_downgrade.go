package attack

import (
	"context"
	"net/url"

	"oauthlab/lessons/api"
	"oauthlab/lessons/guard"
)

// pkceDowngrade: a client that relies on PKCE against forged callbacks, and a server
// that takes requests without a challenge (RFC 9700 §4.8.1). Mallory leaves it out of
// her own request, and plants the code on Alice: nobody checks Alice's verifier.
func pkceDowngrade() Attack {
	bait := func(ctx context.Context, s *Scene) (string, error) {
		if err := s.Mallory.Visit(ctx, s.authorization(url.Values{
			"code_challenge": {""}, "code_challenge_method": {""},
		})); err != nil {
			return "", err
		}
		return s.Mallory.SignInHere(ctx)
	}
	return Attack{
		ID:      "pkce-downgrade",
		Title:   "PKCE taken out of the request",
		Story:   "Mallory asks for a code without a challenge, and plants it on Alice, whose client trusts in PKCE alone.",
		Chapter: "v03", StoppedBy: []guard.ID{guard.IDPKCERequired, guard.IDPKCEDowngrade, guard.IDNonce},
		Since:    map[guard.ID]guard.Feature{guard.IDNonce: guard.JWKS},
		Given:    map[guard.ID]string{guard.IDState: "false"},
		Loss:     "Alice's client took what was issued to Mallory.",
		Sections: []string{"RFC 9700 §4.8"},
		Mail:     api.MailDuringLogin,
		Bait:     bait,
		Run:      planted(bait),
		Harm:     clientTook(aliceOf, "mallory"),
	}
}
