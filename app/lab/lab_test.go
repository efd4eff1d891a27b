//go:build !js

package lab

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"nhooyr.io/websocket"

	"oauthlab/app/client"
	"oauthlab/lessons/api"
	"oauthlab/lessons/event"
	"oauthlab/lessons/frame"
	"oauthlab/lessons/guard"
)

// desk is a lab's server with one lab, and a log that a test can break.
type desk struct {
	t      *testing.T
	server *httptest.Server

	mu      sync.Mutex // guards all below
	lab     api.Lab    // ID is empty where there is none
	log     []event.Event
	created int
	changed chan struct{} // closed and made anew when the log grows
	conns   int           // how many websockets were opened
	afters  []string      // from where they asked
	calls   []string      // other calls, as "METHOD path body"
	ups     []string      // ids that came up, with repeats
	cut     func()        // ends the websocket that is up

	// How the server misbehaves.
	swallow   int             // so many events from below are lost, and their connection cut
	cutAfter  int             // so many events go down on the first connection, then it is cut
	skip      map[uint64]bool // positions that the first connection leaves out
	gap       *event.Gap      // sent before anything else on the first connection
	again     bool            // each event goes down twice
	nonsense  bool            // the first message of the first connection is no event
	no        *api.Refusal    // the answer to every event from below
	fail      *httpFailure    // the answer to every call of the API
	refusals  int             // so many websockets are refused
	full      int             // requests to the feed that are told that there is no seat
	rejectKey bool            // the key is wrong
}

type httpFailure struct {
	status int
	body   string
}

func newDesk(t *testing.T) *desk {
	d := &desk{t: t, changed: make(chan struct{}), skip: map[uint64]bool{}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/labs", d.create)
	mux.HandleFunc("GET /api/labs/{id}/feed", d.feed)
	mux.HandleFunc("/", d.call)
	d.server = httptest.NewServer(mux)
	t.Cleanup(d.server.Close)
	return d
}

func (d *desk) create(w http.ResponseWriter, r *http.Request) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.failed(w) {
		return
	}
	var c api.Create
	if err := json.NewDecoder(r.Body).Decode(&c); err != nil {
		d.t.Errorf("create: %v", err)
	}
	d.created++
	d.lab = api.Lab{ID: fmt.Sprintf("lab-%d", d.created), Key: fmt.Sprintf("key-%d", d.created), Chapter: c.Chapter}
	w.WriteHeader(http.StatusCreated)
	_ = json.NewEncoder(w).Encode(d.lab)
}

// failed answers with d.fail, where that is set.
func (d *desk) failed(w http.ResponseWriter) bool {
	if d.fail == nil {
		return false
	}
	w.WriteHeader(d.fail.status)
	_, _ = io.WriteString(w, d.fail.body)
	return true
}

func (d *desk) call(w http.ResponseWriter, r *http.Request) {
	d.mu.Lock()
	defer d.mu.Unlock()
	body, _ := io.ReadAll(r.Body)
	d.calls = append(d.calls, strings.TrimSpace(r.Method+" "+r.URL.EscapedPath()+" "+string(body)))
	if d.failed(w) {
		return
	}
	if d.lab.ID == "" || strings.HasPrefix(r.URL.Path, "/api/labs/") && !strings.HasPrefix(r.URL.Path+"/", "/api/labs/"+d.lab.ID+"/") {
		w.WriteHeader(http.StatusNotFound)
		_ = json.NewEncoder(w).Encode(api.Refusal{Code: "unknown_lab", Description: "There is no such lab."})
		return
	}
	if d.rejectKey || r.Header.Get("Authorization") != "Bearer "+d.lab.Key {
		w.WriteHeader(http.StatusUnauthorized)
		_ = json.NewEncoder(w).Encode(api.Refusal{Code: "unauthorized", Description: "The key is wrong."})
		return
	}
	var answer any = api.Lab{ID: d.lab.ID, Chapter: d.lab.Chapter}
	switch {
	case strings.HasSuffix(r.URL.Path, "/sign-out"):
		w.WriteHeader(http.StatusNoContent)
		return
	case strings.HasSuffix(r.URL.Path, "/state/tables"):
		_, ahead := time.Now().Zone()
		if q := r.URL.Query(); q.Get("zone") != fmt.Sprint(ahead/60) {
			t := "the zone is " + q.Get("zone")
			answer = api.Sheets{Sheets: []api.Sheet{{Title: t}}}
		} else {
			answer = api.Sheets{Sheets: []api.Sheet{{Title: "as " + q.Get("as")}}}
		}
	case r.URL.Path == "/api/attacks":
		answer = []api.Attack{{ID: "stolen-code"}}
	case strings.Contains(r.URL.Path, "/attacks/"):
		answer = api.AttackResult{Outcome: api.Stopped, By: "pkce.verify"}
	case strings.HasPrefix(r.URL.Path, "/api/code/"):
		answer = api.Code{Guard: "pkce.verify"}
	case r.Method == "PATCH":
		answer = api.Lab{ID: d.lab.ID, Chapter: "patched"}
	}
	_ = json.NewEncoder(w).Encode(answer)
}

