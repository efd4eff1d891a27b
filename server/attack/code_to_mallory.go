package attack

import (
	"context"
	"net/url"

	"oauthlab/lessons/guard"
)

// codeToMallory: a link that names Mallory's address as redirect URI (RFC 9700
// §4.1.1). Alice signs in at the real server, and her code goes to Mallory.
func codeToMallory() Attack {
	return Attack{
		ID:      "code-to-mallory",
		Title:   "Code sent to Mallory",
		Story:   "Mallory mails Alice a login link whose redirect URI is Mallory's own address. Alice signs in at the real server.",
		Chapter: "v01", StoppedBy: []guard.ID{guard.IDRedirectURI},
		Loss:     "Mallory holds a code of Alice's.",
		Sections: []string{"RFC 9700 §4.1.1", "RFC 6749 §3.1.2.2"},
		Run: func(ctx context.Context, s *Scene) error {
			link := s.authorization(url.Values{"redirect_uri": {s.Lab.Origins.MallorySite(s.Lab.ID)}})
			if err := s.mail(ctx, link); err != nil {
				return err
			}
			_, err := s.Alice.SignInHere(ctx)
			return err
		},
		Harm: broughtToMallory("code"),
	}
}
