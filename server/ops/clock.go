package ops

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// clockSlack is how far a clock may be put back: what a time server corrects now and
// then. More would bring codes and tokens back to life that have expired.
const clockSlack = 5 * time.Second

// Clock notices that the clock was put back. It is safe for concurrent use.
type Clock struct {
	Now func() time.Time

	mu      sync.Mutex // guards highest
	highest time.Time
}

// Seen tells that something happened at a time, by this clock or that of another
// process before: it has been that late.
func (c *Clock) Seen(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if at = at.Round(0); at.After(c.highest) { // without the monotonic reading, which is never put back
		c.highest = at
	}
}

// Probe is a Check's: it fails while the clock stands before a time that it has shown
// already, and passes once it has caught up.
func (c *Clock) Probe(context.Context) error {
	now := c.Now().Round(0)
	c.mu.Lock()
	behind := c.highest.Sub(now)
	c.mu.Unlock()
	if behind > clockSlack {
		return fmt.Errorf("the clock was put back: it is %s, and it was later %s ago", now.UTC().Format(time.RFC3339), behind.Round(time.Second))
	}
	c.Seen(now)
	return nil
}
