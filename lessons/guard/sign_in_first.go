package guard

import "errors"

// SignInFirst refuses to redirect a browser before its user has
// signed in, be it with an error (RFC 9700 §4.11.2). Without it,
// whoever registers a client has the server send people there.
func SignInFirst(signedIn bool) error {
	if !signedIn {
		return errors.New("nobody has signed in: no redirect yet")
	}
	return nil
}
