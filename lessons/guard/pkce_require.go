package guard

import "errors"

// PKCERequired refuses an authorization request without a
// challenge (RFC 9700 §2.1.1). Without it, a client that forgets
// PKCE gets a code that nothing ties to it.
func PKCERequired(challenge string) error {
	if challenge == "" {
		return errors.New("the request has no code_challenge")
	}
	return nil
}