// add puts notes into the log, named by their positions.
func (d *desk) add(n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for range n {
		d.store(note(fmt.Sprintf("e%d", len(d.log)+1)))
	}
}

// store puts an event into the log, once. d.mu is held.
func (d *desk) store(e event.Event) {
	if slices.ContainsFunc(d.log, func(old event.Event) bool { return old.ID == e.ID }) {
		return
	}
	e.Seq = uint64(len(d.log) + 1)
	d.log = append(d.log, e)
	close(d.changed)
	d.changed = make(chan struct{})
}

func note(id string) event.Event {
	return event.Event{
		V: event.Version, ID: id, From: event.Client, Kind: event.KindNote,
		Note: &event.Note{Name: event.NoteState, Text: "a note"},
	}
}

func (d *desk) feed(w http.ResponseWriter, r *http.Request) {
	d.mu.Lock()
	var first, refused bool
	if !r.URL.Query().Has("probe") {
		d.conns++
		first = d.conns == 1
		d.afters = append(d.afters, r.URL.Query().Get("after"))
		refused = d.refusals > 0
		d.refusals--
	}
	known := r.PathValue("id") == d.lab.ID
	protocols := r.Header.Get("Sec-WebSocket-Protocol")
	key := d.lab.Key
	d.mu.Unlock()
	if refused || !known {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	d.mu.Lock()
	full := d.full > 0
	d.full--
	d.mu.Unlock()
	if full {
		w.WriteHeader(http.StatusTooManyRequests)
		io.WriteString(w, `{"error":"too_many_followers","error_description":"This lab is open too often.","hint":"Close a tab."}`)
		return
	}
	if r.URL.Query().Has("probe") {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	if !strings.Contains(protocols, "oauthlab.v1") || !strings.Contains(protocols, "key."+key) {
		d.t.Errorf("subprotocols %q", protocols)
	}
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{"oauthlab.v1"}})
	if err != nil {
		return
	}
	defer conn.CloseNow()
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	d.mu.Lock()
	d.cut = cancel
	d.mu.Unlock()

	go d.takeUp(ctx, cancel, conn)
	after, _ := strconv.ParseUint(r.URL.Query().Get("after"), 10, 64)
	d.sendDown(ctx, conn, after, first)
}

func (d *desk) takeUp(ctx context.Context, cancel func(), conn *websocket.Conn) {
	defer cancel()
	for {
		_, message, err := conn.Read(ctx)
		if err != nil {
			return
		}
		step := make([]event.Event, 1)
		if message[0] == '[' {
			err = json.Unmarshal(message, &step)
		} else {
			err = json.Unmarshal(message, &step[0])
		}
		if err != nil {
			d.t.Errorf("from below: %v", err)
			return
		}
		d.mu.Lock()
		var ids []string
		for _, e := range step {
			ids = append(ids, e.ID)
		}
		d.ups = append(d.ups, strings.Join(ids, "+"))
		lost := d.swallow > 0
		d.swallow--
		no := d.no
		if !lost && no == nil {
			for _, e := range step {
				d.store(e)
			}
		}
		d.mu.Unlock()
		if lost {
			return
		}
		if no != nil {
			text, _ := json.Marshal(map[string]string{"error": no.Code, "error_description": no.Description, "id": step[0].ID})
			_ = conn.Write(ctx, websocket.MessageText, text)
		}
	}
}

