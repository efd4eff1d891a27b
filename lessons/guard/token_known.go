package guard

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"

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
// gave out, or has revoked (RFC 6750 §3.1). An API that has to ask
// is told no more than that it is good, or that it is not (RFC 7662
// §2.2). Without it, any text opens the door.
func TokenKnown(known, revoked, asked bool) error {
	switch {
	case asked && !known:
		return errors.New("the server calls this token inactive")
	case !known:
		return errors.New("this token was never issued here")
	case revoked:
		return errors.New("this token was revoked")
	}
	return nil
}

// TokenHash is what a server keeps of a token: the SHA-256 of its
// TokenID, in base64url. Whoever reads the server's record has no
// token then. What is hashed is random enough for that (RFC 6749
// §10.10), so the hash needs neither salt nor time.
func TokenHash(token string) string {
	sum := sha256.Sum256([]byte(TokenID(token)))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// TokenID names a token: itself, or of a JWT the claim jti (RFC 7519
// §4.1.7), whoever wrote that.
func TokenID(token string) string {
	parts := strings.Split(token, ".")
	if len(parts) != 3 { // of the compact form (RFC 7515 §3.1)
		return token
	}
	var claims struct{ JTI string }
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil || json.Unmarshal(payload, &claims) != nil || claims.JTI == "" {
		return token
	}
	return claims.JTI
}
