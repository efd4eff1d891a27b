package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"

	"oauthlab/lessons/api"
	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/server/attack"
	"oauthlab/server/lab"
	"oauthlab/server/ops"
)

// reply is an answer of the house.
type reply struct {
	status int
	header http.Header
	body   string
}

// ask sends a request to the house; header is name, value, name, value.
func (h *house) ask(t *testing.T, method, target, body string, header ...string) reply {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, target, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
		if header[i] == "Host" {
			r.Host = header[i+1]
		}
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return reply{resp.StatusCode, resp.Header, string(text)}
}

// newLab makes a lab over the API.
func (h *house) newLab(t *testing.T) api.Lab {
	t.Helper()
	r := h.ask(t, "POST", h.config.Origins[event.Lab]+"/api/labs", `{"chapter":"v03"}`)
	var l api.Lab
	if err := json.Unmarshal([]byte(r.body), &l); err != nil || r.status != http.StatusCreated {
		t.Fatalf("creation answered %d %s", r.status, r.body)
	}
	return l
}

// lastLab makes a lab in the last chapter, which has all that there is.
func (h *house) lastLab(t *testing.T) api.Lab {
	t.Helper()
	l := h.newLab(t)
	versions := guard.Versions()
	last := versions[len(versions)-1]
	if r := h.ask(t, "PATCH", h.config.Origins[event.Lab]+"/api/labs/"+l.ID, `{"chapter":"`+last+`"}`, "Authorization", "Bearer "+l.Key); r.status != http.StatusOK {
		t.Fatalf("going on to %s is answered %d %s", last, r.status, r.body)
	}
	l.Chapter = last
	return l
}

// refusedWith checks a refusal that helps: JSON with all its words, and when to come back.
func (r reply) refusedWith(t *testing.T, status int, code string) {
	t.Helper()
	var e api.Refusal
	if err := json.Unmarshal([]byte(r.body), &e); err != nil {
		t.Fatalf("answered %d %.200s, want JSON", r.status, r.body)
	}
	if r.status != status || e.Code != code || e.Description == "" || e.Hint == "" {
		t.Errorf("answered %d %+v, want %d %s and help", r.status, e, status, code)
	}
	if (status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable) && r.header.Get("Retry-After") == "" {
		t.Error("it does not say when to come back")
	}
}

// shelf is where a house's operators' log is kept; it is safe for concurrent use.
type shelf struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *shelf) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

func (s *shelf) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// ready asks whether the house is, and returns what is wrong, by check.
func (h *house) ready(t *testing.T) (status int, wrong map[string]string) {
	t.Helper()
	r := h.ask(t, "GET", h.config.Origins[event.Lab]+"/readyz", "")
	var report struct {
		Ready  bool
		Checks map[string]struct {
			OK    bool
			Error string
		}
	}
	if err := json.Unmarshal([]byte(r.body), &report); err != nil {
		t.Fatalf("%v in %s", err, r.body)
	}
	for _, name := range []string{"store", "disk", "clock", "draining"} {
		if _, told := report.Checks[name]; !told {
			t.Errorf("the check %s is missing in %s", name, r.body)
		}
	}
	wrong = map[string]string{}
	for name, check := range report.Checks {
		if !check.OK {
			wrong[name] = check.Error
		}
	}
	if report.Ready != (len(wrong) == 0) {
		t.Errorf("ready is %t with %v", report.Ready, wrong)
	}
	return r.status, wrong
}

func TestWhatOperatorsAskTheLabsOwnOrigins(t *testing.T) {
	h := openHouse(t)
	for _, origin := range h.config.Origins {
		for _, host := range []string{"", "10.1.2.3:8080"} { // a load balancer asks by address
			header := []string{}
			if host != "" {
				header = []string{"Host", host}
			}
			if r := h.ask(t, "GET", origin+"/healthz", "", header...); r.status != http.StatusNoContent {
				t.Errorf("%s/healthz as %q answers %d", origin, host, r.status)
			}
			if r := h.ask(t, "GET", origin+"/readyz", "", header...); r.status != http.StatusOK || r.header.Get("Cache-Control") != "no-store" {
				t.Errorf("%s/readyz as %q answers %d %s", origin, host, r.status, r.body)
			}
		}
	}
	if status, wrong := h.ready(t); status != http.StatusOK {
		t.Errorf("ready answers %d with %v", status, wrong)
	}
	if r := h.ask(t, "GET", h.config.Origins[event.Lab]+"/metrics", ""); r.status != http.StatusOK || !strings.Contains(r.body, "oauthlab_labs ") {
		t.Errorf("metrics answers %d %.200s", r.status, r.body)
	}
	for _, origin := range []string{h.config.Origins[event.Auth], h.config.Origins[event.Mallory]} {
		if r := h.ask(t, "GET", origin+"/metrics", ""); r.status == http.StatusOK {
			t.Errorf("%s/metrics answers %d", origin, r.status)
		}
	}
	for _, origin := range []string{h.config.Origins[event.Lab], h.config.Origins[event.Auth], h.config.Origins[event.Mallory]} {
		if r := h.ask(t, "GET", origin+"/debug/pprof/heap", ""); r.status != http.StatusNotFound {
			t.Errorf("%s has profiles: it answers %d", origin, r.status)
		}
	}
}

