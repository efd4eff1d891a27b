package main

import (
	"io"
	"net/http"
	"os"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"nhooyr.io/websocket"

	"oauthlab/lessons/api"
	"oauthlab/lessons/event"
	"oauthlab/server/config"
	"oauthlab/server/feed"
	"oauthlab/server/lab"
	"oauthlab/server/limit"
)

// Each bound is met: the answer says which it is, and what to do. The names are those
// of the flags, all of which must be here.
func TestEachBoundIsMet(t *testing.T) {
	seldom := limit.Rate{Most: 1, Per: time.Hour}
	form := []string{"Content-Type", "application/x-www-form-urlencoded"}
	tests := map[string]struct {
		set  func(*config.Bounds)
		meet func(t *testing.T, h *house, l api.Lab)
	}{
		"max-labs": {func(b *config.Bounds) { b.MaxLabs = 1 }, func(t *testing.T, h *house, _ api.Lab) {
			h.anotherLab(t).refusedWith(t, http.StatusServiceUnavailable, "house_full")
		}},
		"max-labs-per-address": {func(b *config.Bounds) { b.MaxLabsPerAddress = 1 }, func(t *testing.T, h *house, _ api.Lab) {
			h.anotherLab(t).refusedWith(t, http.StatusTooManyRequests, "too_many_labs")
		}},
		"lab-rate": {func(b *config.Bounds) { b.LabRate = seldom }, func(t *testing.T, h *house, _ api.Lab) {
			r := h.anotherLab(t)
			r.refusedWith(t, http.StatusTooManyRequests, "too_many_labs")
			if wait := r.header.Get("Retry-After"); wait != "3600" {
				t.Errorf("come back after %s, want 3600", wait)
			}
			// A header that nobody vouches for is no way around it.
			h.anotherLab(t, "X-Forwarded-For", "198.51.100.1").refusedWith(t, http.StatusTooManyRequests, "too_many_labs")
		}},
		"api-rate": {func(b *config.Bounds) { b.APIRate = seldom }, func(t *testing.T, h *house, l api.Lab) {
			h.ask(t, "GET", h.config.Origins[event.Lab]+"/api/labs/"+l.ID, "", "Authorization", "Bearer "+l.Key).
				refusedWith(t, http.StatusTooManyRequests, "too_many_calls")
			if r := h.ask(t, "GET", h.config.Origins[event.Lab]+"/v03-pkce", ""); r.status != http.StatusOK {
				t.Errorf("pages are bounded too: %d", r.status)
			}
		}},
		"flow-rate": {func(b *config.Bounds) { b.FlowRate = seldom }, func(t *testing.T, h *house, l api.Lab) {
			h.ask(t, "POST", l.Issuer+"/token", "", form...).refusedWith(t, http.StatusBadRequest, "invalid_request")
			h.ask(t, "POST", l.Issuer+"/token", "", form...).refusedWith(t, http.StatusTooManyRequests, "temporarily_unavailable")
			page := h.ask(t, "GET", l.Issuer+"/authorize", "", "Sec-Fetch-Mode", "navigate")
			if page.status != http.StatusTooManyRequests || !strings.Contains(page.body, "This lab is asked too much.") || !strings.Contains(page.body, h.config.Origins[event.Lab]) {
				t.Errorf("a person sees %d %s", page.status, page.body)
			}
			h.wantCutShort(t, l)
			if r := h.ask(t, "GET", l.Mallory, ""); r.status != http.StatusOK {
				t.Errorf("another party is bounded by it: %d", r.status)
			}
			if r := h.ask(t, "GET", l.Mallory, ""); r.status != http.StatusTooManyRequests {
				t.Errorf("Mallory answers %d", r.status)
			}
		}},
		"max-events": {func(b *config.Bounds) { b.MaxEvents = 100 }, func(t *testing.T, h *house, l api.Lab) {
			for range 101 {
				h.ask(t, "GET", l.Issuer+"/nothing", "")
			}
			log := h.ask(t, "GET", h.config.Origins[event.Lab]+"/api/labs/"+l.ID+"/events?after=0", "", "Authorization", "Bearer "+l.Key).body
			lines := strings.Split(strings.TrimSpace(log), "\n")
			if len(lines) != 101 || !strings.Contains(lines[0], `"gap"`) { // which says what is missing
				t.Errorf("the log has %d lines, the first of them %s", len(lines), lines[0])
			}
		}},
		"max-document": {func(b *config.Bounds) { b.MaxDocument = 16 << 10 }, func(t *testing.T, h *house, l api.Lab) {
			target := l.Issuer + "/authorize?response_type=code&client_id=demo-client&code_challenge_method=S256" +
				"&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&state=" + strings.Repeat("x", 1500)
			var r reply
			for range 16 { // as many as are kept for a login
				if r = h.ask(t, "GET", target, ""); r.status != http.StatusSeeOther {
					break
				}
			}
			r.refusedWith(t, http.StatusInsufficientStorage, "lab_full")
			if r := h.ask(t, "POST", h.config.Origins[event.Lab]+"/api/labs/"+l.ID+"/reset", "", "Authorization", "Bearer "+l.Key); r.status != http.StatusOK {
				t.Errorf("a lab that is full cannot be reset: %d %s", r.status, r.body)
			}
			if r := h.ask(t, "GET", target, ""); r.status != http.StatusSeeOther {
				t.Errorf("after a reset it answers %d %s", r.status, r.body)
			}
		}},
		"max-body": {func(b *config.Bounds) { b.MaxBody = 4 << 10 }, func(t *testing.T, h *house, l api.Lab) {
			long := strings.Repeat("x", 5<<10)
			h.ask(t, "POST", h.config.Origins[event.Lab]+"/api/labs", `{"chapter":"`+long+`"}`).refusedWith(t, http.StatusRequestEntityTooLarge, "too_large")
			r := h.ask(t, "POST", l.Issuer+"/token", "code="+long, form...)
			r.refusedWith(t, http.StatusRequestEntityTooLarge, "invalid_request")
			if !strings.Contains(r.body, "longer than 4 KiB") {
				t.Errorf("it does not say how much there may be: %s", r.body)
			}
		}},
		"max-header": {func(b *config.Bounds) { b.MaxHeader = 4 << 10 }, func(t *testing.T, h *house, l api.Lab) {
			for _, target := range []string{h.config.Origins[event.Lab] + "/api/chapters", l.Issuer + "/authorize", l.Mallory} {
				if r := h.ask(t, "GET", target, "", "X-Long", strings.Repeat("x", 16<<10)); r.status != http.StatusRequestHeaderFieldsTooLarge {
					t.Errorf("%s answers %d", target, r.status)
				}
			}
		}},
		"max-followers": {func(b *config.Bounds) { b.MaxFollowers = 1 }, func(t *testing.T, h *house, l api.Lab) {
			h.follow(t, l)
			h.wantNoSeat(t, h.newLab(t), http.StatusServiceUnavailable)
		}},
		"max-followers-per-lab": {func(b *config.Bounds) { b.MaxFollowersPerLab = 1 }, func(t *testing.T, h *house, l api.Lab) {
			first := h.follow(t, l)
			h.wantNoSeat(t, l, http.StatusTooManyRequests)
			h.follow(t, h.newLab(t)) // another lab's seat is free
			first.Close(websocket.StatusNormalClosure, "")
			for h.seats.Taken() > 1 { // the server has noticed when it has
				if t.Context().Err() != nil {
					t.Fatal("the seat is not given back")
				}
				runtime.Gosched()
			}
			h.follow(t, l)
		}},
		"idle": {func(b *config.Bounds) { b.Idle = time.Minute }, func(t *testing.T, h *house, _ api.Lab) {
			if got := h.storeOptions().LabTTL; got != time.Minute { // that labs expire is the store's test
				t.Errorf("labs are kept for %s", got)
			}
		}},
		"max-store": {func(b *config.Bounds) { b.MaxStore = 1 << 30 }, func(t *testing.T, h *house, _ api.Lab) {
			if got := h.storeOptions().MaxStore; got != 1<<30 { // see TestAFullStoreClosesTheLabs
				t.Errorf("the store holds %d", got)
			}
		}},
		"min-free": {func(b *config.Bounds) { b.MinFree = 1 }, func(t *testing.T, h *house, _ api.Lab) {
			if got := h.storeOptions().MinFree; got != 1 { // see the store's tests
				t.Errorf("%d are left free", got)
			}
		}},
	}
	for _, bound := range boundFlags(t) {
		if _, met := tests[bound.Name]; !met {
			t.Errorf("nothing meets the bound --%s", bound.Name)
		}
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := openHouseWith(t, func(c *setup) {
				tt.set(&c.Bounds)
				c.stderr = io.Discard
			})
			tt.meet(t, h, h.newLab(t))
		})
	}
}

