package attack

import (
	"context"
	"net/url"

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
			_, code, err := s.stolenCode(ctx)
			if err != nil || code == "" {
				return err
			}
			return s.redeem(ctx, s.stolen(code))
		},
		Harm: malloryHolds("alice"),
	}
}

// stolen is a token request for a code of Alice's. The client_id is no secret: it
// stands in every login link. The verifier is made up: Mallory never saw it.
func (s *Scene) stolen(code string) url.Values {
	return url.Values{
		"client_id": {authserver.ClientDemo}, "redirect_uri": {s.Lab.Origins.RedirectURI()},
		"code": {code}, "code_verifier": {guess},
	}
}
