package guard

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"

	"oauthlab/lessons/event"
)

// The parts.
const (
	IDClientSecret       ID = "client-secret.compare"
	IDClientSecretMethod ID = "client-secret.method"
)

// clientSecret holds that a client with a secret is the one that it says it is.
func clientSecret() Protection {
	return Protection{
		ID: "client-secret", Title: "Client secret", By: event.Auth, Chapter: "v04",
		Stops: "Somebody else redeeming a code in the web app's name.",
		Parts: []Part{
			{
				ID: IDClientSecret, Kind: Guard, By: event.Auth, Title: "client secret", Does: "compared in constant time", Code: "invalid_client", Hint: "Send the client's own secret, in the header or in the body, and not in both.", Section: "RFC 6749 §3.2.1",
				Fallback: "The server takes whoever names a client for that client.",
			},
			{ID: IDClientSecretMethod, Kind: Setting, By: event.Webapp, Title: "web app sends it in", Section: "RFC 6749 §2.3.1", Values: []string{Basic, Post}},
		},
	}
}

// ClientSecret refuses a client that does not show the secret that
// it was registered with (RFC 6749 §3.2.1). The server keeps the
// secret's hash alone. Without it, a client's public name is all
// that a thief of codes needs.
func ClientSecret(sent string, hash []byte) error {
	if sent == "" {
		return errors.New("no client secret was sent")
	}
	sum := sha256.Sum256([]byte(sent))
	if subtle.ConstantTimeCompare(sum[:], hash) != 1 {
		return errors.New("this is not the client's secret")
	}
	return nil
}
