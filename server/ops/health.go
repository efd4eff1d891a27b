package ops

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"oauthlab/server/lab"
)

const (
	// probeEvery is how long a report is good for.
	probeEvery = time.Second

	// probeWait bounds one round of probes. Starting the store's server anew is
	// the slowest of them.
	probeWait = 10 * time.Second

	// retryAfter is what is asked of those who are turned away.
	retryAfter = 5 * time.Second
)

// Check is one thing that must hold for the program to work.
type Check struct {
	Name string
	// Probe returns what is wrong, in words for an operator, or nil.
	Probe func(context.Context) error
	// Advice says what an operator can do about it.
	Advice string
	// Open leaves labs open where the check fails: it says only that no new
	// visitors should be sent here.
	Open bool
}

// level is how loudly the check is missed: one that leaves labs open was meant, and
// whoever meant it has said so.
func (c Check) level() slog.Level {
	if c.Open {
		return slog.LevelDebug
	}
	return slog.LevelError
}

// Health knows whether the program is ready. Make it with NewHealth.
type Health struct {
	checks []Check
	log    *slog.Logger

	refreshing sync.Mutex // one round at a time
	report     atomic.Pointer[report]
}

// NewHealth returns a Health over the checks, all of which pass until they are probed.
func NewHealth(log *slog.Logger, checks ...Check) *Health {
	h := &Health{checks: checks, log: log}
	r := &report{Ready: true, Checks: map[string]state{}}
	for _, c := range checks {
		r.Checks[c.Name] = state{OK: true}
	}
	h.report.Store(r)
	return h
}

// report is the answer of /readyz.
type report struct {
	Ready  bool             `json:"ready"`
	Checks map[string]state `json:"checks"`

	closed bool // no lab is to be opened
}

// state is how one check stands.
type state struct {
	OK    bool   `json:"ok"`
	Error string `json:"error,omitempty"`
	Hint  string `json:"hint,omitempty"`
}

// Watch probes again and again until ctx ends.
func (h *Health) Watch(ctx context.Context) {
	tick := time.NewTicker(probeEvery)
	defer tick.Stop()
	for {
		h.Refresh(ctx)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// Refresh probes everything now, and logs what has become different.
func (h *Health) Refresh(ctx context.Context) {
	h.refreshing.Lock()
	defer h.refreshing.Unlock()
	limited, done := context.WithTimeout(ctx, probeWait)
	defer done()
	before := h.report.Load()
	now := &report{Ready: true, Checks: map[string]state{}}
	for _, c := range h.checks {
		err := c.Probe(limited)
		if ctx.Err() != nil {
			return // the one who asks has gone: this says nothing about us
		}
		was := before.Checks[c.Name]
		if err == nil {
			now.Checks[c.Name] = state{OK: true}
			if !was.OK {
				h.log.Info("ready again", "check", c.Name)
			}
			continue
		}
		now.Ready = false
		now.closed = now.closed || !c.Open
		now.Checks[c.Name] = state{Error: err.Error(), Hint: c.Advice}
		if was.OK {
			h.log.Log(ctx, c.level(), "not ready", "check", c.Name, "err", err, "hint", c.Advice)
		}
	}
	h.report.Store(now)
}

// Gate returns why no lab can be opened just now, as a *lab.UnavailableError, or nil. It looks
// at the last report, and takes no time.
func (h *Health) Gate() error {
	if h.report.Load().closed {
		return &lab.UnavailableError{Wait: retryAfter}
	}
	return nil
}

// ServeReady answers whether visitors may be sent here: 200, or 503 where a check fails.
func (h *Health) ServeReady(w http.ResponseWriter, r *http.Request) {
	h.Refresh(r.Context())
	now := h.report.Load()
	w.Header().Set("Content-Type", "application/json")
	seal(w)
	if !now.Ready {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	json.NewEncoder(w).Encode(now) //nolint:errcheck // the caller has gone
}

// ServeAlive answers that the process lives, which it does.
func ServeAlive(w http.ResponseWriter, _ *http.Request) {
	seal(w)
	w.WriteHeader(http.StatusNoContent)
}

// seal sets the headers of an answer that is for programs alone.
func seal(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; img-src 'self'; frame-ancestors 'none'")
}