func TestOperatorsWithAnAddressOfTheirOwn(t *testing.T) {
	h := openHouseWith(t, func(c *setup) { c.Ops.Listen = "127.0.0.1:0" })
	desk := "http://" + h.operatorsAt()
	for path, want := range map[string]int{"/healthz": 204, "/readyz": 200, "/metrics": 200, "/debug/pprof/heap": 200, "/": 404} {
		if r := h.ask(t, "GET", desk+path, ""); r.status != want {
			t.Errorf("%s answers %d, want %d", path, r.status, want)
		}
	}
	if r := h.ask(t, "GET", h.config.Origins[event.Lab]+"/metrics", ""); r.status != http.StatusNotFound {
		t.Errorf("the lab's origin has metrics too: %d", r.status)
	}
	if r := h.ask(t, "GET", h.config.Origins[event.Lab]+"/readyz", ""); r.status != http.StatusOK {
		t.Errorf("the lab's origin is ready with %d", r.status)
	}
}

// Metrics are not for the public: on an origin that others reach, they need an address.
func TestPublicOriginsHaveNoMetrics(t *testing.T) {
	h := &house{metrics: &ops.Metrics{}}
	h.config.Origins = lab.Origins{event.Lab: "https://lab.example.com"}
	if h.metricsAtLab() != nil {
		t.Error("anybody reads the metrics")
	}
}

func TestMetricsTellWhatHappened(t *testing.T) {
	h := openHouse(t)
	l := h.newLab(t)
	r := h.ask(t, "POST", h.config.Origins[event.Lab]+"/api/labs/"+l.ID+"/attacks/intercepted-code", "", "Authorization", "Bearer "+l.Key)
	if r.status != http.StatusOK {
		t.Fatalf("the attack answers %d %s", r.status, r.body)
	}
	text := h.ask(t, "GET", h.config.Origins[event.Lab]+"/metrics", "").body
	for _, want := range []string{
		`oauthlab_requests_total{endpoint="/api/labs/{lab}/attacks/{attack}",outcome="2xx",party="lab"} 1`,
		`oauthlab_requests_total{endpoint="/{lab}/token",outcome="4xx",party="auth"}`,
		`oauthlab_verdicts_total{guard="pkce.verify",outcome="refused"}`,
		"oauthlab_labs 1", "oauthlab_followers 0",
		`oauthlab_store_duration_seconds_count{operation="update"}`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%s is missing in\n%s", want, text)
		}
	}
	if strings.Contains(text, l.ID) || strings.Contains(text, l.Key) {
		t.Error("the lab is in the metrics")
	}
}

