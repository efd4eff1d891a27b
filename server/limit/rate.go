package limit

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/time/rate"
)

// Rate is how often something may happen: Most at once, which come back evenly
// within Per. As a flag it is written 120/1m. The zero value allows nothing.
type Rate struct {
	Most int
	Per  time.Duration
}

var errRate = errors.New("it takes a number and a time, such as 120/1m: so many at once, which come back evenly within that time")

// String writes the rate as the flag takes it.
func (r Rate) String() string {
	per := r.Per.String()
	for _, nothing := range []string{"m0s", "h0m"} { // 1h0m0s is 1h
		if strings.HasSuffix(per, nothing) {
			per = per[:len(per)-2]
		}
	}
	return fmt.Sprintf("%d/%s", r.Most, per)
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (r *Rate) UnmarshalText(text []byte) error {
	most, per, found := strings.Cut(string(text), "/")
	n, err := strconv.Atoi(most)
	if err != nil || !found || n < 1 {
		return errRate
	}
	d, err := time.ParseDuration(per)
	if err != nil || d <= 0 {
		return errRate
	}
	*r = Rate{Most: n, Per: d}
	return nil
}

// RateLimiter holds each key to one Rate. It remembers a bounded number of keys: whoever has
// not been seen for longest is forgotten, and begins anew. It is safe for concurrent use.
type RateLimiter[K comparable] struct {
	rate Rate
	keys *lru.Cache[K, *rate.Limiter]
}

// NewRateLimiter returns a RateLimiter that remembers at most so many keys, at least one.
func NewRateLimiter[K comparable](r Rate, keys int) RateLimiter[K] {
	known, _ := lru.New[K, *rate.Limiter](max(keys, 1)) // fails for sizes below one
	return RateLimiter[K]{r, known}
}

// Wait returns 0 where key may go on now, and takes it down; else how long it must
// rest first, and then nothing is taken down.
func (p RateLimiter[K]) Wait(key K, now time.Time) time.Duration {
	every := p.rate.Per / time.Duration(max(p.rate.Most, 1))
	fresh := rate.NewLimiter(rate.Every(every), p.rate.Most)
	limiter, known, _ := p.keys.PeekOrAdd(key, fresh)
	if known {
		p.keys.Get(key) // who is seen is not forgotten
	} else {
		limiter = fresh
	}
	if limiter.AllowN(now, 1) {
		return 0
	}
	missing := 1 - limiter.TokensAt(now)
	return max(time.Duration(missing*float64(every)), time.Millisecond)
}

// Forget lets key begin anew.
func (p RateLimiter[K]) Forget(key K) { p.keys.Remove(key) }

// Seconds is a wait as Retry-After has it (RFC 9110 §10.2.3): whole seconds, at least one.
func Seconds(wait time.Duration) int {
	return max(int((wait+time.Second-1)/time.Second), 1)
}
