package guard

import (
	"errors"
	"time"

	"oauthlab/lessons/event"
)

// The parts.
const (
	IDTokenExpiry   ID = "token-expiry"
	IDTokenLifetime ID = "token-expiry.lifetime"
)

// tokenExpiry holds that a token works for a limited time.
func tokenExpiry() Protection {
	return Protection{
		ID: "token-expiry", Title: "Token expiry", By: event.API, Chapter: "v04",
		Stops: "A token that was found long after it was given out.",
		Parts: []Part{
			{ID: IDTokenExpiry, Kind: Guard, By: event.API, Title: "token expiry", Does: "refuses a token that is too old", Code: "invalid_token", Hint: "A token is good for as long as expires_in said, on the lab's clock. Get a new one.", Section: "RFC 6750 §3.1"},
			{ID: IDTokenLifetime, Kind: Setting, By: event.Auth, Title: "tokens are good for", Section: "RFC 6750 §5.3", Values: []string{"1h", "10s"}, Since: "v05", Defaults: []Default{{"v05", "10s"}, {"v06", "1h"}}},
		},
	}
}

// TokenExpiry refuses a token whose time is over (RFC 6750 §3.1;
// §5.3 asks for short lives). Without it, a token that leaked once
// opens the door for ever.
func TokenExpiry(expires, now time.Time) error {
	if !now.Before(expires) {
		return errors.New("this token has expired")
	}
	return nil
}
