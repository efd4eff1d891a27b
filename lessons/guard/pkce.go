package guard

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
)

// PKCE refuses a code whose bearer cannot show the verifier that
// opened the flow (RFC 7636 §4.6). Without it, whoever reads a
// code on its way through the browser redeems it and is Alice.
func PKCE(challenge, method, verifier string) error {
	if challenge == "" {
		return nil // nothing was promised: pkce.require decides that
	}
	if verifier == "" {
		return errors.New("no code_verifier was sent")
	}
	if subtle.ConstantTimeCompare(
		[]byte(Challenge(method, verifier)),
		[]byte(challenge)) != 1 {
		return errors.New("the verifier does not match the challenge")
	}
	return nil
}

// Challenge is what a client sends ahead for a verifier: the
// verifier itself for "plain", else its hash (RFC 7636 §4.2).
func Challenge(method, verifier string) string {
	if method == "plain" {
		return verifier
	}
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
