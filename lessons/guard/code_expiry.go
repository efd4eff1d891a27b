package guard

import (
	"errors"
	"time"

	"oauthlab/lessons/event"
)

// IDCodeExpiry is its one part.
const IDCodeExpiry ID = "code-expiry"

// codeExpiry holds that a code works for a short time.
func codeExpiry() Protection {
	return Protection{
		ID: "code-expiry", Title: "Code expiry", By: event.Auth, Chapter: "v03",
		Stops: "A code that was found long after its login.",
		Parts: []Part{{ID: IDCodeExpiry, Kind: Guard, By: event.Auth, Title: "code expiry", Does: "refuses after 10 minutes", Code: "invalid_grant", Hint: "A code lives 10 minutes of the lab's time. Run the flow again.", Section: "RFC 6749 §4.1.2"}},
	}
}

// CodeExpiry refuses a code after its short life; ten minutes is
// the longest that RFC 6749 §4.1.2 recommends. Without it, a code
// found long afterwards still opens the door.
func CodeExpiry(expires, now time.Time) error {
	if !now.Before(expires) {
		return errors.New("this code has expired")
	}
	return nil
}
