package attack

import (
	"context"
	"net/url"

	"oauthlab/lessons/api"
	"oauthlab/lessons/guard"
)

// openRedirector: a link to the real server, with a client that nobody registered,
// that ends at Mallory's (RFC 9700 §4.11.2). Whoever looks at the link sees a name
// that he trusts.
func openRedirector() Attack {
	bait := func(_ context.Context, s *Scene) (string, error) {
		return s.authorization(url.Values{
			"client_id":     {"a-client-of-mallorys"},
			"redirect_uri":  {s.Lab.Origins.MallorySite(s.Lab.ID)},
			"response_type": {"nothing-known"}, // an error needs no login
		}), nil
	}
	return Attack{
		ID:      "open-redirector",
		Title:   "The server as a redirector",
		Story:   "Mallory mails Alice a link to the real server, with a client that nobody registered. It sends her on to Mallory at once.",
		Chapter: "v01", StoppedBy: []guard.ID{guard.IDRegisteredClient},
		Loss:     "The real server sent Alice to Mallory.",
		Sections: []string{"RFC 9700 §4.11.2", "RFC 6749 §10.15"},
		Mail:     api.MailAnyTime,
		Bait:     bait,
		Run:      opened(bait),
		Harm:     broughtToMallory("error"),
	}
}

// errorRedirector: a registered client with a wrong redirect URI. The server
// refuses, and sends the refusal to that URI (RFC 6749 §4.1.2.1 forbids it).
func errorRedirector() Attack {
	bait := func(_ context.Context, s *Scene) (string, error) {
		return s.authorization(url.Values{"redirect_uri": {s.Lab.Origins.MallorySite(s.Lab.ID)}}), nil
	}
	return Attack{
		ID:      "error-redirector",
		Title:   "An error that redirects",
		Story:   "Mallory mails Alice a link with a known client and Mallory's address. The server refuses it, and sends the refusal there.",
		Chapter: "v01", StoppedBy: []guard.ID{guard.IDErrorShown},
		Loss:     "The real server sent Alice to Mallory.",
		Sections: []string{"RFC 6749 §4.1.2.1", "RFC 9700 §4.11.2"},
		Mail:     api.MailAnyTime,
		Bait:     bait,
		Run:      opened(bait),
		Harm:     broughtToMallory("error"),
	}
}