func (d *desk) sendDown(ctx context.Context, conn *websocket.Conn, after uint64, first bool) {
	send := func(v any) bool {
		text, _ := json.Marshal(v)
		return conn.Write(ctx, websocket.MessageText, text) == nil
	}
	if first && d.nonsense && conn.Write(ctx, websocket.MessageText, []byte(`{"hello":`)) != nil {
		return
	}
	if first && d.gap != nil {
		gap := event.Event{V: event.Version, ID: "gap", From: event.Lab, Kind: event.KindGap, Gap: d.gap}
		if !send(gap) {
			return
		}
		after = d.gap.Next - 1
	}
	for sent := 0; ; {
		d.mu.Lock()
		rest, changed := slices.Clone(d.log[min(int(after), len(d.log)):]), d.changed
		d.mu.Unlock()
		for _, e := range rest {
			after = e.Seq
			if first && d.skip[e.Seq] {
				continue
			}
			if !send(e) || d.again && !send(e) {
				return
			}
			if sent++; first && sent == d.cutAfter {
				return
			}
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return
		}
	}
}

// device is a browser whose waits are over at once.
func (d *desk) device(keep memory) Device {
	return Device{
		Origin: d.server.URL,
		Keep:   keep,
		NewID:  func() string { return "new" },
		Now:    time.Now,
		After:  func(time.Duration) <-chan time.Time { return time.After(0) },
		Fetch: func(ctx context.Context, r client.Request) (client.Response, error) {
			req, err := http.NewRequestWithContext(ctx, r.Method, r.URL, strings.NewReader(r.Body))
			if err != nil {
				return client.Response{}, err
			}
			for _, f := range r.Header {
				req.Header.Add(f.Name, f.Value)
			}
			res, err := d.server.Client().Do(req)
			if err != nil {
				return client.Response{}, err
			}
			defer res.Body.Close()
			body, err := io.ReadAll(res.Body)
			return client.Response{Status: res.StatusCode, Body: string(body)}, err
		},
		Dial: func(ctx context.Context, url string, protocols []string) (Socket, error) {
			conn, _, err := websocket.Dial(ctx, url, &websocket.DialOptions{Subprotocols: protocols})
			if err != nil {
				return nil, err
			}
			return testSocket{conn}, nil
		},
	}
}

type testSocket struct{ conn *websocket.Conn }

func (s testSocket) Read(ctx context.Context) ([]byte, error) {
	_, message, err := s.conn.Read(ctx)
	return message, err
}

func (s testSocket) Write(ctx context.Context, message []byte) error {
	return s.conn.Write(ctx, websocket.MessageText, message)
}

func (s testSocket) Close() error { return s.conn.CloseNow() }

// memory is what a browser keeps.
type memory map[string]string

func (m memory) Get(key string) (string, bool) { v, ok := m[key]; return v, ok }
func (m memory) Set(key, value string) error   { m[key] = value; return nil }
func (m memory) Delete(key string)             { delete(m, key) }

func (d *desk) open() *Session {
	d.t.Helper()
	s, err := Open(d.t.Context(), d.device(memory{}), "v03")
	if err != nil {
		d.t.Fatal(err)
	}
	return s
}

// follow follows the session until enough reports that what came down will do.
// It returns the ids that came down and the statuses, in their order.
func follow(t *testing.T, s *Session, enough func(ids []string, at Status) bool) (ids []string, statuses []Status) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	s.Follow(ctx, func(u Update) {
		for _, e := range u.Events {
			ids = append(ids, e.ID)
		}
		if len(statuses) == 0 || statuses[len(statuses)-1] != u.Status {
			statuses = append(statuses, u.Status)
		}
		if enough(ids, u.Status) {
			cancel()
		}
	})
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		t.Fatalf("what should come down did not: %v, %v", ids, statuses)
	}
	return ids, statuses
}

func numbered(n int) []string {
	ids := make([]string, n)
	for i := range ids {
		ids[i] = fmt.Sprintf("e%d", i+1)
	}
	return ids
}

func until(n int) func([]string, Status) bool {
	return func(ids []string, _ Status) bool { return len(ids) >= n }
}

func TestOpenCreatesAndRestores(t *testing.T) {
	d := newDesk(t)
	keep := memory{}
	first, err := Open(t.Context(), d.device(keep), "v02")
	if err != nil {
		t.Fatal(err)
	}
	if l := first.Lab(); l.ID != "lab-1" || l.Key != "key-1" || l.Chapter != "v02" {
		t.Errorf("created %+v", l)
	}
	second, err := Open(t.Context(), d.device(keep), "v03")
	if err != nil {
		t.Fatal(err)
	}
	if l := second.Lab(); l.ID != "lab-1" || l.Key != "key-1" || l.Chapter != "v02" || d.created != 1 {
		t.Errorf("restored %+v after %d creations", l, d.created)
	}
}

