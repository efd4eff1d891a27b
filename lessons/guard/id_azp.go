package guard

import (
	"errors"

	"oauthlab/lessons/event"
)

// IDOIDCAZP is its one part.
const IDOIDCAZP ID = "id-azp"

// idAZP holds that an ID token was given to this client.
func idAZP() Protection {
	return Protection{
		ID: "id-azp", Title: "Authorized party", By: event.Client, Chapter: "v07",
		Stops: "An ID token that another client was given, and hands on.",
		Parts: []Part{{
			ID: IDOIDCAZP, Kind: Guard, By: event.Client, Title: "authorized party", Does: "given to this client", Section: core + " §3.1.3.7", Hint: "Where there is an azp, it is the client_id.",
		}},
	}
}

// OIDCAZP refuses an ID token that another client was given (OpenID
// Connect Core §3.1.3.7, points 4 and 5: a client MAY look at azp
// where there is one). Without it, an app that gets tokens for
// several clients can pass Alice's on.
func OIDCAZP(azp, clientID string) error {
	if azp != "" && azp != clientID {
		return errors.New("the ID token was given to another client")
	}
	return nil
}
