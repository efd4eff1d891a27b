package guard

import "errors"

// RegisteredClient refuses a client that nobody registered
// (RFC 6749 §2.2). Without it, anyone has the server send its
// users wherever he likes.
func RegisteredClient(known bool) error {
	if !known {
		return errors.New("no client is registered under this client_id")
	}
	return nil
}