// A clock that is put back closes every lab, says so once, and opens them by itself.
func TestAClockPutBackClosesTheLabs(t *testing.T) {
	var behind atomic.Int64
	log := &shelf{}
	h := openHouseWith(t, func(c *setup) {
		c.now = func() time.Time { return time.Now().Add(-time.Duration(behind.Load())) }
		c.stderr = log
	})
	l := h.newLab(t)
	key := []string{"Authorization", "Bearer " + l.Key}
	calls := func(check func(reply)) {
		t.Helper()
		check(h.ask(t, "POST", h.config.Origins[event.Lab]+"/api/labs", `{"chapter":"v03"}`))
		check(h.ask(t, "GET", h.config.Origins[event.Lab]+"/api/labs/"+l.ID, "", key...))
		check(h.ask(t, "GET", h.config.Origins[event.Lab]+"/api/labs/"+l.ID+"/feed?after=0", "", key...))
		check(h.ask(t, "POST", l.Issuer+"/token", "", "Content-Type", "application/x-www-form-urlencoded"))
	}
	calls(func(r reply) {
		if r.status >= 500 {
			t.Errorf("before: %d %s", r.status, r.body)
		}
	})

	behind.Store(int64(time.Hour))
	if status, wrong := h.ready(t); status != http.StatusServiceUnavailable || !strings.Contains(wrong["clock"], "put back") || len(wrong) != 1 {
		t.Errorf("ready answers %d %v", status, wrong)
	}
	for range 20 {
		calls(func(r reply) {
			if r.status != http.StatusServiceUnavailable || r.header.Get("Retry-After") == "" || !json.Valid([]byte(r.body)) {
				t.Errorf("closed: %d %s", r.status, r.body)
			}
		})
		h.ready(t)
	}
	page := h.ask(t, "GET", l.Issuer+"/authorize", "", "Sec-Fetch-Mode", "navigate", "Accept", "text/html")
	if page.status != http.StatusServiceUnavailable || !strings.Contains(page.body, h.config.Origins[event.Lab]) || !strings.Contains(page.body, "Try again in a moment.") {
		t.Errorf("a person sees %d %s", page.status, page.body)
	}
	if r := h.ask(t, "GET", h.config.Origins[event.Lab]+"/v03-pkce", ""); r.status != http.StatusOK {
		t.Errorf("the page that needs no lab answers %d", r.status)
	}

	behind.Store(0)
	if status, wrong := h.ready(t); status != http.StatusOK {
		t.Errorf("ready answers %d %v", status, wrong)
	}
	calls(func(r reply) {
		if r.status >= 500 {
			t.Errorf("after: %d %s", r.status, r.body)
		}
	})
	lines := strings.Split(strings.TrimSpace(log.String()), "\n")
	if len(lines) != 2 || !strings.Contains(lines[0], `"not ready"`) || !strings.Contains(lines[1], `"ready again"`) {
		t.Errorf("the operators' log has\n%s\nwant two lines", log)
	}
}

// A house that starts with a clock behind its labs stays shut, unless it is told that
// the clock is right.
func TestAClockBehindTheLastWrite(t *testing.T) {
	data := t.TempDir()
	yesterday := func(c *setup) {
		c.Data, c.stderr = data, io.Discard
		c.now = func() time.Time { return time.Now().Add(-24 * time.Hour) }
	}
	t.Run("first", func(t *testing.T) { openHouseWith(t, func(c *setup) { c.Data = data }).newLab(t) })
	t.Run("behind", func(t *testing.T) {
		if status, wrong := openHouseWith(t, yesterday).ready(t); status != http.StatusServiceUnavailable || wrong["clock"] == "" {
			t.Errorf("ready answers %d %v", status, wrong)
		}
	})
	t.Run("accepted", func(t *testing.T) {
		h := openHouseWith(t, func(c *setup) { yesterday(c); c.Ops.AcceptClock = true })
		if status, wrong := h.ready(t); status != http.StatusOK {
			t.Errorf("ready answers %d %v", status, wrong)
		}
		h.newLab(t)
	})
}

// A store that is as large as it may be: the labs close, and open when there is room.
func TestAFullStoreClosesTheLabs(t *testing.T) {
	log := &shelf{}
	h := openHouseWith(t, func(c *setup) { c.Bounds.MaxStore, c.Bounds.LabRate.Most, c.stderr = 256<<10, 10_000, log })
	first := h.newLab(t)
	var r reply
	for r.status != http.StatusServiceUnavailable {
		r = h.ask(t, "POST", h.config.Origins[event.Lab]+"/api/labs", `{"chapter":"v03"}`)
		if r.status != http.StatusCreated && r.status != http.StatusServiceUnavailable {
			t.Fatalf("creation answers %d %s", r.status, r.body)
		}
	}
	r.refusedWith(t, http.StatusServiceUnavailable, "unavailable")
	if status, wrong := h.ready(t); status != http.StatusServiceUnavailable || wrong["store"] == "" {
		t.Errorf("ready answers %d %v", status, wrong)
	}
	for range 50 {
		h.ask(t, "GET", first.Issuer+"/authorize", "").refusedWith(t, http.StatusServiceUnavailable, "temporarily_unavailable")
	}
	if lines := strings.Count(log.String(), "\n"); lines > 10 {
		t.Errorf("the operators' log has %d lines:\n%s", lines, log)
	}

	if err := h.store.Delete(t.Context(), uuid.MustParse(first.ID)); err != nil { // as when it expires
		t.Fatal(err)
	}
	for status := 0; status != http.StatusOK; {
		status, _ = h.ready(t)
	}
	if r := h.ask(t, "GET", h.config.Origins[event.Auth]+"/"+first.ID+"/authorize", ""); r.status != http.StatusNotFound {
		t.Errorf("the lab that is gone answers %d", r.status)
	}
}

