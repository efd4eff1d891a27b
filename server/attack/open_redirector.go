package attack

import (
	"context"
	"net/url"

	"oauthlab/lessons/api"
	"oauthlab/lessons/guard"
	"oauthlab/server/authserver"
)

// openRedirector: a link to the real server, with a client that nobody registered,
// that ends at Mallory's (RFC 9700 §4.11.2). Whoever looks at the link sees a name
// that he trusts.
func openRedirector() Attack {
	bait := func(_ context.Context, s *Scene) (string, error) {
		return s.authorization(url.Values{
			"client_id":     {"a-client-of-mallorys"},
			"redirect_uri":  {s.Lab.Origins.MallorySite(s.Lab.ID)},
			"response_type": {"nothing-known"}, // an error will do
		}), nil
	}
	return Attack{
		ID:      "open-redirector",
		Title:   "The server as a redirector",
		Story:   "Mallory mails Alice a link to the real server, with a client that nobody registered. She signs in, and it sends her on to Mallory.",
		Chapter: "v01", StoppedBy: []guard.ID{guard.IDRegisteredClient},
		Loss:     "The real server sent Alice to Mallory.",
		Sections: []string{"RFC 9700 §4.11.2", "RFC 6749 §10.15"},
		Mail:     api.MailAnyTime,
		Bait:     bait,
		Run:      signedIn(bait),
		Harm:     broughtToMallory("error"),
	}
}

// errorBeforeSignIn: Mallory registers a client with her own address, as anyone may at many
// servers, and writes a link with a mistake in it (RFC 9700 §4.11.2). Client and address
// are right, so the error may be sent there: but not to somebody who only opened a link.
func errorBeforeSignIn() Attack {
	bait := func(_ context.Context, s *Scene) (string, error) {
		return s.authorization(url.Values{
			"client_id":     {authserver.ClientMallory},
			"redirect_uri":  {s.Lab.Origins.MallorySite(s.Lab.ID)},
			"response_type": {"nothing-known"},
		}), nil
	}
	return Attack{
		ID:      "error-before-sign-in",
		Title:   "An error before the sign-in",
		Story:   "Mallory registers an app of her own, and mails Alice a link to the real server with a mistake in it. It sends her on to Mallory at once, with an error.",
		Chapter: "v01", StoppedBy: []guard.ID{guard.IDSignInFirst},
		Loss:     "The real server sent Alice to Mallory, and she had not even signed in.",
		Sections: []string{"RFC 9700 §4.11.2"},
		Mail:     api.MailAnyTime,
		Bait:     bait,
		Run:      opened(bait),
		Harm:     broughtBeforeSignIn,
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
		Story:   "Mallory mails Alice a link with a known client and Mallory's address. The server refuses it, and once she has signed in, it sends the refusal there.",
		Chapter: "v01", StoppedBy: []guard.ID{guard.IDErrorShown},
		Loss:     "The real server sent Alice to Mallory.",
		Sections: []string{"RFC 6749 §4.1.2.1", "RFC 9700 §4.11.2"},
		Mail:     api.MailAnyTime,
		Bait:     bait,
		Run:      signedIn(bait),
		Harm:     sentToMallory,
	}
}
