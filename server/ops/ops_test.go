package ops

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"oauthlab/lessons/event"
	"oauthlab/server/lab"
)

// house is a Health over one check that can be broken.
func house(open bool) (h *Health, wrong *error, log *bytes.Buffer) {
	log, wrong = &bytes.Buffer{}, new(error)
	return NewHealth(slog.New(slog.NewJSONHandler(log, nil)),
		Check{Name: "store", Probe: func(context.Context) error { return *wrong }, Advice: "Look at it.", Open: open},
		Check{Name: "other", Probe: func(context.Context) error { return nil }}), wrong, log
}

func ready(t *testing.T, h *Health) (int, report) {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeReady(w, httptest.NewRequestWithContext(t.Context(), "GET", "/readyz", nil))
	var r report
	if err := json.Unmarshal(w.Body.Bytes(), &r); err != nil {
		t.Fatalf("%v in %s", err, w.Body)
	}
	return w.Code, r
}

func TestReadinessTellsEachCheckAndRecovers(t *testing.T) {
	h, wrong, log := house(false)
	if code, r := ready(t, h); code != http.StatusOK || !r.Ready || !r.Checks["store"].OK || !r.Checks["other"].OK {
		t.Errorf("at first: %d %+v", code, r)
	}
	if err := h.Gate(); err != nil {
		t.Errorf("the gate is shut: %v", err)
	}

	*wrong = errors.New("it is gone")
	for range 1000 {
		if code, r := ready(t, h); code != http.StatusServiceUnavailable || r.Ready ||
			r.Checks["store"] != (state{Error: "it is gone", Hint: "Look at it."}) || !r.Checks["other"].OK {
			t.Fatalf("broken: %d %+v", code, r)
		}
	}
	var closed *lab.UnavailableError
	if err := h.Gate(); !errors.As(err, &closed) || closed.Wait <= 0 {
		t.Errorf("the gate says %v", err)
	}

	*wrong = nil
	if code, _ := ready(t, h); code != http.StatusOK {
		t.Errorf("mended: %d", code)
	}
	if err := h.Gate(); err != nil {
		t.Errorf("mended, the gate is shut: %v", err)
	}
	if lines := strings.Count(log.String(), "\n"); lines != 2 || !strings.Contains(log.String(), `"not ready"`) || !strings.Contains(log.String(), `"ready again"`) {
		t.Errorf("a thousand failures and a recovery are %d lines, want one each:\n%s", lines, log)
	}
}

func TestAnOpenCheckLeavesLabsOpen(t *testing.T) {
	h, wrong, _ := house(true)
	*wrong = errors.New("about to end")
	if code, _ := ready(t, h); code != http.StatusServiceUnavailable {
		t.Errorf("ready answers %d", code)
	}
	if err := h.Gate(); err != nil {
		t.Errorf("the gate is shut: %v", err)
	}
}

// Who goes away while he asks does not make the program look broken.
func TestACallerWhoLeavesSaysNothingAboutUs(t *testing.T) {
	h, wrong, log := house(false)
	ctx, leave := context.WithCancel(t.Context())
	leave()
	*wrong = ctx.Err()
	h.Refresh(ctx)
	if h.Gate() != nil || log.Len() > 0 {
		t.Errorf("the gate says %v, the log %s", h.Gate(), log)
	}
}

func TestAClockThatIsPutBack(t *testing.T) {
	noon := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	now := noon
	c := &Clock{Now: func() time.Time { return now }}
	for _, step := range []struct {
		name string
		now  time.Time
		fine bool
	}{
		{"at first", noon, true},
		{"later", noon.Add(time.Hour), true},
		{"corrected by a little", noon.Add(time.Hour - 5*time.Second), true},
		{"put back", noon.Add(time.Minute), false},
		{"still", noon.Add(2 * time.Minute), false},
		{"caught up", noon.Add(time.Hour), true},
	} {
		now = step.now
		if err := c.Probe(t.Context()); (err == nil) != step.fine {
			t.Errorf("%s: %v", step.name, err)
		}
	}
	c.Seen(noon.Add(48 * time.Hour)) // by a process before
	if err := c.Probe(t.Context()); err == nil || !strings.Contains(err.Error(), "47h0m0s ago") {
		t.Errorf("behind the process before: %v", err)
	}
}

