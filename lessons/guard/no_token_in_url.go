package guard

import (
	"errors"

	"oauthlab/lessons/event"
)

// The parts.
const (
	IDTokenPlace ID = "no-token-in-url.client"
	IDTokenInURL ID = "no-token-in-url.refuse"
)

// noTokenInURL holds that a token does not travel where addresses do.
func noTokenInURL() Protection {
	return Protection{
		ID: "no-token-in-url", Title: "No token in the URL", By: event.API, Chapter: "v04",
		Stops: "A token ending in histories and logs, with the address.",
		Parts: []Part{
			{ID: IDTokenPlace, Kind: Habit, By: event.Client, Title: "client sends it in", Section: "RFC 9700 §4.3.2", Values: []string{Header, Query}},
			{ID: IDTokenInURL, Kind: Strictness, By: event.API, Title: "token in the URL", Does: "not taken from an address", Code: "invalid_request", Hint: "Send the token in the Authorization header, and take this one for lost.", Section: "RFC 9700 §4.3.2"},
		},
	}
}

// TokenInURL refuses a token that stands in the address
// (RFC 9700 §4.3.2). It comes too late for that token, which is in
// the logs by now; it keeps clients from going on that way.
func TokenInURL(inURL bool) error {
	if inURL {
		return errors.New("the token stands in the address")
	}
	return nil
}
