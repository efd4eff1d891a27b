package guard

import (
	"crypto/subtle"
	"errors"
)

// State refuses a callback whose state is not the one that this
// browser sent (RFC 6749 §10.12). Without it, Mallory signs Alice
// in to Mallory's account, and Alice does not notice.
func State(sent, returned string) error {
	if sent == "" {
		return errors.New("this browser waits for no state")
	}
	if returned == "" {
		return errors.New("the callback has no state")
	}
	if subtle.ConstantTimeCompare([]byte(sent), []byte(returned)) != 1 {
		return errors.New("the state is not the one this browser sent")
	}
	return nil
}
