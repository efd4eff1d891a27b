package guard

import (
	"errors"

	"oauthlab/lessons/event"
)

// IDIssuer is its one part.
const IDIssuer ID = "issuer"

// issuer holds that a token comes from the server that the API trusts.
func issuer() Protection {
	return Protection{
		ID: "issuer", Title: "Issuer", By: event.API, Chapter: "v06",
		Stops: "A token of another server that has the same key.",
		Parts: []Part{{
			ID: IDIssuer, Kind: Guard, By: event.API, Title: "token issuer", Does: "the server that the API trusts", Code: "invalid_token", Hint: "Get the token from the server that this API belongs to: its issuer stands in the claim iss.", Section: "RFC 9068 §4",
		}},
	}
}

// Issuer refuses a token of another server (RFC 9068 §4, RFC 8725
// §3.8). Without it, whoever shares the key decides who Alice is.
func Issuer(iss, trusted string) error {
	if iss != trusted {
		return errors.New("this token comes from another server")
	}
	return nil
}
