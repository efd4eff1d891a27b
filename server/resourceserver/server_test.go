package resourceserver

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/server/endpoint"
	"oauthlab/server/feed"
	"oauthlab/server/lab"
	"oauthlab/server/route"
	"oauthlab/server/store/storetest"
)

// bench is an API over HTTP with one lab, and tokens of its own.
type bench struct {
	*testing.T
	labs   *lab.Labs
	lab    *lab.Lab
	url    string // below which the lab's resources are
	tokens tokens
}

// tokens are those that were given out, by lab and value.
type tokens map[uuid.UUID]map[string]Token

// Token implements Tokens.
func (t tokens) Token(_ context.Context, l *lab.Lab, value string) (Token, error) {
	if value == nobodyKnows {
		return Token{}, errors.New("the authorization server does not answer")
	}
	return t[l.ID][value], nil
}

// The tokens of each bench. Each is good for an hour, but for what its name says.
const (
	good        = "good-1.2_3~4+5/6==" // every character that a token may have (RFC 6750 §2.1)
	readOnly    = "read-only"
	writeOnly   = "write-only"
	profileOnly = "profile-only"
	unscoped    = "unscoped"
	bobs        = "bobs"
	revoked     = "revoked"
	expired     = "expired"
	own         = "own"
	foreign     = "foreign" // good in another lab
	nobodyKnows = "nobody-knows"
)

func newBench(t *testing.T) *bench {
	t.Helper()
	return newBenchOf(t, func(*lab.Labs, *Server) {})
}

// newBenchOf takes what is different about the labs and the server.
func newBenchOf(t *testing.T, change func(*lab.Labs, *Server)) *bench {
	t.Helper()
	db := storetest.Open(t)
	web := httptest.NewUnstartedServer(nil)
	origins := lab.Origins{
		event.Lab: "http://localhost:1", event.Mallory: "http://127.0.0.1:2",
		event.Auth: "http://" + web.Listener.Addr().String(),
	}
	opened := time.Now() // the clock stands still: a slow machine is no reason to fail
	labs := &lab.Labs{Store: db, Origins: origins, Now: func() time.Time { return opened }, Parties: []lab.Document{Document{Store: db}}}
	given := tokens{}
	server := &Server{
		Origin: origins[event.Auth], Tokens: given,
		Labs: labs, InternalSenders: feed.InternalSenders{Secret: []byte("test")}, Log: slog.New(slog.DiscardHandler),
	}
	change(labs, server)
	mux := &route.Mux{}
	server.Mount(mux)
	web.Config.Handler = mux
	web.Start()
	t.Cleanup(web.Close)

	l, _, err := labs.Create(t.Context(), "v04")
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{T: t, labs: labs, lab: l, url: l.Issuer(), tokens: given}
	for value, is := range map[string]Token{
		good: {Scope: "read write profile"}, readOnly: {Scope: "read"}, writeOnly: {Scope: "write"}, profileOnly: {Scope: "profile"}, unscoped: {},
		bobs: {Scope: "read write profile", Subject: "bob"}, revoked: {Scope: "read write profile", Revoked: true},
		expired: {Scope: "read write profile", Expires: l.Now()}, own: {Scope: "read", ClientID: "own-1"},
	} {
		b.give(l.ID, value, is)
	}
	b.give(uuid.New(), foreign, Token{Scope: "read write profile"})
	return b
}

// give gives a token out; what is not said of it is as usual.
func (b *bench) give(of uuid.UUID, value string, is Token) {
	is.Known, is.Flow = true, "flow-of-"+value
	if is.Subject == "" {
		is.Subject = "alice"
	}
	if is.ClientID == "" {
		is.ClientID = "demo-client"
	}
	if is.Expires.IsZero() {
		is.Expires = b.lab.Now().Add(time.Hour)
	}
	if b.tokens[of] == nil {
		b.tokens[of] = map[string]Token{}
	}
	b.tokens[of][value] = is
}

// off switches guards off.
func (b *bench) off(ids ...guard.ID) {
	b.Helper()
	for _, id := range ids {
		b.set(id, "false")
	}
}

// set sets a part to a value in JSON.
func (b *bench) set(id guard.ID, value string) {
	b.Helper()
	_, err := b.labs.Change(b.Context(), b.lab.ID, lab.Change{Switches: func(s guard.Switches) (guard.Switches, error) {
		return s.With(id, json.RawMessage(value))
	}})
	if err != nil {
		b.Fatal(err)
	}
}

// in takes the lab to a chapter, and the bench to where the API stands there.
func (b *bench) in(chapter string) {
	b.Helper()
	l, err := b.labs.Change(b.Context(), b.lab.ID, lab.Change{Chapter: &chapter})
	if err != nil {
		b.Fatal(err)
	}
	b.lab, b.url = l, l.API()
}

