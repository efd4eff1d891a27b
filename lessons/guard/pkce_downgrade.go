package guard

import "errors"

// PKCEDowngrade refuses a verifier for a code that was asked for
// without a challenge (RFC 9700 §4.8.2). Without it, Mallory takes
// the challenge out of a request, and PKCE is gone unnoticed.
func PKCEDowngrade(challenge, verifier string) error {
	if challenge == "" && verifier != "" {
		return errors.New("a verifier, but no challenge was promised")
	}
	return nil
}
