package guard

import (
	"errors"
	"time"

	"oauthlab/lessons/event"
)

// IDOIDCExpiry is its one part.
const IDOIDCExpiry ID = "id-expiry"

// Leeway is how far two clocks may differ, at a client that compares
// times (OpenID Connect Core §2, exp: no more than a few minutes).
const Leeway = time.Minute

// idExpiry holds that an ID token is not kept for later.
func idExpiry() Protection {
	return Protection{
		ID: "id-expiry", Title: "ID token expiry", By: event.Client, Chapter: "v07",
		Stops: "A sign-in that was over long ago.",
		Parts: []Part{{
			ID: IDOIDCExpiry, Kind: Guard, By: event.Client, Title: "ID token expiry", Does: "still good", Section: core + " §3.1.3.7", Hint: "Compare the clocks of the two servers. A minute is let pass.",
		}},
	}
}

// OIDCExpiry refuses an ID token whose time is over (OpenID Connect
// Core §3.1.3.7, point 9). Without it, one that was found in an old
// log signs in today.
func OIDCExpiry(expires, now time.Time) error {
	if !now.Before(expires.Add(Leeway)) {
		return errors.New("the ID token has expired")
	}
	return nil
}
