package guard

import (
	"crypto/subtle"
	"errors"

	"oauthlab/lessons/event"
)

// The parts.
const (
	IDStateMethod   ID = "state.method"
	IDState         ID = "state.compare"
	IDStateUnused   ID = "state.forget"
	IDStateRequired ID = "state.require"
)

// state holds that a callback belongs to a login that this browser began.
func state() Protection {
	return Protection{
		ID: "state", Title: "State", By: event.Client, Chapter: "v02",
		Stops: "A login that this browser did not start.",
		Parts: []Part{
			{
				ID: IDStateMethod, Kind: Habit, By: event.Client, Title: "client sends", Section: "RFC 6749 §10.12",
				Values: []string{Random, Constant, Nothing}, Before: Nothing,
			},
			{ID: IDState, Kind: Guard, By: event.Client, Title: "state match", Does: "client compares it", Section: "RFC 6749 §10.12"},
			{ID: IDStateUnused, Kind: Guard, By: event.Client, Title: "state reuse", Does: "client forgets it after use", Section: "RFC 9700 §4.2.4"},
			{ID: IDStateRequired, Kind: Strictness, By: event.Auth, Title: "required state", Does: "server asks for one", Code: "invalid_request", Hint: "Send a fresh random state with each request (RFC 6749 §10.12).", Section: "RFC 6749 §4.1.1"},
		},
	}
}

// State refuses a callback whose state is not the one that this
// browser sent (RFC 6749 §10.12). Without it, Mallory signs Alice
// in to Mallory's account, and Alice does not notice. A client that
// sent none may take an answer without one where PKCE ties it to
// this browser, and the server checks that (RFC 9700 §2.1).
func State(sent, returned string, tied bool) error {
	if tied && sent == "" && returned == "" {
		return nil
	}
	if sent == "" {
		return errors.New("this browser waits for no state")
	}
	if returned == "" {
		return errors.New("the callback has no state")
	}
	if subtle.ConstantTimeCompare([]byte(sent), []byte(returned)) != 1 {
		return errors.New("the state is not the one this browser sent")
	}
	return nil
}

// StateUnused refuses a callback whose state came back before
// (RFC 9700 §4.2.4). Without it, an old callback out of a history
// is taken a second time.
func StateUnused(used bool) error {
	if used {
		return errors.New("this state came back before")
	}
	return nil
}

// StateRequired refuses an authorization request without a state.
// It is stricter than RFC 6749 §4.1.1, which recommends it; it
// keeps clients honest, and stops no attack by itself. Where the
// request has a challenge, and the server will verify it, the
// client may rely on that instead (RFC 9700 §2.1).
func StateRequired(state string, tied bool) error {
	if state == "" && !tied {
		return errors.New("the request has no state")
	}
	return nil
}
