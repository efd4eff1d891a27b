package limit

import (
	"context"
	"fmt"
	"net/netip"
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
)

const (
	// knownClients is how many addresses are remembered; whoever has not been seen
	// for longest is forgotten first, and begins anew.
	knownClients = 4096

	// countAgain is how long a count of all labs is good for. Labs made meanwhile by
	// this process are added to it.
	countAgain = 10 * time.Second

	// noneLeftWait is when to ask again where there are too many labs. They expire
	// when they do.
	noneLeftWait = 5 * time.Minute
)

// LabBounds say how many labs may be made. A bound of 0 is none.
type LabBounds struct {
	Rate       Rate          // by one address
	PerAddress int           // by one address, within Kept
	InAll      int           // that there are
	Kept       time.Duration // how long an idle lab is kept
}

// Labs bounds how many labs are made. It is safe for concurrent use.
type Labs struct {
	bounds LabBounds
	count  func(context.Context) (int, error) // of all labs that there are
	pace   RateLimiter[netip.Addr]

	mu      sync.Mutex                          // guards all below
	made    *lru.Cache[netip.Addr, []time.Time] // by each address, oldest first, at most PerAddress
	counted time.Time                           // when labs were counted last
	there   int                                 // labs then, and those made since
}

// NewLabs returns a Labs; count tells how many labs there are.
func NewLabs(b LabBounds, count func(context.Context) (int, error)) *Labs {
	made, _ := lru.New[netip.Addr, []time.Time](knownClients) // fails for sizes below one
	return &Labs{bounds: b, count: count, pace: NewRateLimiter[netip.Addr](b.Rate, knownClients), made: made}
}

// Bound names what a new lab would have gone beyond.
type Bound string

// The bounds of Labs.
const (
	TooFast  Bound = "rate"
	TooMany  Bound = "address"
	NoneLeft Bound = "all"
)

// Exceeded says which bound a new lab would have gone beyond, and when to ask again.
type Exceeded struct {
	Bound Bound
	Most  int
	Wait  time.Duration
}

func (e *Exceeded) Error() string {
	return fmt.Sprintf("no more labs: bound %s of %d, again in %s", e.Bound, e.Most, e.Wait)
}

// Admit returns nil where client may make a lab now, and takes it for made; else an
// *Exceeded, or the error of the count.
func (l *Labs) Admit(ctx context.Context, client netip.Addr, now time.Time) error {
	if wait := l.pace.Wait(client, now); wait > 0 {
		return &Exceeded{TooFast, l.bounds.Rate.Most, wait}
	}
	if err := l.countAll(ctx, now); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if most := l.bounds.InAll; most > 0 && l.there >= most {
		return &Exceeded{NoneLeft, most, noneLeftWait}
	}
	made, _ := l.made.Get(client)
	for len(made) > 0 && now.Sub(made[0]) >= l.bounds.Kept {
		made = made[1:]
	}
	if most := l.bounds.PerAddress; most > 0 && len(made) >= most {
		return &Exceeded{TooMany, most, l.bounds.Kept - now.Sub(made[0])}
	}
	if l.bounds.PerAddress > 0 {
		l.made.Add(client, append(made, now))
	}
	l.there++
	return nil
}

// countAll counts the labs where the last count is too old.
func (l *Labs) countAll(ctx context.Context, now time.Time) error {
	l.mu.Lock()
	age := now.Sub(l.counted)
	stale := l.bounds.InAll > 0 && (age >= countAgain || age < 0)
	if stale {
		l.counted = now // whoever comes meanwhile does not count too
	}
	l.mu.Unlock()
	if !stale {
		return nil
	}
	there, err := l.count(ctx)
	l.mu.Lock()
	defer l.mu.Unlock()
	if err != nil {
		l.counted = time.Time{}
		return fmt.Errorf("count the labs: %w", err)
	}
	l.there = there
	return nil
}
