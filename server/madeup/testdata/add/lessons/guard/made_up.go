package guard

import (
	"errors"

	"oauthlab/lessons/event"
)

// The parts.
const (
	IDMadeUp    ID = "made-up.check"
	IDMadeShape ID = "made-up.shape"
)

// madeUp holds that no state is made up.
func madeUp() Protection {
	return Protection{
		ID: "made-up", Title: "Made-up check", By: event.Auth, Chapter: "{version}",
		Stops: "A state that is made up.",
		Parts: []Part{
			{ID: IDMadeUp, Kind: Guard, By: event.Auth, Title: "made-up state", Does: "server looks at it", Code: "invalid_request", Hint: "Send a fresh random state with each request (RFC 6749 §10.12).", Section: "RFC 6749 §10.12"},
			{ID: IDMadeShape, Kind: Setting, By: event.Auth, Title: "made-up shape", Section: "RFC 6749 §10.12", Values: []string{"round", "square"}},
		},
	}
}

// MadeUp refuses an authorization request whose state is made up.
func MadeUp(state string) error {
	if state == "made-up" {
		return errors.New("the state is made up")
	}
	return nil
}
