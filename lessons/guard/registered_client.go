package guard

import "errors"

// RegisteredClient refuses a client that nobody registered
// (RFC 6749 §2.2). Without it, anyone has the server send its
// users wherever he likes.
func RegisteredClient(known bool) error {
	if !known {
		return errors.New("this client is not registered")
	}
	return nil
}
