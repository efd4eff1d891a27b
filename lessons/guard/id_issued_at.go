package guard

import (
	"errors"
	"time"

	"oauthlab/lessons/event"
)

// IDOIDCIssuedAt is its one part.
const IDOIDCIssuedAt ID = "id-issued-at"

// longestWait is the age that the lab's client allows a new ID token.
// The specification leaves it to the client.
const longestWait = 10 * time.Minute

// idIssuedAt holds that an ID token is of just now.
func idIssuedAt() Protection {
	return Protection{
		ID: "id-issued-at", Title: "ID token issued at", By: event.Client, Chapter: "v07",
		Stops: "An ID token that was made for another day.",
		Parts: []Part{{
			ID: IDOIDCIssuedAt, Kind: Guard, By: event.Client, Title: "ID token issued at", Does: "made just now", Section: core + " §3.1.3.7", Hint: "Compare the clocks of the two servers. A minute is let pass.",
		}},
	}
}

// OIDCIssuedAt refuses an ID token that was made too far from now
// (OpenID Connect Core §3.1.3.7, point 10: a client MAY). Without it,
// one that was made long ago, or ahead, counts while exp lets it.
func OIDCIssuedAt(issued, now time.Time) error {
	if issued.After(now.Add(Leeway)) {
		return errors.New("the ID token is from the future")
	}
	if issued.Before(now.Add(-longestWait)) {
		return errors.New("the ID token was made long ago")
	}
	return nil
}