func TestOpenMakesANewLab(t *testing.T) {
	tests := map[string]func(d *desk, keep memory){
		"where the server forgot the old one": func(d *desk, _ memory) { d.lab = api.Lab{} },
		"where the key is wrong":              func(d *desk, _ memory) { d.rejectKey = true },
		"where nothing is kept":               func(_ *desk, keep memory) { clear(keep) },
		"where nonsense is kept":              func(_ *desk, keep memory) { keep[keepKey] = "{" },
		"where half of it is kept":            func(_ *desk, keep memory) { keep[keepKey] = `{"id":"lab-1"}` },
		"where a path is kept":                func(_ *desk, keep memory) { keep[keepKey] = `{"id":"../../x","key":"k"}` },
	}
	for name, change := range tests {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			keep := memory{}
			if _, err := Open(t.Context(), d.device(keep), "v03"); err != nil {
				t.Fatal(err)
			}
			change(d, keep)
			s, err := Open(t.Context(), d.device(keep), "v03")
			if err != nil {
				t.Fatal(err)
			}
			if s.Lab().ID != "lab-2" || !strings.Contains(keep[keepKey], "lab-2") {
				t.Errorf("opened %q, and keeps %s", s.Lab().ID, keep[keepKey])
			}
		})
	}
}

func TestOpenDoesNotGiveALabUpForABrokenServer(t *testing.T) {
	d := newDesk(t)
	keep := memory{}
	if _, err := Open(t.Context(), d.device(keep), "v03"); err != nil {
		t.Fatal(err)
	}
	d.fail = &httpFailure{503, ""}
	if _, err := Open(t.Context(), d.device(keep), "v03"); err == nil {
		t.Fatal("opened a lab on a server that fails")
	}
	d.fail = nil
	s, err := Open(t.Context(), d.device(keep), "v03")
	if err != nil || s.Lab().ID != "lab-1" {
		t.Errorf("opened %v, %v; want the first lab", s, err)
	}
}

func TestErrorsOfTheAPI(t *testing.T) {
	tests := map[string]struct {
		failure httpFailure
		text    string
	}{
		"a description and a hint": {httpFailure{400, `{"error":"unknown_chapter","error_description":"There is no v99.","hint":"Try v03."}`}, "There is no v99. Try v03."},
		"a description":            {httpFailure{400, `{"error":"bad","error_description":"That is no chapter."}`}, "That is no chapter."},
		"a page of a proxy":        {httpFailure{502, `<h1>Bad gateway</h1>`}, "What stands in front of the lab has no answer from it (502). Try again in a moment."},
		"too much, without a word": {httpFailure{429, ``}, "Too much is asked at once (429). Wait a little, then try again."},
		"nothing":                  {httpFailure{418, ``}, "The lab answered 418."},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			d.fail = &tt.failure
			_, err := Open(t.Context(), d.device(memory{}), "v99")
			var no *api.Refusal
			if !errors.As(err, &no) || no.Error() != tt.text || no.Status != tt.failure.status {
				t.Errorf("error %v, want %q", err, tt.text)
			}
		})
	}
}

func TestOpenRefusesAnAnswerWithoutAKey(t *testing.T) {
	for _, body := range []string{`{}`, `{"id":"x"}`, `{"key":"x"}`, `no`} {
		d := newDesk(t)
		d.fail = &httpFailure{201, body}
		if s, err := Open(t.Context(), d.device(memory{}), "v03"); err == nil {
			t.Errorf("%s opens %+v", body, s.Lab())
		}
	}
}

