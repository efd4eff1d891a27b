package guard

import (
	"errors"

	"oauthlab/lessons/event"
)

// IDBearerRequired is its one part.
const IDBearerRequired ID = "bearer-required"

// bearerRequired holds that the API answers nobody without a token.
func bearerRequired() Protection {
	return Protection{
		ID: "bearer-required", Title: "Token required", By: event.API, Chapter: "v04",
		Stops: "Whoever finds the API's address reading Alice's things.",
		Parts: []Part{{
			ID: IDBearerRequired, Kind: Guard, By: event.API, Title: "token required", Does: "no token, no answer", Hint: "Send the access token in the Authorization header, behind the word Bearer.", Section: "RFC 6750 §3",
			Fallback: "The API takes whoever shows no token for Alice.",
		}},
	}
}

// BearerRequired refuses a request that brings no access token
// (RFC 6750 §3). Without it, the address of the API is all that
// anybody needs.
func BearerRequired(brought bool) error {
	if !brought {
		return errors.New("the request has no access token")
	}
	return nil
}
