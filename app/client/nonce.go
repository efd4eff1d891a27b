package client

import (
	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
)

// nonceBytes of chance make a nonce that nobody guesses, as those of
// a state do (OpenID Connect Core §15.5.2).
const nonceBytes = stateBytes

// makeNonce makes the nonce of this login. The ID token must have
// it, so that it answers this login and no other (OpenID Connect Core
// §3.1.2.1).
func (f *flow) makeNonce() (err error) {
	sends := f.Rules.Value(guard.IDNonceSent) == guard.Random
	if !sends || !f.asksWho() {
		return nil
	}
	if f.Nonce, err = randomText(f.Random, nonceBytes); err != nil {
		return err
	}
	f.note(event.NoteNonce,
		"The client made a nonce and keeps it with the login.",
		event.Field{Name: "nonce", Value: f.Nonce})
	return nil
}
