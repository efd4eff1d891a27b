package guard

import (
	"errors"

	"oauthlab/lessons/event"
)

// IDOIDCIssuer is its one part.
const IDOIDCIssuer ID = "id-issuer"

// idIssuer holds that an ID token comes from the server that was asked.
func idIssuer() Protection {
	return Protection{
		ID: "id-issuer", Title: "ID token issuer", By: event.Client, Chapter: "v07",
		Stops: "A server that tells the client of a user of another one.",
		Parts: []Part{{
			ID: IDOIDCIssuer, Kind: Guard, By: event.Client, Title: "ID token issuer", Does: "the server that was asked", Section: core + " §3.1.3.7", Hint: "iss is the issuer of the metadata, to the letter.",
		}},
	}
}

// OIDCIssuer refuses an ID token of another server (OpenID Connect
// Core §3.1.3.7, point 2). Without it, each server that the client
// knows can name a user of each other one.
func OIDCIssuer(iss, issuer string) error {
	if iss != issuer {
		return errors.New("the ID token is of another issuer")
	}
	return nil
}