func TestCalls(t *testing.T) {
	chapter := "v02"
	tests := map[string]struct {
		call func(ctx context.Context, s *Session) (any, error)
		sent string
		want string
	}{
		"patch": {func(ctx context.Context, s *Session) (any, error) {
			l, err := s.Patch(ctx, api.Patch{Chapter: &chapter, Protections: map[string]bool{"pkce": false}})
			return l.Chapter + " " + s.Lab().Chapter + " " + s.Lab().Key, err
		}, `PATCH /api/labs/lab-1 {"chapter":"v02","protections":{"pkce":false}}`, "patched patched key-1"},
		"refresh": {func(ctx context.Context, s *Session) (any, error) {
			l, err := s.Refresh(ctx)
			return l.ID, err
		}, "GET /api/labs/lab-1", "lab-1"},
		"reset": {func(ctx context.Context, s *Session) (any, error) {
			l, err := s.Reset(ctx)
			return l.ID, err
		}, "POST /api/labs/lab-1/reset", "lab-1"},
		"sign out": {func(ctx context.Context, s *Session) (any, error) {
			return "", s.SignOut(ctx)
		}, "POST /api/labs/lab-1/sign-out", ""},
		"the state in tables": {func(ctx context.Context, s *Session) (any, error) {
			sheets, err := s.StateSheets(ctx, false)
			return sheets[0].Title, err
		}, "GET /api/labs/lab-1/state/tables", "as "},
		"the state as JSON": {func(ctx context.Context, s *Session) (any, error) {
			sheets, err := s.StateSheets(ctx, true)
			return sheets[0].Title, err
		}, "GET /api/labs/lab-1/state/tables", "as json"},
		"attacks": {func(ctx context.Context, s *Session) (any, error) {
			attacks, err := s.Attacks(ctx)
			return fmt.Sprintf("%d %s", len(attacks), attacks[0].ID), err
		}, "GET /api/attacks", "1 stolen-code"},
		"run an attack": {func(ctx context.Context, s *Session) (any, error) {
			result, err := s.RunAttack(ctx, "stolen-code")
			return result.By, err
		}, "POST /api/labs/lab-1/attacks/stolen-code", "pkce.verify"},
		"an id is one part of a path": {func(ctx context.Context, s *Session) (any, error) {
			result, err := s.RunAttack(ctx, "../x?y")
			return result.By, err
		}, "POST /api/labs/lab-1/attacks/..%2Fx%3Fy", "pkce.verify"},
		"code": {func(ctx context.Context, s *Session) (any, error) {
			code, err := s.Code(ctx, "pkce.verify")
			return code.Guard, err
		}, "GET /api/code/pkce.verify", "pkce.verify"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			s := d.open()
			got, err := tt.call(t.Context(), s)
			if err != nil || got != tt.want {
				t.Errorf("answer %v, %v; want %v", got, err, tt.want)
			}
			if len(d.calls) != 1 || d.calls[0] != tt.sent {
				t.Errorf("sent %q, want %q", d.calls, tt.sent)
			}
		})
	}
}

func TestFollowGivesEverythingOnce(t *testing.T) {
	tests := map[string]struct {
		misbehave func(d *desk)
		afters    []string // of the websockets; nil for any
	}{
		"over one connection":                        {func(*desk) {}, []string{"0"}},
		"when the server repeats itself":             {func(d *desk) { d.again = true }, []string{"0"}},
		"over a cut":                                 {func(d *desk) { d.cutAfter = 7 }, []string{"0", "7"}},
		"over a hole":                                {func(d *desk) { d.skip[5] = true }, []string{"0", "4"}},
		"when the first is missing":                  {func(d *desk) { d.skip[1] = true }, []string{"0", "0"}},
		"over a message that is no event":            {func(d *desk) { d.nonsense = true }, []string{"0", "0"}},
		"when the server refuses a few times, alive": {func(d *desk) { d.refusals = 3 }, []string{"0", "0", "0", "0"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			tt.misbehave(d)
			s := d.open()
			d.add(20)
			ids, statuses := follow(t, s, until(20))
			if !slices.Equal(ids, numbered(20)) {
				t.Errorf("came down %v", ids)
			}
			d.mu.Lock()
			defer d.mu.Unlock()
			if !slices.Equal(d.afters, tt.afters) {
				t.Errorf("asked after %v, want %v", d.afters, tt.afters)
			}
			if statuses[0] != Connecting || !slices.Contains(statuses, Live) ||
				slices.Contains(statuses, Reconnecting) != (len(tt.afters) > 1) {
				t.Errorf("statuses %v", statuses)
			}
		})
	}
}

func TestFollowGivesWhatComesLater(t *testing.T) {
	d := newDesk(t)
	s := d.open()
	d.add(1)
	ids, _ := follow(t, s, func(ids []string, _ Status) bool {
		if len(ids) < 5 {
			d.add(1)
		}
		return len(ids) >= 5
	})
	if !slices.Equal(ids[:5], numbered(5)) {
		t.Errorf("came down %v", ids)
	}
}

