package authserver

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/server/asset"
	"oauthlab/server/authserver/keytest"
	"oauthlab/server/endpoint"
	"oauthlab/server/feed"
	"oauthlab/server/lab"
	"oauthlab/server/store"
	"oauthlab/server/store/storetest"
	"oauthlab/web"
)

// The verifier and challenge of RFC 7636 appendix B.
const (
	verifier  = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
	challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
)

// apiKey is what the server of each bench shares with its API.
var apiKey = lab.APIKey("api")

// bench is an authorization server over HTTP with one lab, and a browser.
type bench struct {
	*testing.T
	labs    *lab.Labs
	lab     *lab.Lab
	url     string // of the lab's issuer
	browser *http.Client
}

// own is the record of labs of the server that these tests look at.
func own(db *store.Store) Document { return Document{Store: db, Owner: event.Auth, Kind: Kind} }

func newBench(t *testing.T) *bench {
	t.Helper()
	return newBenchOf(t, func(*Server) {})
}

// newBenchOf takes what is different about the server.
func newBenchOf(t *testing.T, change func(*Server)) *bench {
	t.Helper()
	db := storetest.Open(t)
	web1 := httptest.NewUnstartedServer(nil)
	origins := lab.Origins{
		event.Lab: "http://localhost:1", event.Mallory: "http://127.0.0.1:2", event.Webapp: "http://localhost:3", event.API: "http://localhost:4", event.Agent: "http://localhost:5",
		event.Auth: "http://" + web1.Listener.Addr().String(),
	}
	opened := time.Now() // the clock stands still: a slow machine is no reason to fail
	labs := &lab.Labs{Store: db, Origins: origins, Now: func() time.Time { return opened }, Parties: []lab.Document{own(db)}}
	assets, err := asset.Read(web.FS, AssetNames()...)
	if err != nil {
		t.Fatal(err)
	}
	server := &Server{
		Party: event.Auth, Kind: Kind, Origin: origins[event.Auth],
		Labs: labs, InternalSenders: feed.InternalSenders{Secret: []byte("test")}, Secret: []byte("test"), ClientKey: []byte("clients"), APIKey: apiKey, Assets: assets,
		Keys: NewKeys(db, keytest.New), StrangerKey: []byte("strangers"),
		Log: slog.New(slog.DiscardHandler),
	}
	change(server)
	web1.Config.Handler = server.Handler()
	web1.Start()
	t.Cleanup(web1.Close)

	l, _, err := labs.Create(t.Context(), "v03")
	if err != nil {
		t.Fatal(err)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &bench{T: t, labs: labs, lab: l, url: l.Issuer(), browser: &http.Client{
		Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// off switches guards off.
func (b *bench) off(ids ...guard.ID) {
	b.Helper()
	_, err := b.labs.Change(b.Context(), b.lab.ID, lab.Change{Switches: func(s guard.Switches) (guard.Switches, error) {
		var err error
		for _, id := range ids {
			if s, err = s.With(id, json.RawMessage("false")); err != nil {
				return nil, err
			}
		}
		return s, nil
	}})
	if err != nil {
		b.Fatal(err)
	}
}

// in takes the lab to a chapter.
func (b *bench) in(chapter string) *bench {
	b.Helper()
	var err error
	if b.lab, err = b.labs.Change(b.Context(), b.lab.ID, lab.Change{Chapter: &chapter}); err != nil {
		b.Fatal(err)
	}
	return b
}

// later moves the lab's clock.
func (b *bench) later(d time.Duration) {
	b.Helper()
	if _, err := b.labs.Change(b.Context(), b.lab.ID, lab.Change{ClockOffset: &d}); err != nil {
		b.Fatal(err)
	}
}

type reply struct {
	status   int
	header   http.Header
	body     string
	location *url.URL
}

func (b *bench) do(method, target, contentType, body string) reply {
	b.Helper()
	req, err := http.NewRequestWithContext(b.Context(), method, target, strings.NewReader(body))
	if err != nil {
		b.Fatal(err)
	}
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	return b.send(req)
}

func (b *bench) send(req *http.Request) reply {
	b.Helper()
	resp, err := b.browser.Do(req)
	if err != nil {
		b.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		b.Fatal(err)
	}
	to, _ := resp.Location()
	return reply{resp.StatusCode, resp.Header, string(text), to}
}

const form = "application/x-www-form-urlencoded"

func (b *bench) get(target string) reply { b.Helper(); return b.do("GET", target, "", "") }

func (b *bench) post(target string, values url.Values) reply {
	b.Helper()
	return b.do("POST", target, form, values.Encode())
}

// request is a good authorization request, with changes: a value of "" removes.
func (b *bench) request(changes ...string) url.Values {
	return changed(url.Values{
		"response_type": {"code"}, "client_id": {ClientDemo}, "redirect_uri": {b.lab.Origins.RedirectURI()},
		"state": {"s1"}, "code_challenge": {challenge}, "code_challenge_method": {"S256"},
	}, changes)
}

// redemption is a good token request for the code.
func (b *bench) redemption(code string, changes ...string) url.Values {
	return changed(url.Values{
		"grant_type": {"authorization_code"}, "client_id": {ClientDemo}, "code": {code},
		"redirect_uri": {b.lab.Origins.RedirectURI()}, "code_verifier": {verifier},
	}, changes)
}

func changed(v url.Values, changes []string) url.Values {
	for i := 0; i+1 < len(changes); i += 2 {
		v.Set(changes[i], changes[i+1])
		if changes[i+1] == "" {
			v.Del(changes[i])
		}
	}
	return v
}

func (b *bench) authorize(changes ...string) reply {
	b.Helper()
	return b.get(b.url + "/authorize?" + b.request(changes...).Encode())
}

// code signs Alice in and returns the code of a good request, with changes.
func (b *bench) code(changes ...string) string {
	b.Helper()
	at := b.authorize(changes...)
	if at.location == nil {
		b.Fatalf("authorize answered %d: %s", at.status, at.body)
	}
	if kept := at.location.Query().Get("request"); kept != "" {
		at = b.post(b.url+"/login", url.Values{"request": {kept}, "pick": {"alice"}})
	}
	code := at.location.Query().Get("code")
	if code == "" {
		b.Fatalf("no code in %s", at.location)
	}
	return code
}

// keptAt returns the id of the request that is kept where the answer leads, which must be
// the login page.
func (b *bench) keptAt(r reply) string {
	b.Helper()
	if r.location == nil || !strings.HasSuffix(r.location.Path, "/login") {
		b.Fatalf("answer %d to %v, want the login page: %s", r.status, r.location, r.body)
	}
	return r.location.Query().Get("request")
}

// login sends the form with which a user is picked.
func (b *bench) login(kept, user string) reply {
	b.Helper()
	return b.post(b.url+"/login", url.Values{"request": {kept}, "pick": {user}})
}

// signOut ends all sessions. The browser keeps its cookie.
func (b *bench) signOut() {
	b.Helper()
	if err := own(b.labs.Store).SignOut(b.Context(), b.lab); err != nil {
		b.Fatal(err)
	}
}

// state is the document as it stands.
func (b *bench) state() State {
	b.Helper()
	s, err := own(b.labs.Store).State(b.Context(), b.lab.ID)
	if err != nil {
		b.Fatal(err)
	}
	return s
}

func (b *bench) redeem(code string, changes ...string) reply {
	b.Helper()
	return b.post(b.url+"/token", b.redemption(code, changes...))
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

// outcomes returns the verdicts of the log, as "guard outcome".
func (b *bench) outcomes() []string {
	b.Helper()
	var list []string
	for _, e := range b.events() {
		if e.Verdict != nil {
			list = append(list, e.Verdict.Guard+" "+string(e.Verdict.Outcome))
		}
	}
	return list
}

// wantError checks a JSON error: its status, its code, and that it helps.
func (r reply) wantError(t *testing.T, status int, code string) {
	t.Helper()
	var body endpoint.Error
	if err := json.Unmarshal([]byte(r.body), &body); err != nil {
		t.Fatalf("answer %d is no JSON error: %.200q", r.status, r.body)
	}
	if r.status != status || body.Code != code {
		t.Errorf("answer %d %s (%s), want %d %s", r.status, body.Code, body.Description, status, code)
	}
	if body.Description == "" || body.Hint == "" {
		t.Errorf("the error does not help: %+v", body)
	}
	if status == http.StatusBadRequest && !namesItsSection(body.Description) {
		t.Errorf("the error names no section: %s", body.Description)
	}
	if got := r.header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("Cache-Control is %q, want no-store (RFC 6749 §5.1)", got)
	}
}

// namesItsSection reports whether what a client is told says where to read on.
func namesItsSection(description string) bool { return strings.Contains(description, "(RFC ") }

// wantShown checks an error page: never a redirect.
func (r reply) wantShown(t *testing.T, status int, text string) {
	t.Helper()
	if r.status != status || r.location != nil {
		t.Errorf("answer %d to %v, want a page with %d", r.status, r.location, status)
	}
	if !strings.Contains(r.body, text) {
		t.Errorf("the page does not say %q: %s", text, r.body)
	}
	if status >= http.StatusBadRequest && !strings.Contains(r.body, `/troubleshooting?says=`) {
		t.Errorf("the page leads to no cure: %s", r.body)
	}
}