// later moves the lab's clock.
func (b *bench) later(d time.Duration) {
	b.Helper()
	if _, err := b.labs.Change(b.Context(), b.lab.ID, lab.Change{ClockOffset: &d}); err != nil {
		b.Fatal(err)
	}
}

type reply struct {
	status int
	header http.Header
	body   string
}

// ask sends a request to an address below the lab; header is name, value, name, value, and
// a name may be there twice.
func (b *bench) ask(method, path, body string, header ...string) reply {
	b.Helper()
	req, err := http.NewRequestWithContext(b.Context(), method, b.url+path, strings.NewReader(body))
	if err != nil {
		b.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Add(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		b.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		b.Fatal(err)
	}
	return reply{resp.StatusCode, resp.Header, string(text)}
}

// with is ask by GET with a token in the header.
func (b *bench) with(token, path string) reply {
	b.Helper()
	return b.ask("GET", path, "", "Authorization", "Bearer "+token)
}

// note asks the API to keep a note.
func (b *bench) note(token, body string) reply {
	b.Helper()
	return b.ask("POST", "/protected", body, "Authorization", "Bearer "+token, "Content-Type", "application/json")
}

// state is the document as it stands.
func (b *bench) state() State {
	b.Helper()
	s, err := Document{Store: b.labs.Store}.State(b.Context(), b.lab)
	if err != nil {
		b.Fatal(err)
	}
	return s
}

// logged is the last line of the API's own log.
func (b *bench) logged() Line {
	b.Helper()
	log := b.state().Log
	if len(log) == 0 {
		b.Fatal("the API's own log is empty")
	}
	return log[len(log)-1]
}

func (b *bench) events() []event.Event {
	b.Helper()
	var all []event.Event
	err := b.labs.Store.Events(context.WithoutCancel(b.Context()), b.lab.ID, 0, func(e event.Event) error {
		all = append(all, e)
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	return all
}

// lastRequest is the last request in the log, and what was decided about it.
func (b *bench) lastRequest() (request event.Event, decided []event.Event) {
	b.Helper()
	all := b.events()
	for i, e := range slices.Backward(all) {
		if e.Request != nil {
			return e, all[i+1:]
		}
	}
	b.Fatal("no request is in the log")
	return event.Event{}, nil
}

// verdicts are those on the last request, as "guard outcome: reason".
func (b *bench) verdicts() []string {
	b.Helper()
	var list []string
	_, decided := b.lastRequest()
	for _, e := range decided {
		if e.Verdict != nil {
			list = append(list, strings.TrimSuffix(e.Verdict.Guard+" "+string(e.Verdict.Outcome)+": "+e.Verdict.Reason, ": "))
		}
	}
	return list
}

// wantVerdicts checks what was decided about the last request, to the letter.
func (b *bench) wantVerdicts(want ...string) {
	b.Helper()
	if got := b.verdicts(); !slices.Equal(got, want) {
		b.Errorf("the verdicts are\n\t%q\nwant\n\t%q", got, want)
	}
}

// wantError checks a refusal: its status, its challenge to the letter, and that the body
// says the same, and where more stands.
func (r reply) wantError(t *testing.T, status int, challenge, code, description string) {
	t.Helper()
	if r.status != status {
		t.Errorf("answered %d %s, want %d", r.status, r.body, status)
	}
	if got := r.header.Values("WWW-Authenticate"); challenge == "" && got != nil || challenge != "" && !slices.Equal(got, []string{challenge}) {
		t.Errorf("WWW-Authenticate is\n\t%q\nwant\n\t%q", got, challenge)
	}
	if got := r.header.Get("Content-Type"); got != "application/json" {
		t.Errorf("Content-Type is %q", got)
	}
	if got := r.header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("Cache-Control is %q", got)
	}
	var body endpoint.Error
	if err := json.Unmarshal([]byte(r.body), &body); err != nil {
		t.Fatalf("answer %d is no JSON error: %.200q", r.status, r.body)
	}
	if body.Code != code || body.Description != description || body.Hint == "" {
		t.Errorf("the body says %+v, want %s: %s", body, code, description)
	}
	if !strings.HasPrefix(body.URI, "http://localhost:1/troubleshooting?says=") {
		t.Errorf("more about it stands at %q", body.URI)
	}
	if strings.ContainsFunc(description, func(r rune) bool { return r < ' ' || r > '~' || r == '"' || r == '\\' }) {
		t.Errorf("the description has characters that it may not have (RFC 6750 §3): %q", description)
	}
}
