package guard

import (
	"errors"

	"oauthlab/lessons/event"
)

// Its parts.
const (
	IDSignInFirst ID = "sign-in-first"
	IDSignIn      ID = "sign-in" // how the users of a learner's own client sign in
)

// signInFirst holds that nothing is redirected before somebody has signed in.
func signInFirst() Protection {
	return Protection{
		ID: "sign-in-first", Title: "Sign-in first", By: event.Auth, Chapter: "v01",
		Stops: "A client of Mallory's using the server as a redirector, with errors.",
		Parts: []Part{{
			ID: IDSignInFirst, Kind: Guard, By: event.Auth, Title: "sign-in first", Does: "redirects nobody who has not signed in", Finds: "the redirect waits", Would: "the redirect would wait", Section: "RFC 9700 §4.11.2",
			Fallback: "The server sends an error to the client at once, whoever opened the link.",
		}, {
			ID: IDSignIn, Kind: Setting, By: event.Auth, Title: "at your own clients", Section: "OpenID Connect Core §3.1.2.1",
			Values: []string{Picker, TypedForm, Automatic},
		}},
	}
}

// SignInFirst refuses to redirect a browser before its user has
// signed in, be it with an error (RFC 9700 §4.11.2). Without it,
// whoever registers a client has the server send people there.
func SignInFirst(signedIn bool) error {
	if !signedIn {
		return errors.New("nobody has signed in: no redirect yet")
	}
	return nil
}
