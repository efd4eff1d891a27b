package attack

import (
	"context"
	"net/url"

	"oauthlab/lessons/api"
	"oauthlab/lessons/guard"
)

// codeToMallory: a link that names Mallory's address as redirect URI (RFC 9700
// §4.1.1). Alice signs in at the real server, and her code goes to Mallory.
func codeToMallory() Attack {
	bait := func(_ context.Context, s *Scene) (string, error) {
		return s.authorization(url.Values{"redirect_uri": {s.Lab.Origins.MallorySite(s.Lab.ID)}}), nil
	}
	return Attack{
		ID:      "code-to-mallory",
		Title:   "Code sent to Mallory",
		Story:   "Mallory mails Alice a login link whose redirect URI is Mallory's own address. Alice signs in at the real server.",
		Chapter: "v01", StoppedBy: []guard.ID{guard.IDRedirectURI},
		Loss:     "Mallory holds a code of Alice's.",
		Sections: []string{"RFC 9700 §4.1.1", "RFC 6749 §3.1.2.2"},
		Mail:     api.MailAnyTime,
		Bait:     bait,
		Run:      signedIn(bait),
		Harm:     aliceCodeBrought,
	}
}
