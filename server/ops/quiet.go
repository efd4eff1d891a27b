package ops

import (
	"context"
	"log/slog"
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
)

const (
	// quietFor is how long a warning that was just written is not written again.
	quietFor = time.Minute

	// quietKnown is how many warnings are remembered.
	quietKnown = 256
)

// Quiet writes a warning or an error that is met again and again once a minute, and
// says how often it was left out. What matters less than a warning passes.
type Quiet struct {
	next slog.Handler
	said *said
}

type said struct {
	mu    sync.Mutex // guards lines
	lines *lru.Cache[string, line]
}

type line struct {
	written time.Time
	left    int // out since then
}

// NewQuiet returns a Quiet before next.
func NewQuiet(next slog.Handler) *Quiet {
	lines, _ := lru.New[string, line](quietKnown) // fails for sizes below one
	return &Quiet{next, &said{lines: lines}}
}

// Enabled implements slog.Handler.
func (q *Quiet) Enabled(ctx context.Context, level slog.Level) bool {
	return q.next.Enabled(ctx, level)
}

// WithAttrs implements slog.Handler.
func (q *Quiet) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &Quiet{q.next.WithAttrs(attrs), q.said}
}

// WithGroup implements slog.Handler.
func (q *Quiet) WithGroup(name string) slog.Handler { return &Quiet{q.next.WithGroup(name), q.said} }

// Handle implements slog.Handler. Two lines are the same where message, check and error are.
func (q *Quiet) Handle(ctx context.Context, r slog.Record) error {
	if r.Level < slog.LevelWarn {
		return q.next.Handle(ctx, r)
	}
	key := r.Message
	r.Attrs(func(a slog.Attr) bool {
		switch a.Key {
		case "err", "error", "check":
			key += "\n" + a.Value.String()
		}
		return true
	})
	q.said.mu.Lock()
	before, known := q.said.lines.Get(key)
	if known && r.Time.Sub(before.written) < quietFor && !r.Time.Before(before.written) {
		before.left++
		q.said.lines.Add(key, before)
		q.said.mu.Unlock()
		return nil
	}
	q.said.lines.Add(key, line{written: r.Time})
	q.said.mu.Unlock()
	if before.left > 0 {
		r = r.Clone()
		r.AddAttrs(slog.Int("left_out", before.left))
	}
	return q.next.Handle(ctx, r)
}
