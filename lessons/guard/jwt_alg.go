package guard

import (
	"errors"
	"slices"

	"oauthlab/lessons/event"
)

// IDJWTAlg is its one part.
const IDJWTAlg ID = "jwt-alg"

// jwtAlg holds that the API says how a token is signed, and not the token.
func jwtAlg() Protection {
	return Protection{
		ID: "jwt-alg", Title: "JWT algorithm", By: event.API, Chapter: "v06",
		Stops: "A token that says of itself that it needs no signature.",
		Parts: []Part{{
			ID: IDJWTAlg, Kind: Guard, By: event.API, Title: "token algorithm", Does: "the one that was agreed on", Code: "invalid_token", Hint: "This API takes tokens that are signed as its server signs them, whatever their header names.", Section: "RFC 8725 §3.1",
		}},
	}
}

// JWTAlg refuses a token that is signed in another way than the API
// was set up for (RFC 8725 §3.1). Without it, the token itself says
// how it is checked, and "none" means not at all (RFC 8725 §2.1).
func JWTAlg(alg string, agreed []string) error {
	if !slices.Contains(agreed, alg) {
		return errors.New("this token is not signed as was agreed on")
	}
	return nil
}
