package authserver

import (
	"time"

	"github.com/google/uuid"

	"oauthlab/server/limit"
)

// How fast passwords may be tried at one account of one lab, on the lab's clock:
// a few at once, then one in ten seconds (RFC 6749 §10.10 asks for protection against guessing).
const (
	triesAtOnce   = 5
	triesEvery    = 10 * time.Second
	accountsKnown = 10_000 // the least recently tried are forgotten
)

// throttle slows down who guesses passwords. It is safe for concurrent use.
type throttle = limit.Pace[account]

type account struct {
	lab  uuid.UUID
	user string
}

func newThrottle() throttle {
	return limit.NewPace[account](limit.Rate{Most: triesAtOnce, Per: triesAtOnce * triesEvery}, accountsKnown)
}
