package guard

import (
	"errors"
	"time"

	"oauthlab/lessons/event"
)

// The parts.
const (
	IDRefreshIdle     ID = "refresh-lifetime.idle"
	IDRefreshAbsolute ID = "refresh-lifetime.absolute"
	IDRefreshTold     ID = "refresh-lifetime.told"
)

// refreshLifetime holds that a login does not last for ever.
func refreshLifetime() Protection {
	return Protection{
		ID: "refresh-lifetime", Title: "Refresh lifetime", By: event.Auth, Chapter: "v05",
		Stops: "A refresh token being good for ever.",
		Parts: []Part{
			{ID: IDRefreshIdle, Kind: Guard, By: event.Auth, Title: "idle lifetime", Does: "ends what nobody used for an hour", Code: "invalid_grant", Hint: "A refresh token that nobody uses for an hour of the lab's time is over. Run the flow again.", Section: "RFC 9700 §4.14.2"},
			{ID: IDRefreshAbsolute, Kind: Guard, By: event.Auth, Title: "absolute lifetime", Does: "ends every login after 4 hours", Code: "invalid_grant", Hint: "4 hours of the lab's time after the sign-in no refresh helps. Run the flow again.", Section: "RFC 10017"},
			{ID: IDRefreshTold, Kind: Setting, By: event.Auth, Title: "server tells both (a draft)", Section: "[draft-ietf-oauth-refresh-token-expiration-02](https://datatracker.ietf.org/doc/draft-ietf-oauth-refresh-token-expiration/02/)", Values: []string{"no", "yes"}},
		},
	}
}

// RefreshIdle refuses a refresh token that nobody used for too long
// (RFC 9700 §4.14.2). Without it, one that is found in an old
// backup opens the door.
func RefreshIdle(expires, now time.Time) error {
	if !now.Before(expires) {
		return errors.New("nobody used this refresh token for too long")
	}
	return nil
}

// RefreshAbsolute refuses every refresh a fixed time after the user
// signed in, however busy the client was (RFC 10017). Without it,
// whoever holds the token goes on for ever, a refresh at a time.
func RefreshAbsolute(ends, now time.Time) error {
	if !now.Before(ends) {
		return errors.New("the time of this login is over")
	}
	return nil
}
