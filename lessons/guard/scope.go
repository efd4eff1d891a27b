package guard

import (
	"errors"
	"slices"
	"strings"

	"oauthlab/lessons/event"
)

// The parts.
const (
	IDScope      ID = "scope.enforce"
	IDScopeAsked ID = "scope.asked"
)

// scope holds that a token is good for what was granted, and for nothing else.
func scope() Protection {
	return Protection{
		ID: "scope", Title: "Scope", By: event.API, Chapter: "v04",
		Stops: "An app that was let in for one thing doing another.",
		Parts: []Part{
			{ID: IDScope, Kind: Guard, By: event.API, Title: "scope", Does: "good for what was granted", Code: "insufficient_scope", Hint: "Ask for the scope that the answer names when the flow begins.", Section: "RFC 6750 §3.1"},
			{ID: IDScopeAsked, Kind: Setting, By: event.Client, Title: "client asks for", Section: "RFC 6749 §3.3", Values: []string{"read write profile", "read profile", "read"}},
		},
	}
}

// Scope refuses a token that was not granted what the request
// needs (RFC 6750 §3.1). Without it, every token opens every door
// of the API.
func Scope(granted, needed string) error {
	if !slices.Contains(strings.Fields(granted), needed) {
		return errors.New("the token lacks the scope that this needs")
	}
	return nil
}
