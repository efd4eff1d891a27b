package guard

import (
	"crypto/subtle"
	"errors"

	"oauthlab/lessons/event"
)

// The parts.
const (
	IDNonceSent ID = "nonce.sent"
	IDNonce     ID = "nonce.compare"
)

// nonce holds that an ID token answers the request of this login.
func nonce() Protection {
	return Protection{
		ID: "nonce", Title: "Nonce", By: event.Client, Chapter: "v07",
		Stops: "An ID token of another login, and with it another's code.",
		Parts: []Part{
			{ID: IDNonceSent, Kind: Habit, By: event.Client, Title: "client sends", Section: core + " §3.1.2.1", Values: []string{Random, Nothing}, Before: Nothing},
			{ID: IDNonce, Kind: Guard, By: event.Client, Title: "nonce match", Does: "client compares it", Section: core + " §3.1.3.7", Hint: "The nonce is in the ID token as it stood in the request: one login, one nonce."},
		},
	}
}

// Nonce refuses an ID token that was made for another login (OpenID
// Connect Core §3.1.3.7, point 11). Without it, whoever gets another
// user's code or ID token into this login is that user.
func Nonce(sent, returned string) error {
	if sent == "" { // there is nothing to compare with
		return nil
	}
	if returned == "" {
		return errors.New("the ID token has no nonce")
	}
	if subtle.ConstantTimeCompare([]byte(sent), []byte(returned)) != 1 {
		return errors.New("the nonce is not the one of this login")
	}
	return nil
}