func TestFollowSaysWhatIsLost(t *testing.T) {
	d := newDesk(t)
	d.gap = &event.Gap{After: 0, Next: 6}
	s := d.open()
	d.add(8)
	ids, statuses := follow(t, s, until(4))
	if want := []string{"gap", "e6", "e7", "e8"}; !slices.Equal(ids, want) {
		t.Errorf("came down %v, want %v", ids, want)
	}
	if slices.Contains(statuses, Reconnecting) {
		t.Errorf("statuses %v: a gap that is said is no hole", statuses)
	}
}

func TestFollowEndsWhenTheLabIsGone(t *testing.T) {
	d := newDesk(t)
	s := d.open()
	d.add(1)
	gone := make(chan error, 1)
	_, statuses := follow(t, s, func(ids []string, at Status) bool {
		if len(ids) == 1 && at == Live {
			d.mu.Lock()
			d.lab = api.Lab{}
			cut := d.cut
			d.swallow = 1
			d.mu.Unlock()
			go func() { gone <- s.Record(t.Context(), note("waits")) }()
			cut()
		}
		return false
	})
	if want := []Status{Connecting, Live, Reconnecting, Gone}; !slices.Equal(statuses, want) {
		t.Errorf("statuses %v, want %v", statuses, want)
	}
	if err := <-gone; !errors.Is(err, ErrGone) {
		t.Errorf("the Record that waited got %v", err)
	}
	if err := s.Record(t.Context(), note("late")); !errors.Is(err, ErrGone) {
		t.Errorf("a Record afterwards got %v", err)
	}
}

func TestFollowSaysWhyTheServerTakesNoFollower(t *testing.T) {
	d := newDesk(t)
	s := d.open()
	d.full = 4 // twice the websocket, and the question why
	d.add(1)
	s.device.After = func(time.Duration) <-chan time.Time { return time.After(0) }
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var whys []string
	s.Follow(ctx, func(u Update) {
		if u.Why != "" {
			whys = append(whys, string(u.Status)+" "+u.Why)
		}
		if len(u.Events) > 0 {
			cancel()
		}
	})
	if want := "reconnecting This lab is open too often. Close a tab."; !slices.Equal(slices.Compact(whys), []string{want}) {
		t.Errorf("it said %q, want %q alone", whys, want)
	}
}

func TestFollowWaitsLongerEachTime(t *testing.T) {
	d := newDesk(t)
	s := d.open()
	d.refusals = 12
	var waits []time.Duration
	s.device.After = func(wait time.Duration) <-chan time.Time {
		waits = append(waits, wait)
		return time.After(0)
	}
	d.add(1)
	follow(t, s, until(1))
	if len(waits) != 12 {
		t.Fatalf("waited %v, want twelve times", waits)
	}
	full := firstWait
	for i, wait := range waits {
		if wait < full/2 || wait > full {
			t.Errorf("wait %d is %v, want between %v and %v", i+1, wait, full/2, full)
		}
		full = min(2*full, longestWait)
	}
	if full != longestWait {
		t.Errorf("the bound of %v was not reached", longestWait)
	}
}

func TestFollowEndsWithItsContext(t *testing.T) {
	d := newDesk(t)
	s := d.open()
	d.add(3)
	ctx, cancel := context.WithCancel(t.Context())
	late := false
	s.Follow(ctx, func(u Update) {
		late = late || ctx.Err() != nil
		if len(u.Events) > 0 {
			cancel()
		}
	})
	if late {
		t.Error("called after its context had ended")
	}
}

// record follows the session while f runs.
func record(t *testing.T, s *Session, f func(ctx context.Context)) (ids []string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var running sync.WaitGroup
	running.Go(func() {
		s.Follow(ctx, func(u Update) {
			for _, e := range u.Events {
				ids = append(ids, e.ID)
			}
		})
	})
	f(ctx)
	cancel()
	running.Wait()
	return ids
}

func TestRecordReturnsWhenTheEventStandsInTheLog(t *testing.T) {
	d := newDesk(t)
	s := d.open()
	record(t, s, func(ctx context.Context) {
		for _, id := range []string{"a", "b", "c"} {
			if err := s.Record(ctx, note(id)); err != nil {
				t.Fatal(err)
			}
			d.mu.Lock()
			if last := d.log[len(d.log)-1]; last.ID != id {
				t.Errorf("returned while %q is the last of the log", last.ID)
			}
			d.mu.Unlock()
		}
	})
}