// boundFlags are the flags of the bounds.
func boundFlags(t *testing.T) []config.Setting {
	t.Helper()
	command, err := config.Read(lab.AllParties(), nil, nil, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	bounds := slices.DeleteFunc(command.Start.Settings, func(s config.Setting) bool { return s.Group != "bounds" })
	if len(bounds) < 10 {
		t.Fatalf("there are only %d bounds: %+v", len(bounds), bounds)
	}
	return bounds
}

func (h *house) anotherLab(t *testing.T, header ...string) reply {
	t.Helper()
	return h.ask(t, "POST", h.config.Origins[event.Lab]+"/api/labs", `{"chapter":"v03"}`, header...)
}

// follow opens the feed of a lab and reads its first event.
func (h *house) follow(t *testing.T, l api.Lab) *websocket.Conn {
	t.Helper()
	conn, _, err := websocket.Dial(t.Context(), "ws"+strings.TrimPrefix(h.config.Origins[event.Lab], "http")+"/api/labs/"+l.ID+"/feed?after=0",
		&websocket.DialOptions{Subprotocols: []string{feed.Protocol, feed.KeyProtocol + l.Key}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.CloseNow() })
	if _, _, err := conn.Read(t.Context()); err != nil {
		t.Fatal(err)
	}
	return conn
}

// wantNoSeat checks that a websocket is refused, and that who asks without one, as a
// page does to learn why, is told.
func (h *house) wantNoSeat(t *testing.T, l api.Lab, status int) {
	t.Helper()
	target := h.config.Origins[event.Lab] + "/api/labs/" + l.ID + "/feed?probe=1"
	conn, resp, err := websocket.Dial(t.Context(), "ws"+strings.TrimPrefix(target, "http"),
		&websocket.DialOptions{Subprotocols: []string{feed.Protocol, feed.KeyProtocol + l.Key}})
	if err == nil {
		conn.CloseNow()
		t.Fatal("there is a seat")
	}
	if resp.StatusCode != status {
		t.Errorf("the websocket is answered %d", resp.StatusCode)
	}
	h.ask(t, "GET", target, "", "Authorization", "Bearer "+l.Key).refusedWith(t, status, "too_many_followers")
}

// wantCutShort runs an attack at a bound of the lab: nobody may be said to have stopped it.
func (h *house) wantCutShort(t *testing.T, l api.Lab) {
	t.Helper()
	r := h.ask(t, "POST", h.config.Origins[event.Lab]+"/api/labs/"+l.ID+"/attacks/intercepted-code", "", "Authorization", "Bearer "+l.Key)
	if r.status != http.StatusOK || !strings.Contains(r.body, `"outcome":"cut-short"`) {
		t.Errorf("an attack answers %d %s", r.status, r.body)
	}
}

// Behind a proxy that is trusted each learner has bounds of his own.
func TestBoundsAreOfTheLearnerAndNotOfTheProxy(t *testing.T) {
	h := openHouseWith(t, func(c *setup) {
		c.Bounds.LabRate = limit.Rate{Most: 1, Per: time.Hour}
		if err := c.Ops.Proxies.UnmarshalText([]byte("127.0.0.0/8,::1")); err != nil {
			t.Fatal(err)
		}
	})
	for _, address := range []string{"198.51.100.1", "198.51.100.2", "8.8.8.8, 198.51.100.3"} {
		if r := h.anotherLab(t, "X-Forwarded-For", address); r.status != http.StatusCreated {
			t.Errorf("%s is answered %d %s", address, r.status, r.body)
		}
	}
	for _, address := range []string{"198.51.100.1", "203.0.113.7, 198.51.100.1"} {
		h.anotherLab(t, "X-Forwarded-For", address).refusedWith(t, http.StatusTooManyRequests, "too_many_labs")
	}
}

// The table of bounds in the manual has each flag with its default.
func TestTheManualHasEveryBound(t *testing.T) {
	manual, err := os.ReadFile("main.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range boundFlags(t) {
		row := regexp.MustCompile(`(?m)^//\t--` + s.Name + ` +` + regexp.QuoteMeta(s.Value) + ` `)
		if !row.Match(manual) {
			t.Errorf("the package comment of main.go has no line for --%s with its default %s", s.Name, s.Value)
		}
	}
}
