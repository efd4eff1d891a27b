package store

import (
	"context"
	"hash/maphash"
)

// stripes is a set of locks told apart by a hash of their key: racers in this
// process queue for it instead of storming the server with writes that lose.
// Two keys may share a lock, so whoever holds one must not ask for another of
// the same set. It is only a courtesy: other processes do not see it, and
// nothing relies on it but speed.
type stripes struct {
	seed  maphash.Seed
	locks []chan struct{}
}

func newStripes(n int) stripes {
	s := stripes{seed: maphash.MakeSeed(), locks: make([]chan struct{}, n)}
	for i := range s.locks {
		s.locks[i] = make(chan struct{}, 1)
	}
	return s
}

// lock waits for key's lock and returns what frees it, or ctx's error.
func (s stripes) lock(ctx context.Context, key string) (unlock func(), err error) {
	l := s.locks[maphash.String(s.seed, key)%uint64(len(s.locks))]
	select {
	case l <- struct{}{}:
		return func() { <-l }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