// Nothing that opens anything stands in the operators' log, whatever goes wrong.
func TestTheOperatorsLogHasNoSecrets(t *testing.T) {
	log := &shelf{}
	h := openHouseWith(t, func(c *setup) {
		c.stderr = log
		c.console = log // as JSON: the ledger of events
	})
	l := h.newLab(t)
	key := []string{"Authorization", "Bearer " + l.Key}
	for _, one := range attack.Catalogue() {
		if r := h.ask(t, "POST", h.config.Origins[event.Lab]+"/api/labs/"+l.ID+"/attacks/"+one.ID, "", key...); r.status != http.StatusOK {
			t.Fatalf("%s answers %d %s", one.ID, r.status, r.body)
		}
	}
	opened, err := h.labs.Open(t.Context(), uuid.MustParse(l.ID))
	if err != nil {
		t.Fatal(err)
	}
	h.signsInAndFinishes(t, opened, "alice")
	form := url.Values{"username": {"alice"}, "password": {"password123"}, "request": {"x"}}
	h.ask(t, "POST", l.Issuer+"/login?password=password123", form.Encode(), "Content-Type", "application/x-www-form-urlencoded")
	state := h.ask(t, "GET", h.config.Origins[event.Lab]+"/api/labs/"+l.ID+"/state", "", key...).body

	// And when the store is gone, which is when most is logged.
	if err := h.store.Close(); err != nil {
		t.Fatal(err)
	}
	h.ask(t, "GET", h.config.Origins[event.Lab]+"/api/labs/"+l.ID+"/state", "", key...)
	h.ask(t, "GET", l.Issuer+"/authorize?code=stolen-code-of-a-query&state=s", "")

	secrets := []string{l.Key, "password123", "stolen-code-of-a-query"}
	var documents struct {
		Auth struct {
			Sessions []struct{ ID string }
			Codes    []struct {
				Value, Code_challenge string
			}
			Tokens []struct{ Value string }
		}
	}
	if err := json.Unmarshal([]byte(state), &documents); err != nil {
		t.Fatal(err)
	}
	for _, s := range documents.Auth.Sessions {
		secrets = append(secrets, s.ID)
	}
	for _, c := range documents.Auth.Codes {
		secrets = append(secrets, c.Value, c.Code_challenge)
	}
	for _, token := range documents.Auth.Tokens {
		secrets = append(secrets, token.Value)
	}
	if len(secrets) < 10 {
		t.Fatalf("there are only %d secrets to look for in %s", len(secrets), state)
	}
	text := log.String()
	if !strings.Contains(text, `"verdict"`) || !strings.Contains(text, "not ready") && !strings.Contains(text, `"level":"ERROR"`) {
		t.Errorf("nothing happened in\n%s", text)
	}
	for _, secret := range secrets {
		if secret != "" && strings.Contains(text, secret) {
			t.Errorf("%q is in the operators' log", secret)
		}
	}
}

// deaf is a caller who has hung up in the middle of an answer.
type deaf struct{ http.ResponseWriter }

func (deaf) Write([]byte) (int, error) { return 0, syscall.EPIPE }

// Visitors leave as they like; that is nothing for operators to look after.
func TestACallerWhoLeavesIsNotLogged(t *testing.T) {
	log := &shelf{}
	h := openHouseWith(t, func(c *setup) { c.stderr = log })
	l := h.newLab(t)
	r := httptest.NewRequestWithContext(t.Context(), "GET", "/api/labs/"+l.ID+"/events", nil)
	r.Header.Set("Authorization", "Bearer "+l.Key)
	defer func() {
		if recover() != http.ErrAbortHandler { //nolint:errorlint // what net/http looks for
			t.Error("the answer looks whole")
		}
		if strings.Contains(log.String(), "broken pipe") {
			t.Errorf("the log says %s", log)
		}
	}()
	h.handlers[0].ServeHTTP(deaf{httptest.NewRecorder()}, r)
}
