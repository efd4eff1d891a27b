package guard

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"

	"oauthlab/lessons/event"
)

// IDTokenKnown is its one part.
const IDTokenKnown ID = "token-known"

// tokenKnown holds that a token is one that the server gave out, and still stands by.
func tokenKnown() Protection {
	return Protection{
		ID: "token-known", Title: "Known token", By: event.API, Chapter: "v04",
		Stops: "A token that somebody made up, or that the server took back.",
		Parts: []Part{{
			ID: IDTokenKnown, Kind: Guard, By: event.API, Title: "known token", Does: "given out here, and not taken back", Code: "invalid_token", Hint: "Send the token as the token endpoint gave it, from this lab. If it was revoked, run the flow again.", Section: "RFC 6750 §3.1",
			Fallback: "The API takes any text for a token, and whoever brings one for Alice.",
		}},
	}
}

// TokenKnown refuses a token that the authorization server never
// gave out, or has revoked (RFC 6750 §3.1). Without it, any text
// opens the door.
func TokenKnown(known, revoked bool) error {
	if !known {
		return errors.New("this token was never issued here")
	}
	if revoked {
		return errors.New("this token was revoked")
	}
	return nil
}

// TokenHash is what a server keeps of a token: its SHA-256, in
// base64url. Whoever reads the server's record has no token then. A
// token is random enough for that (RFC 6749 §10.10), so the hash
// needs neither salt nor time.
func TokenHash(token string) string {
	sum := sha256.Sum256([]byte(token))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
