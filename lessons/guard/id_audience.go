package guard

import (
	"errors"
	"slices"

	"oauthlab/lessons/event"
)

// IDOIDCAudience is its one part.
const IDOIDCAudience ID = "id-audience"

// idAudience holds that an ID token was made for this client.
func idAudience() Protection {
	return Protection{
		ID: "id-audience", Title: "ID token audience", By: event.Client, Chapter: "v07",
		Stops: "A sign-in at another client that is used at this one.",
		Parts: []Part{{
			ID: IDOIDCAudience, Kind: Guard, By: event.Client, Title: "ID token audience", Does: "made for this client, and no other", Section: core + " §3.1.3.7", Hint: "aud is the client_id, alone or in a list.",
		}},
	}
}

// OIDCAudience refuses an ID token that is for other clients, or for
// others too (OpenID Connect Core §3.1.3.7, point 3). Without it,
// any app that Alice signs in to can sign in here as Alice.
func OIDCAudience(aud []string, clientID string) error {
	if !slices.Contains(aud, clientID) {
		return errors.New("the ID token is for another client")
	}
	if len(aud) > 1 {
		return errors.New("the ID token is for others too")
	}
	return nil
}
