package store

import (
	"context"
	"sync"
)

// unsettled tells followers that what they hear may not be all: the connection or
// the leader has changed. Each then looks into the log by itself.
type unsettled struct {
	mu   sync.Mutex
	next context.Context    // ended by the next stir; guarded by mu, as is
	stop context.CancelFunc // what ends it
}

func newUnsettled() *unsettled {
	u := &unsettled{}
	u.next, u.stop = context.WithCancel(context.Background())
	return u
}

func (u *unsettled) stir() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.stop()
	u.next, u.stop = context.WithCancel(context.Background())
}

// stirred returns a context that is ended by the next stir.
func (u *unsettled) stirred() context.Context {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.next
}