func TestRecordIsSentAgainAfterACut(t *testing.T) {
	d := newDesk(t)
	d.swallow = 2
	s := d.open()
	record(t, s, func(ctx context.Context) {
		if err := s.Record(ctx, note("a")); err != nil {
			t.Fatal(err)
		}
	})
	d.mu.Lock()
	defer d.mu.Unlock()
	if want := []string{"a", "a", "a"}; !slices.Equal(d.ups, want) {
		t.Errorf("came up %v, want %v", d.ups, want)
	}
	if len(d.log) != 1 {
		t.Errorf("the log holds %d events, want one", len(d.log))
	}
}

func TestRecordIsAcknowledgedOverACutAfterStoring(t *testing.T) {
	d := newDesk(t)
	d.cutAfter = 1
	s := d.open()
	d.add(1) // the first connection dies of it
	ids := record(t, s, func(ctx context.Context) {
		if err := s.Record(ctx, note("a")); err != nil {
			t.Fatal(err)
		}
	})
	if n := slices.Index(ids, "a"); n >= 0 && slices.Contains(ids[n+1:], "a") {
		t.Errorf("came down twice: %v", ids)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.log) != 2 {
		t.Errorf("the log holds %d events, want two", len(d.log))
	}
}

func TestRecordsStayInOrderOverACut(t *testing.T) {
	d := newDesk(t)
	d.swallow = 1
	s := d.open()
	var running sync.WaitGroup
	for i := range 3 {
		running.Go(func() {
			if err := s.Record(t.Context(), note(fmt.Sprintf("r%d", i))); err != nil {
				t.Error(err)
			}
		})
		// Handed over one after the other, while nothing is connected.
		for waiting := 0; waiting <= i; {
			s.outbox.mu.Lock()
			waiting = len(s.outbox.letters)
			s.outbox.mu.Unlock()
		}
	}
	record(t, s, func(context.Context) { running.Wait() })
	var ids []string
	for _, e := range d.log {
		ids = append(ids, e.ID)
	}
	if want := []string{"r0", "r1", "r2"}; !slices.Equal(ids, want) {
		t.Errorf("the log holds %v, want %v", ids, want)
	}
}

// What is told in one step goes up in one message, unless it is too long for one.
func TestAStepGoesUpTogether(t *testing.T) {
	long := note("long")
	long.Note.Text = strings.Repeat("x", event.MaxSize*3/4)
	more := long
	more.ID = "more"
	for want, step := range map[string][]event.Event{
		"":            nil,
		"a":           {note("a")},
		"a+b+c":       {note("a"), note("b"), note("c")},
		"a+long more": {note("a"), long, more},
	} {
		d := newDesk(t)
		d.swallow = 1
		s := d.open()
		record(t, s, func(ctx context.Context) {
			if err := s.Record(ctx, step...); err != nil {
				t.Fatal(err)
			}
		})
		d.mu.Lock()
		if len(step) > 0 && len(d.log) != len(step) {
			t.Errorf("%s: the log has %d events", want, len(d.log))
		}
		if got := strings.Join(d.ups[min(len(d.ups), 1):], " "); got != want {
			t.Errorf("behind the cut came up %q, want %q", got, want)
		}
		d.mu.Unlock()
	}
}

// A message of the feed may be a frame.
func TestTheFeedIsReadInFrames(t *testing.T) {
	s := newDesk(t).open()
	var encoded [][]byte
	for _, id := range []string{"a", "b", "c"} {
		data, err := frame.Encode(note(id))
		if err != nil {
			t.Fatal(err)
		}
		encoded = append(encoded, data)
	}
	socket := &spoken{messages: [][]byte{frame.New(4, "a", encoded).Bytes(), frame.New(6, "c", encoded[2:]).Bytes()}}
	events := make(chan event.Event, 8)
	if err := s.receive(t.Context(), socket, 4, events); err != io.EOF {
		t.Fatal(err)
	}
	close(events)
	var got []string
	for e := range events {
		got = append(got, fmt.Sprint(e.Seq, e.ID))
	}
	if want := []string{"5b", "6c"}; !slices.Equal(got, want) {
		t.Errorf("it read %v, want %v", got, want)
	}
}

