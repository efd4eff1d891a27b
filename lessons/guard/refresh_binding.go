package guard

import (
	"errors"
	"slices"
	"strings"

	"oauthlab/lessons/event"
)

// The parts.
const (
	IDRefreshClient ID = "refresh-binding.client"
	IDRefreshScope  ID = "refresh-binding.scope"
)

// refreshBinding holds that a refresh token is good for the client and the scope that it was issued for.
func refreshBinding() Protection {
	return Protection{
		ID: "refresh-binding", Title: "Refresh binding", By: event.Auth, Chapter: "v05",
		Stops: "A refresh token being used by another client, or for more.",
		Parts: []Part{
			{ID: IDRefreshClient, Kind: Guard, By: event.Auth, Title: "refresh by its client", Does: "used by who got it", Code: "invalid_grant", Hint: "The client that refreshes must be the one that signed the user in.", Section: "RFC 6749 §6"},
			{ID: IDRefreshScope, Kind: Guard, By: event.Auth, Title: "refresh scope", Does: "no more than was granted", Code: "invalid_scope", Hint: "Leave scope out, or ask for less than was granted. For more, run the flow again.", Section: "RFC 6749 §6"},
		},
	}
}

// RefreshClient refuses a refresh token that was issued to another
// client (RFC 6749 §6). Without it, any client of the server can
// use what it finds.
func RefreshClient(issuedTo, sentBy string) error {
	if issuedTo != sentBy {
		return errors.New(
			"this refresh token was issued to another client")
	}
	return nil
}

// RefreshScope refuses a scope that was not granted when the user
// signed in (RFC 6749 §6). Without it, an app that was let in for
// little helps itself to everything.
func RefreshScope(granted, asked string) error {
	had := strings.Fields(granted)
	for _, word := range strings.Fields(asked) {
		if !slices.Contains(had, word) {
			return errors.New("more scope than the user's sign-in gave")
		}
	}
	return nil
}
