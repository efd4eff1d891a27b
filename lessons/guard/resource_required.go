package guard

import (
	"errors"

	"oauthlab/lessons/event"
)

// The parts.
const (
	IDResourceRequired ID = "resource-required"
	IDResourceNamed    ID = "resource-required.sent"
	IDResourceAPIs     ID = "resource-required.apis"
)

// resourceRequired holds that a client says which APIs its tokens are for.
func resourceRequired() Protection {
	return Protection{
		ID: "resource-required", Title: "Resource named", By: event.Auth, Chapter: "v09",
		Stops: "A token for APIs that its client never named.",
		Parts: []Part{
			{ID: IDResourceNamed, Kind: Habit, By: event.Client, Title: "client names", Section: "RFC 8707 §2", Values: []string{EachAPI, Nothing}, Before: Nothing},
			{ID: IDResourceAPIs, Kind: Setting, By: event.Client, Title: "client asks for", Section: "RFC 8707 §2.1", Values: []string{"photos billing calendar", "photos", "billing", "calendar"}},
			{ID: IDResourceRequired, Kind: Guard, By: event.Auth, Title: "resource required", Does: "says which APIs it will ask", Code: "invalid_target", Hint: "Send resource, with the address of the API that the token is for, and once more for each other.", Section: "RFC 8707 §2"},
		},
	}
}

// ResourceRequired refuses a request that does not say which APIs its
// tokens are for (RFC 8707 §2). Without it, a token for whoever does
// not say is for all of them.
func ResourceRequired(named bool) error {
	if !named {
		return errors.New("the client does not say for which API")
	}
	return nil
}
