package client

import (
	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
)

// stateBytes of chance make a state that nobody guesses: 160 bits,
// as RFC 6749 §10.10 recommends. 128 it demands.
const stateBytes = 20

// constantState is what a client sends that never read why the
// state must be random: a real teaching project did.
const constantState = "demo-state-123"

// makeState makes the state of this login: a value that only this
// browser knows, and that must come back (RFC 6749 §10.12).
func (f *flow) makeState() error {
	if f.carries() {
		return f.makeSignedState()
	}
	switch f.Rules.Value(guard.IDStateMethod) {
	case guard.Nothing:
		return nil
	case guard.Constant:
		f.State = constantState
	default:
		state, err := randomText(f.Random, stateBytes)
		if err != nil {
			return err
		}
		f.State = state
	}
	f.note(event.NoteState,
		"The client made a state and keeps it in this tab.",
		event.Field{Name: "state", Value: f.State})
	return nil
}

// enforced reports whether a guard of the client counts.
//
// A login that sent neither state nor challenge has nothing to
// compare with what comes back. The guard says so, and the client
// goes on all the same, as such clients do: whoever sends no state
// takes any callback while his login is under way. Where no login
// is under way at all, the client knows without a state that it
// asked for nothing, and the guard counts.
func (f *flow) enforced(id guard.ID) bool {
	if id == guard.IDState && f.UnderWay && f.State == "" &&
		!f.tied() {
		return false
	}
	return f.Rules.On(id)
}

// tied reports whether PKCE ties the answer to this login: what
// another login was given cannot be redeemed with its verifier, at
// a server that checks it (RFC 9700 §2.1).
func (f *flow) tied() bool {
	return f.UnderWay && f.Verifier != "" &&
		f.Rules.On(guard.IDPKCE)
}
