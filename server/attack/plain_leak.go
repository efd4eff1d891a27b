package attack

import (
	"context"
	"net/url"

	"oauthlab/lessons/guard"
	"oauthlab/server/authserver"
)

// plainLeak: with the method plain the challenge is the verifier, so who reads the
// request and the answer has both (RFC 9700 §2.1.1, RFC 7636 §7.2).
func plainLeak() Attack {
	return Attack{
		ID:      "plain-leak",
		Title:   "The verifier read in the request",
		Story:   "Alice's client uses the method plain. The proxy logs her request and her callback, and Mallory reads the verifier in the first.",
		Chapter: "v03", StoppedBy: []guard.ID{guard.IDPKCEPlain},
		Given:    map[guard.ID]string{guard.IDPKCEMethod: guard.Plain},
		Loss:     "Mallory holds Alice's token.",
		Sections: []string{"RFC 9700 §2.1.1", "RFC 7636 §7.2"},
		Run: func(ctx context.Context, s *Scene) error {
			request, err := s.Alice.Begin(ctx)
			if err != nil {
				return err
			}
			if err := s.leak(ctx, "a careless proxy logs the request with the challenge in it", request); err != nil {
				return err
			}
			if err := s.Alice.Visit(ctx, request); err != nil {
				return err
			}
			callback, err := s.Alice.SignInHere(ctx)
			if err != nil || parameter(callback, "code") == "" {
				return err
			}
			if err := s.leak(ctx, "the proxy logs the address with the code in it, too", callback); err != nil {
				return err
			}
			return s.redeem(ctx, url.Values{
				"client_id": {authserver.ClientDemo}, "redirect_uri": {s.Lab.Origins.RedirectURI()},
				"code":          {parameter(callback, "code")},
				"code_verifier": {parameter(request, "code_challenge")},
			})
		},
		Harm: malloryHolds("alice"),
	}
}
