package authserver

import (
	"time"

	"github.com/google/uuid"
	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/time/rate"
)

// How fast passwords may be tried at one account of one lab, on the lab's clock:
// a few at once, then one in ten seconds (RFC 6749 §10.10 asks for protection against guessing).
const (
	triesAtOnce   = 5
	triesEvery    = 10 * time.Second
	accountsKnown = 10_000 // the least recently tried are forgotten
)

// throttle slows down who guesses passwords. It is safe for concurrent use.
type throttle struct {
	accounts *lru.Cache[account, *rate.Limiter]
}

type account struct {
	lab  uuid.UUID
	user string
}

func newThrottle() throttle {
	accounts, _ := lru.New[account, *rate.Limiter](accountsKnown) // fails for sizes below one
	return throttle{accounts}
}

// wait returns how long this account must rest before a password may be tried
// again, and takes the try if that is now.
func (th throttle) wait(lab uuid.UUID, user string, now time.Time) time.Duration {
	fresh := rate.NewLimiter(rate.Every(triesEvery), triesAtOnce)
	limiter, known, _ := th.accounts.PeekOrAdd(account{lab, user}, fresh)
	if !known {
		limiter = fresh
	}
	if limiter.AllowN(now, 1) {
		return 0
	}
	missing := 1 - limiter.TokensAt(now)
	return time.Duration(missing * float64(triesEvery)).Round(time.Second)
}

// forgive forgets the wrong tries of an account whose user came in.
func (th throttle) forgive(lab uuid.UUID, user string) {
	th.accounts.Remove(account{lab, user})
}
