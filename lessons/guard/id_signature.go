package guard

import (
	"errors"

	"oauthlab/lessons/event"
)

// The parts.
const (
	IDOIDCSignature ID = "id-signature"
	IDSigningAlg    ID = "id-signature.algorithm"
)

// idSignature holds that the server wrote what an ID token says.
func idSignature() Protection {
	return Protection{
		ID: "id-signature", Title: "ID token signature", By: event.Client, Chapter: "v07",
		Stops: "An ID token that somebody else wrote, or changed.",
		Parts: []Part{
			{ID: IDOIDCSignature, Kind: Guard, By: event.Client, Title: "ID token signature", Does: "made with the server's key", Section: core + " §3.1.3.7", Hint: "Which key and which algorithm, the client knows before it looks into the token."},
			{ID: IDSigningAlg, Kind: Setting, By: event.Auth, Title: "server signs with", Section: "RFC 7518 §3.1", Values: []string{RS256, ES256}, Since: "v08"},
		},
	}
}

// OIDCSignature refuses an ID token that is not signed, or not with
// a key of the server's (OpenID Connect Core §3.1.3.7, points 6
// to 8). From the token endpoint itself TLS may stand for it. Without
// it, whoever gets an ID token to the client says who signed in.
func OIDCSignature(signed, known, fits bool) error {
	if !signed {
		return errors.New("the ID token is not signed")
	}
	if !known {
		return errors.New("the server has no key of that name")
	}
	if !fits {
		return errors.New("the signature does not fit the ID token")
	}
	return nil
}
