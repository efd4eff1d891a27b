package guard

import (
	"errors"
	"strings"

	"oauthlab/lessons/event"
)

// IDTokenType is its one part.
const IDTokenType ID = "token-type"

// tokenType holds that an API takes access tokens, and no other JWTs.
func tokenType() Protection {
	return Protection{
		ID: "token-type", Title: "Token type", By: event.API, Chapter: "v07",
		Stops: "An ID token that is shown as an access token.",
		Parts: []Part{{
			ID: IDTokenType, Kind: Guard, By: event.API, Title: "token type", Does: "an access token", Code: "invalid_token", Hint: "Send an access token, and no other JWT.", Section: "RFC 9068 §4",
		}},
	}
}

// TokenType refuses a JWT that is no access token: its header says
// what it is (RFC 9068 §4, RFC 8725 §3.11), in any letter case
// (RFC 7515 §4.1.9). Without it, an API takes what a client was given
// for itself.
func TokenType(typ string) error {
	if !strings.EqualFold(typ, "at+jwt") &&
		!strings.EqualFold(typ, "application/at+jwt") {
		return errors.New("this JWT is no access token")
	}
	return nil
}
