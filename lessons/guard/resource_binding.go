package guard

import (
	"errors"
	"slices"

	"oauthlab/lessons/event"
)

// The parts.
const (
	IDResourceCode    ID = "resource-binding.code"
	IDResourceRefresh ID = "resource-binding.refresh"
)

// resourceBinding holds that a client gets tokens for the APIs that its user was told of.
func resourceBinding() Protection {
	return Protection{
		ID: "resource-binding", Title: "Resource binding", By: event.Auth, Chapter: "v09",
		Stops: "A client that was let in to one API helping itself to another.",
		Parts: []Part{
			{ID: IDResourceCode, Kind: Guard, By: event.Auth, Title: "resource of the code", Does: "one that the flow began with", Code: "invalid_target", Hint: "Name the API when the flow begins. Here only those can be named.", Section: "RFC 8707 §2.2"},
			{ID: IDResourceRefresh, Kind: Guard, By: event.Auth, Title: "resource of the refresh token", Does: "one that the flow began with", Code: "invalid_target", Hint: "For another API, run the flow again and name it there.", Section: "RFC 8707 §2.2"},
		},
	}
}

// ResourceCode refuses an API that the authorization request did not
// name (RFC 8707 §2.2). Without it, what the user saw at her sign-in
// says nothing about what the client gets.
func ResourceCode(granted, asked []string) error {
	if !within(granted, asked) {
		return errors.New("the user's sign-in was for other APIs")
	}
	return nil
}

// ResourceRefresh is the same where a refresh token is used (RFC 8707
// §2.2). Without it, a client is let in to one API, waits, and then
// helps itself to the others.
func ResourceRefresh(granted, asked []string) error {
	if !within(granted, asked) {
		return errors.New("this login was for other APIs")
	}
	return nil
}

// within reports whether all that is asked for was granted.
func within(granted, asked []string) bool {
	return !slices.ContainsFunc(asked, func(one string) bool {
		return !slices.Contains(granted, one)
	})
}