func TestQuietWritesAWarningOnceAMinute(t *testing.T) {
	var out bytes.Buffer
	log := NewQuiet(slog.NewTextHandler(&out, nil))
	at := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	say := func(level slog.Level, message, problem string) {
		r := slog.NewRecord(at, level, message, 0)
		r.AddAttrs(slog.String("err", problem), slog.Int("n", out.Len()))
		if err := log.WithAttrs([]slog.Attr{slog.String("party", "auth")}).Handle(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	for range 1000 {
		say(slog.LevelError, "store", "no answer")
	}
	say(slog.LevelError, "store", "another problem")
	say(slog.LevelInfo, "hello", "")
	say(slog.LevelInfo, "hello", "")
	if lines := strings.Count(out.String(), "\n"); lines != 4 {
		t.Errorf("%d lines, want 4:\n%s", lines, &out)
	}
	at = at.Add(quietFor)
	say(slog.LevelError, "store", "no answer")
	if !strings.Contains(out.String(), "left_out=999") {
		t.Errorf("it does not say how many were left out:\n%s", &out)
	}
}

func TestMetricsHaveABoundedNumberOfLabels(t *testing.T) {
	m := NewMetrics(func(context.Context) (int, error) { return 7, nil }, func() int { return 3 })
	mux := http.NewServeMux()
	mux.HandleFunc("/{lab}/token", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadRequest) })
	mux.HandleFunc("/{lab}/authorize", func(w http.ResponseWriter, _ *http.Request) { w.Write(nil) })
	counted := m.Count("auth", mux)
	for _, path := range []string{"/one/token", "/two/token?code=secret", "/three/authorize", "/nothing", "/else"} {
		counted.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), "GET", path, nil))
	}
	verdict := func(guard string, outcome event.Outcome) {
		m.Event(event.Event{Verdict: &event.Verdict{Guard: guard, Outcome: outcome}})
	}
	verdict("pkce.verify", event.Refused)
	verdict("made-up-by-a-client", event.Passed)
	verdict("another", "made up too")
	m.Event(event.Event{}) // not a verdict
	m.Limited("api-rate")
	m.Timed("get", time.Millisecond)
	m.Delivered(time.Millisecond)

	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", "/metrics", nil))
	text := w.Body.String()
	for _, want := range []string{
		`oauthlab_requests_total{endpoint="/{lab}/token",outcome="4xx",party="auth"} 2`,
		`oauthlab_requests_total{endpoint="/{lab}/authorize",outcome="2xx",party="auth"} 1`,
		`oauthlab_requests_total{endpoint="none",outcome="4xx",party="auth"} 2`,
		`oauthlab_request_duration_seconds_count{party="auth"} 5`,
		`oauthlab_verdicts_total{guard="pkce.verify",outcome="refused"} 1`,
		`oauthlab_verdicts_total{guard="other",outcome="passed"} 1`,
		`oauthlab_verdicts_total{guard="other",outcome="other"} 1`,
		`oauthlab_limited_total{bound="api-rate"} 1`,
		`oauthlab_store_duration_seconds_count{operation="get"} 1`,
		"oauthlab_feed_delay_seconds_count 1", "oauthlab_labs 7", "oauthlab_followers 3", "go_goroutines",
	} {
		if !strings.Contains(text, want+"\n") && !strings.Contains(text, want+" ") {
			t.Errorf("%s is missing in\n%s", want, text)
		}
	}
	for _, never := range []string{"/one/", "secret", "made-up", "made up"} {
		if strings.Contains(text, never) {
			t.Errorf("%s is a label", never)
		}
	}
}
