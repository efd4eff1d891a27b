package store

import (
	"context"
	"hash/maphash"
	"time"

	"github.com/google/uuid"
	lru "github.com/hashicorp/golang-lru/v2"

	"oauthlab/lessons/frame"
)

const (
	// maxRecentLogs bounds of how many logs it is remembered what they took lately, and
	// maxRecent how many events of each, with 16 bytes an event.
	maxRecentLogs = 1024
	maxRecent     = 4096

	// clockRoom is by how much the clocks of server and process may differ.
	clockRoom = 5 * time.Second
)

// lately remembers which events logs took lately. What it does not know is read from the
// log again. A log's part is guarded by the log's lock.
type lately struct {
	seed maphash.Seed
	of   *lru.Cache[uuid.UUID, *recent]
}

// recent is what one log took lately: every event from a moment on, up to a place of the
// stream.
type recent struct {
	since time.Time
	until uint64
	ids   []recentID // oldest first
}

// recentID stands for an event's id. Two of one hash in a log are not to be expected: it
// is of 64 bits, with a seed that nobody knows.
type recentID struct {
	hash uint64
	at   int64 // Unix time, in seconds
}

func newLately() lately {
	of, _ := lru.New[uuid.UUID, *recent](maxRecentLogs) // fails for sizes below one
	return lately{seed: maphash.MakeSeed(), of: of}
}

func (l lately) hash(id string) uint64 { return maphash.String(l.seed, id) }

// add notes that the log went on from the place before with events, up to the place end.
func (l lately) add(lab uuid.UUID, before, end uint64, events []told) {
	r, known := l.of.Get(lab)
	if !known || r.until != before {
		return // the log is read from there on when somebody asks
	}
	for _, one := range events {
		r.note(l.hash(one.id), time.Now())
	}
	r.until = end
}

// note remembers one more, and forgets what the server's window has forgotten, or half of
// them where there are too many.
func (r *recent) note(hash uint64, now time.Time) {
	if n := len(r.ids); n > 0 && n == cap(r.ids) || n >= maxRecent {
		old, begin := 0, now.Add(-dedupeWindow-clockRoom)
		for old < n && r.ids[old].at < begin.Unix() {
			old++
		}
		if old == 0 && n >= maxRecent {
			old = n / 2
			begin = time.Unix(r.ids[old].at+1, 0)
		}
		if old > 0 {
			r.ids, r.since = append([]recentID(nil), r.ids[old:]...), begin
		}
	}
	r.ids = append(r.ids, recentID{hash, now.Unix()})
}

func (r *recent) has(hash uint64) bool {
	for _, one := range r.ids {
		if one.hash == hash {
			return true
		}
	}
	return false
}

// lookLately looks for what is left among what the log took in the server's window, and
// where the log ends.
func (s *Store) lookLately(ctx context.Context, a *appending) error {
	if err := s.lookAtEnd(ctx, a); err != nil {
		return err
	}
	begin := time.Now().Add(-dedupeWindow - clockRoom)
	r, known := s.lately.of.Get(a.lab)
	from := batchRead{Start: &begin}
	if known && !r.since.After(begin.Add(clockRoom)) {
		from = batchRead{From: r.until + 1}
	} else {
		r = &recent{since: begin}
	}
	for try := 0; from.Start != nil || r.until < a.at.stream; try++ {
		if try > 0 { // what answered lags behind, or the log was removed
			var err error
			if a.at, err = s.readTail(ctx, a.lab); err == nil {
				err = pause(ctx, try)
			}
			if err != nil {
				return err
			}
		}
		err := s.walk(ctx, a.lab, from, func(at uint64, f frame.Frame) error {
			if at > a.at.stream {
				a.at = tail{stream: at, seq: f.Last()}
			}
			r.until = at
			return f.IDs(func(id string) { r.note(s.lately.hash(id), time.Now()) })
		})
		if err != nil {
			return err
		}
		if s.replicas == 1 { // what answered has all
			r.until = max(r.until, a.at.stream)
		}
		from = batchRead{From: r.until + 1}
	}
	a.since = a.at.stream
	s.lately.of.Add(a.lab, r)
	left := a.left[:0:0]
	for _, one := range a.left {
		if !r.has(s.lately.hash(one.id)) {
			left = append(left, one)
		}
	}
	a.left = left
	return nil
}