// spoken is a socket that has all its messages.
type spoken struct{ messages [][]byte }

func (s *spoken) Read(context.Context) (message []byte, err error) {
	if len(s.messages) == 0 {
		return nil, io.EOF
	}
	message, s.messages = s.messages[0], s.messages[1:]
	return message, nil
}
func (s *spoken) Write(context.Context, []byte) error { return nil }
func (s *spoken) Close() error                        { return nil }

func TestRecordFailsWhereTheServerSaysNo(t *testing.T) {
	d := newDesk(t)
	d.no = &api.Refusal{Code: "bad_event", Description: "Clients write notes and verdicts only."}
	s := d.open()
	record(t, s, func(ctx context.Context) {
		var no *api.Refusal
		if err := s.Record(ctx, note("a")); !errors.As(err, &no) || no.Code != "bad_event" || no.Description != d.no.Description {
			t.Errorf("error %v, want the server's", err)
		}
	})
}

func TestRecordRefusesWhatTheLogWouldNot(t *testing.T) {
	long := note("a")
	for range event.MaxFields {
		long.Note.Fields = append(long.Note.Fields, event.Field{Name: "x", Value: strings.Repeat("x", event.MaxValue)})
	}
	s := newDesk(t).open()
	for name, e := range map[string]event.Event{"not whole": {}, "too long": long} {
		if err := s.Record(t.Context(), e); err == nil {
			t.Errorf("an event that is %s was recorded", name)
		}
	}
}

func TestRecordEndsWithItsContext(t *testing.T) {
	s := newDesk(t).open()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Record(ctx, note("a")); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if len(s.outbox.letters) != 0 {
		t.Error("the event still waits to be sent")
	}
}

func TestRecordIsBounded(t *testing.T) {
	s := newDesk(t).open()
	for range maxUnacknowledged {
		if err := s.outbox.post(&letter{done: make(chan error, 1)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Record(t.Context(), note("a")); !errors.Is(err, errOutboxFull) {
		t.Errorf("error %v, want %v", err, errOutboxFull)
	}
}

func TestRules(t *testing.T) {
	whole := func(change func(map[string]api.Protection)) api.Lab {
		l := api.Lab{Protections: map[string]api.Protection{}}
		var safe guard.Switches
		for _, p := range guard.Catalogue() {
			parts := map[string]any{}
			for _, part := range p.Parts {
				if part.Kind != guard.Setting { // those stand beside the protections
					parts[string(part.ID)] = safe.Setting(part)
				}
			}
			l.Protections[p.ID] = api.Protection{On: true, Parts: parts}
		}
		change(l.Protections)
		return l
	}
	tests := map[string]struct {
		lab  api.Lab
		want guard.Switches
	}{
		"no lab yet is safe": {api.Lab{}, nil},
		"everything on":      {whole(func(map[string]api.Protection) {}), nil},
		"a guard off": {whole(func(p map[string]api.Protection) {
			p["state"].Parts[string(guard.IDState)] = false
		}), guard.Switches{guard.IDState: "off"}},
		"a habit changed": {whole(func(p map[string]api.Protection) {
			p["pkce"].Parts[string(guard.IDPKCEMethod)] = "plain"
		}), guard.Switches{guard.IDPKCEMethod: "plain"}},
		"what this client does not know": {whole(func(p map[string]api.Protection) {
			p["pkce"].Parts[string(guard.IDPKCEMethod)] = "S1024"
			p["pkce"].Parts["pkce.future"] = false
			p["future"] = api.Protection{}
		}), nil},
		"a part that the lab does not name": {whole(func(p map[string]api.Protection) {
			delete(p["pkce"].Parts, string(guard.IDPKCEMethod))
		}), nil},
		"a protection that the chapter does not have": {whole(func(p map[string]api.Protection) {
			delete(p, "state")
		}), nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			tt.lab.Chapter, tt.lab.Version = "mine", "v02"
			rules := Rules(tt.lab)
			if rules.Chapter != "v02" {
				t.Errorf("chapter %q", rules.Chapter)
			}
			got := rules.Switches
			if len(got) != len(tt.want) {
				t.Fatalf("switches %v, want %v", got, tt.want)
			}
			for id, value := range tt.want {
				if got[id] != value {
					t.Errorf("%s is %q, want %q", id, got[id], value)
				}
			}
		})
	}
}
