package webapp

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/server/asset"
	"oauthlab/server/feed"
	"oauthlab/server/lab"
	"oauthlab/server/store/storetest"
	"oauthlab/web"
)

// What the others know and the browser must not see.
const (
	secret = "s3cr:t +/&%é"
	token  = "the-access-token"
)

// bench is a web app over HTTP with one lab, a browser, and others that answer it.
type bench struct {
	*testing.T
	labs    *lab.Labs
	lab     *lab.Lab
	url     string // of the web app in the lab, with its slash
	browser *http.Client
	others  *others

	mu   *sync.Mutex
	seen *strings.Builder // all that came to the browser
}

// others are the authorization server and the API, as the web app reaches them.
type others struct {
	mu      sync.Mutex
	asked   []asked
	answers map[string]func() (*http.Response, error) // by the end of the path
}

// asked is a request that they got.
type asked struct {
	method, path, query, authorization, body string
}

// RoundTrip implements http.RoundTripper.
func (o *others) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	_, below, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	o.mu.Lock()
	o.asked = append(o.asked, asked{r.Method, "/" + below, r.URL.RawQuery, r.Header.Get("Authorization"), string(body)})
	answer := o.answers["/"+below]
	o.mu.Unlock()
	return answer()
}

// to are the requests to one path.
func (o *others) to(path string) []asked {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(o.asked), func(a asked) bool { return a.path != path })
}

// says makes an answer.
func says(status int, body string) func() (*http.Response, error) {
	return func() (*http.Response, error) {
		return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(body))}, nil
	}
}

func newBench(t *testing.T) *bench {
	t.Helper()
	return newBenchOf(t, func(*lab.Labs) {})
}

// newBenchOf takes what is different about the labs.
func newBenchOf(t *testing.T, change func(*lab.Labs)) *bench {
	t.Helper()
	db := storetest.Open(t)
	at := httptest.NewUnstartedServer(nil)
	origins := lab.Origins{
		event.Lab: "http://localhost:1", event.Auth: "http://localhost:2", event.Mallory: "http://127.0.0.1:3",
		event.Webapp: "http://" + at.Listener.Addr().String(),
	}
	opened := time.Now() // the clock stands still: a slow machine is no reason to fail
	labs := &lab.Labs{Store: db, Origins: origins, Now: func() time.Time { return opened }, Parties: []lab.Document{Document{Store: db}}}
	change(labs)
	assets, err := asset.Read(web.FS, AssetNames()...)
	if err != nil {
		t.Fatal(err)
	}
	around := &others{answers: map[string]func() (*http.Response, error){
		"/token":     says(200, `{"access_token":"`+token+`","token_type":"Bearer","expires_in":3600}`),
		"/api/me":    says(200, `{"sub":"alice","name":"Alice","email":"alice@example.com"}`),
		"/protected": says(200, `{"owner":"alice","photos":[{"title":"The lake"}],"notes":[{"text":"The key"}]}`),
	}}
	server := &Server{
		ClientID: "demo-web", Secret: func(uuid.UUID) string { return secret },
		Labs: labs, InternalSenders: feed.InternalSenders{Secret: []byte("test")}, Assets: assets, Transport: around,
		Log: slog.New(slog.DiscardHandler),
	}
	at.Config.Handler = server.Handler()
	at.Start()
	t.Cleanup(at.Close)
	l, _, err := labs.Create(t.Context(), "v04")
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{T: t, labs: labs, lab: l, url: origins.WebApp(l.ID), others: around, mu: &sync.Mutex{}, seen: &strings.Builder{}}
	b.newBrowser()
	return b
}

// newBrowser takes another browser, without cookies.
func (b *bench) newBrowser() {
	b.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		b.Fatal(err)
	}
	b.browser = &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
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

type reply struct {
	status   int
	header   http.Header
	body     string
	location *url.URL
}

// ask sends a request from the browser to an address below the web app; header is name,
// value, name, value.
func (b *bench) ask(method, path string, header ...string) reply {
	b.Helper()
	req, err := http.NewRequestWithContext(b.Context(), method, b.url+path, nil)
	if err != nil {
		b.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
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
	b.mu.Lock()
	fmt.Fprintln(b.seen, resp.Header, string(text))
	b.mu.Unlock()
	return reply{resp.StatusCode, resp.Header, string(text), to}
}

// start begins a login and returns what the browser is sent to the authorization server with.
func (b *bench) start() url.Values {
	b.Helper()
	r := b.ask("GET", "start")
	if r.status != http.StatusSeeOther || r.location == nil || !strings.HasPrefix(r.location.String(), b.lab.Issuer()+"/authorize?") {
		b.Fatalf("start answers %d to %v", r.status, r.location)
	}
	return r.location.Query()
}

// callback brings the answer to the web app, which must send the browser home.
func (b *bench) callback(query url.Values) {
	b.Helper()
	r := b.ask("GET", "callback?"+query.Encode())
	if r.status != http.StatusSeeOther || r.location == nil || r.location.String() != b.url {
		b.Errorf("the callback answers %d to %v", r.status, r.location)
	}
}

// signIn runs a whole login, and returns the address that the callback had.
func (b *bench) signIn() url.Values {
	b.Helper()
	answer := url.Values{"code": {"the-code"}, "state": {b.start().Get("state")}}
	b.callback(answer)
	return answer
}

// cookie is the session cookie that the browser has, or "".
func (b *bench) cookie() string {
	b.Helper()
	at, err := url.Parse(b.url)
	if err != nil {
		b.Fatal(err)
	}
	for _, c := range b.browser.Jar.Cookies(at) {
		if c.Name == cookieName {
			return c.Value
		}
	}
	return ""
}

// wantPage checks the home page: that it says the one text, and not the others.
func (b *bench) wantPage(text string, not ...string) {
	b.Helper()
	r := b.ask("GET", "")
	_, page, _ := strings.Cut(r.body, "<main")
	if r.status != http.StatusOK || !strings.Contains(page, text) {
		b.Errorf("the page (%d) does not say %q: %s", r.status, text, page)
	}
	for _, one := range not {
		if strings.Contains(r.body, one) {
			b.Errorf("the page says %q: %s", one, page)
		}
	}
}

const (
	signedIn  = `<h1 class="title">Alice</h1>`
	signedOut = `<h1 class="title">The web app</h1>`
)

// wantNothingTold checks that neither secret nor token nor verifier came to the browser.
func (b *bench) wantNothingTold() {
	b.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	hidden := []string{secret, url.QueryEscape(secret), base64.StdEncoding.EncodeToString([]byte("demo-web:" + url.QueryEscape(secret))), token, guard.TokenHash(token)}
	for _, sent := range b.others.to("/token") {
		if form, err := url.ParseQuery(sent.body); err == nil {
			hidden = append(hidden, form.Get("code_verifier"))
		}
	}
	for _, one := range hidden {
		if one != "" && strings.Contains(b.seen.String(), one) {
			b.Errorf("the browser got %q", one)
		}
	}
}

// The web app signs its user in as any client does, and proves itself with its secret, in
// either place (RFC 6749 §2.3.1). What it shows comes from the API; secret and token stay.
func TestTheWebAppSignsIn(t *testing.T) {
	pair := "demo-web:s3cr%3At+%2B%2F%26%25%C3%A9" // encoded as in a form first (RFC 6749 appendix B)
	for method, want := range map[string]struct{ authorization, secret string }{
		guard.Basic: {"Basic " + base64.StdEncoding.EncodeToString([]byte(pair)), ""},
		guard.Post:  {"", secret},
	} {
		t.Run(method, func(t *testing.T) {
			b := newBench(t)
			b.set(guard.IDClientSecretMethod, `"`+method+`"`)
			b.wantPage(signedOut, "Sign out")
			q := b.start()
			if q.Get("response_type") != "code" || q.Get("client_id") != "demo-web" || q.Get("redirect_uri") != b.url+"callback" ||
				q.Get("scope") != "read write profile" || q.Get("code_challenge_method") != guard.S256 || len(q.Get("state")) < 22 || q.Has("client_secret") {
				t.Errorf("the browser is sent with %v", q)
			}
			b.callback(url.Values{"code": {"the-code"}, "state": {q.Get("state")}})
			b.wantPage(signedIn, "Sign in at", `class="error"`)
			for _, shown := range []string{"alice@example.com", "<li>The lake</li>", "<li>The key</li>", `action="/` + b.lab.ID.String() + `/logout"`} {
				b.wantPage(shown)
			}
			sent := b.others.to("/token")
			if len(sent) != 1 {
				t.Fatalf("to the token endpoint it sent %v", sent)
			}
			form, err := url.ParseQuery(sent[0].body)
			if err != nil {
				t.Fatal(err)
			}
			if sent[0].method != "POST" || sent[0].query != "" || sent[0].authorization != want.authorization || form.Get("client_secret") != want.secret || form.Has("client_secret") != (want.secret != "") {
				t.Errorf("it proved itself with %+v", sent[0])
			}
			if form.Get("grant_type") != "authorization_code" || form.Get("code") != "the-code" || form.Get("redirect_uri") != b.url+"callback" ||
				form.Get("client_id") != "demo-web" || guard.Challenge(guard.S256, form.Get("code_verifier")) != q.Get("code_challenge") {
				t.Errorf("it redeemed with %v", form)
			}
			for _, path := range []string{"/api/me", "/protected"} {
				if got := b.others.to(path); len(got) != 1 || got[0] != (asked{"GET", path, "", "Bearer " + token, ""}) {
					t.Errorf("of the API it asked %+v", got) // once, whatever is reloaded
				}
			}
			b.wantNothingTold()
		})
	}
}

// A session has a new cookie from each step on: whoever knew the one from before has nothing
// by it. The record keeps its hash.
func TestTheCookieChanges(t *testing.T) {
	b := newBench(t)
	cookies := []string{"planted-by-somebody"}
	b.ask("GET", "", "Cookie", cookieName+"="+cookies[0])
	if c := b.cookie(); c != "" {
		t.Errorf("who looks is given a cookie: %q", c)
	}
	start := b.ask("GET", "start", "Cookie", cookieName+"="+cookies[0])
	set, err := http.ParseSetCookie(start.header.Get("Set-Cookie"))
	if err != nil {
		t.Fatal(err)
	}
	if set.Path != "/"+b.lab.ID.String()+"/" || !set.HttpOnly || set.SameSite != http.SameSiteLaxMode || set.Secure || set.Domain != "" || set.MaxAge != 0 || len(set.Value) != 43 {
		t.Errorf("the cookie is %+v", set)
	}
	cookies = append(cookies, b.cookie())
	b.callback(url.Values{"code": {"c"}, "state": {start.location.Query().Get("state")}})
	cookies = append(cookies, b.cookie())
	b.wantPage(signedIn)
	b.ask("POST", "logout", "Sec-Fetch-Site", "same-origin")
	cookies = append(cookies, b.cookie())
	b.wantPage(signedOut)
	if sorted := slices.Compact(slices.Sorted(slices.Values(cookies))); len(sorted) != 4 || slices.Contains(cookies, "") {
		t.Errorf("the cookies were %q", cookies)
	}
	b.newBrowser()
	for _, c := range cookies {
		if r := b.ask("GET", "", "Cookie", cookieName+"="+c); !strings.Contains(r.body, signedOut) {
			t.Errorf("the cookie %q is shown %s", c, r.body)
		}
	}
	b.newBrowser()
	b.signIn()
	hash := guard.TokenHash(b.cookie())
	text, err := Document{Store: b.labs.Store}.Read(t.Context(), b.lab)
	if err != nil || strings.Contains(string(text), b.cookie()) || !strings.Contains(string(text), hash) {
		t.Errorf("the record is %s (%v)", text, err)
	}
	b.newBrowser()
	for _, c := range []string{hash, "", "x"} {
		if r := b.ask("GET", "", "Cookie", cookieName+"="+c); !strings.Contains(r.body, signedOut) {
			t.Errorf("the cookie %q is shown %s", c, r.body)
		}
	}
}

// A callback that is none of this browser's, or not the first, is not taken: no code goes to
// the token endpoint, and who was signed in stays so.
func TestACallbackIsHeldAgainstItsSession(t *testing.T) {
	b := newBench(t)
	b.callback(url.Values{"code": {"planted"}, "state": {"guessed"}})
	b.wantPage("State match: this browser waits for no state.", signedIn)

	answer := b.signIn()
	b.wantPage(signedIn, "State")
	b.callback(answer)
	b.wantPage("State reuse: this state came back before.")
	b.callback(url.Values{"code": {"planted"}, "state": {"another"}})
	b.wantPage("State match: the state is not the one this browser sent.")
	b.callback(url.Values{"code": {"planted"}})
	b.wantPage("State match: the callback has no state.")
	b.wantPage(signedIn)

	theirs := b.cookie()
	b.newBrowser()
	q := b.start()
	b.newBrowser()
	b.callback(url.Values{"code": {"planted"}, "state": {q.Get("state")}}) // of a login that another browser began
	b.wantPage("State match: this browser waits for no state.", signedIn)
	if r := b.ask("GET", "", "Cookie", cookieName+"="+theirs); strings.Contains(r.body, "planted") {
		t.Errorf("the page is %s", r.body)
	}
	if sent := b.others.to("/token"); len(sent) != 1 {
		t.Errorf("to the token endpoint it sent %+v", sent)
	}
	refused := 0
	for _, e := range b.events() {
		if e.Verdict != nil && e.From == event.Webapp && e.Verdict.Outcome == event.Refused {
			refused++
		}
	}
	if refused != 5 {
		t.Errorf("%d refusals are told of, want 5", refused)
	}
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

// Both truths: with the guard off, what is planted is taken.
func TestACallbackIsTakenWithTheGuardOff(t *testing.T) {
	b := newBench(t)
	b.set(guard.IDState, "false")
	b.start()
	b.callback(url.Values{"code": {"planted"}, "state": {"another"}})
	b.wantPage(signedIn)

	b = newBench(t)
	b.set(guard.IDStateUnused, "false")
	b.callback(b.signIn())
	if sent := b.others.to("/token"); len(sent) != 2 {
		t.Errorf("to the token endpoint it sent %+v", sent)
	}
}

// Of many callbacks at once one brings the code to the token endpoint: a second use would
// end what the first gave (RFC 6749 §4.1.2).
func TestOfManyCallbacksOneIsTaken(t *testing.T) {
	b := newBench(t)
	answer := url.Values{"code": {"the-code"}, "state": {b.start().Get("state")}}
	cookie := b.cookie()
	b.browser.Jar = nil
	const callbacks = 8
	over, begun := make(chan struct{}, callbacks), atomic.Bool{}
	given := b.others.answers["/token"]
	b.others.answers["/token"] = func() (*http.Response, error) {
		if begun.CompareAndSwap(false, true) { // the first is on its way until all other callbacks are over
			for range callbacks - 1 {
				<-over
			}
		}
		return given()
	}
	var wg sync.WaitGroup
	for range callbacks {
		wg.Go(func() {
			b.ask("GET", "callback?"+answer.Encode(), "Cookie", cookieName+"="+cookie)
			over <- struct{}{}
		})
	}
	wg.Wait()
	if sent := b.others.to("/token"); len(sent) != 1 {
		t.Errorf("the code went %d times to the token endpoint", len(sent))
	}
	state, err := Document{Store: b.labs.Store}.State(t.Context(), b.lab)
	if err != nil {
		t.Fatal(err)
	}
	if in := slices.DeleteFunc(state.Sessions, func(one Session) bool { return one.Shows.Name == "" }); len(in) != 1 {
		t.Errorf("%d sessions are signed in, want one", len(in))
	}
}

// Signing out is a form of the web app's own page. Another site cannot send it, on the same
// host or elsewhere (the Fetch standard's Sec-Fetch-Site and Origin).
func TestAnotherSiteSignsNobodyOut(t *testing.T) {
	b := newBench(t)
	b.signIn()
	was := b.cookie()
	for name, header := range map[string][]string{
		"from another site":                 {"Sec-Fetch-Site", "cross-site", "Origin", "http://127.0.0.1:3"},
		"from another origin of the site":   {"Sec-Fetch-Site", "same-site", "Origin", "http://localhost:1"},
		"from a page that does not say":     {"Sec-Fetch-Site", "cross-site", "Origin", "null"},
		"by a browser that knows no better": {"Origin", "http://127.0.0.1:3"},
		"by such a one, and null":           {"Origin", "null"},
	} {
		r := b.ask("POST", "logout", header...)
		if r.status != http.StatusForbidden || !strings.Contains(r.body, "This form was sent from another site.") || r.header.Get("Set-Cookie") != "" {
			t.Errorf("%s it is answered %d %s", name, r.status, r.body)
		}
	}
	for _, method := range []string{"GET", "HEAD", "DELETE"} {
		if r := b.ask(method, "logout"); r.status != http.StatusMethodNotAllowed || r.header.Get("Allow") != "POST" {
			t.Errorf("%s /logout is answered %d", method, r.status)
		}
	}
	b.wantPage(signedIn)
	if b.cookie() != was {
		t.Error("the cookie is another")
	}
	r := b.ask("POST", "logout", "Sec-Fetch-Site", "same-origin", "Origin", b.lab.Origins[event.Webapp])
	if r.status != http.StatusSeeOther || r.location.String() != b.url {
		t.Errorf("from its own page it is answered %d to %v", r.status, r.location)
	}
	b.wantPage(signedOut, "Alice", "Sign out")
	told := slices.ContainsFunc(b.events(), func(e event.Event) bool {
		return e.Note != nil && e.Note.Name == event.NoteSignedOut && e.From == event.Webapp
	})
	if !told {
		t.Error("nobody is told")
	}
	state, err := Document{Store: b.labs.Store}.State(t.Context(), b.lab)
	if err != nil || len(state.Sessions) != 1 || len(state.Sessions[0].Kept) != 0 || state.Sessions[0].Shows.Name != "" {
		t.Errorf("it keeps %+v (%v)", state, err)
	}
	b.wantNothingTold()
}

// What goes wrong is shown on the page, in the words of whoever refused, and with nothing
// that was sent.
func TestWhatGoesWrongIsShown(t *testing.T) {
	away := func() (*http.Response, error) { return nil, errors.New("the line is dead") }
	const no = `{"error":"%s","error_description":"Because."}`
	for name, tt := range map[string]struct {
		path   string // whose answer is another
		answer func() (*http.Response, error)
		query  url.Values // of the callback, beside the state
		shows  string
		title  string
	}{
		"the authorization server says no":       {"", nil, url.Values{"error": {"access_denied"}, "error_description": {"Alice said <no>."}}, "Access_denied: Alice said &lt;no&gt;.", signedOut},
		"the callback has no code":               {"", nil, url.Values{}, "The callback has no code.", signedOut},
		"the callback says a thing twice":        {"", nil, url.Values{"code": {"a", "b"}}, "State match: the callback has no state.", signedOut},
		"the token endpoint says no":             {"/token", says(400, fmt.Sprintf(no, "invalid_grant")), nil, "Invalid_grant: Because.", signedOut},
		"the token endpoint does not answer":     {"/token", away, nil, "Ask for tokens: the line is dead.", signedOut},
		"the token endpoint answers nonsense":    {"/token", says(200, "<html>"), nil, "The answer has no access token.", signedOut},
		"the token is of another type":           {"/token", says(200, `{"access_token":"`+token+`","token_type":"mac"}`), nil, "The token is of an unknown type.", signedOut},
		"the API says no":                        {"/api/me", says(401, fmt.Sprintf(no, "invalid_token")), nil, "Invalid_token: Because.", `<h1 class="title">Signed in</h1>`},
		"the API does not answer":                {"/protected", away, nil, "Ask the API: the line is dead.", `<h1 class="title">Signed in</h1>`},
		"the API answers nonsense":               {"/protected", says(200, "<html>"), nil, "The API&#39;s answer cannot be read.", `<h1 class="title">Signed in</h1>`},
		"the token may not say whose it is":      {"/api/me", says(403, fmt.Sprintf(no, "insufficient_scope")), nil, "Whose account this is, the token may not say.", "<li>The lake</li>"},
		"the token may not open photos or notes": {"/protected", says(403, fmt.Sprintf(no, "insufficient_scope")), nil, "alice@example.com", signedIn},
	} {
		for _, place := range []string{guard.Header, guard.Query} {
			t.Run(name+", token in the "+place, func(t *testing.T) {
				b := newBench(t)
				b.set(guard.IDTokenPlace, `"`+place+`"`)
				if tt.path != "" {
					b.others.answers[tt.path] = tt.answer
				}
				query := url.Values{"state": {b.start().Get("state")}}
				for name, values := range tt.query {
					query[name] = values
				}
				if tt.query == nil {
					query.Set("code", "the-code")
				}
				b.callback(query)
				b.wantPage(tt.shows)
				b.wantPage(tt.title)
				b.wantNothingTold()
			})
		}
	}
}

// What the API hands out is text on the page, whatever it looks like.
func TestWhatIsShownIsText(t *testing.T) {
	b := newBench(t)
	b.others.answers["/api/me"] = says(200, `{"name":"<script>alert(1)</script>","email":"\"><img src=x>"}`)
	b.others.answers["/protected"] = says(200, `{"photos":[{"title":"</ul><b>"}],"notes":[{"text":"{{.Session}}"}]}`)
	b.signIn()
	b.wantPage("&lt;script&gt;alert(1)&lt;/script&gt;", "<script", "<img", "</ul><b>")
	b.wantPage("{{.Session}}")
	r := b.ask("GET", "")
	if policy := r.header.Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'") || !strings.Contains(policy, "form-action 'self'") || strings.Contains(policy, "script-src") {
		t.Errorf("the policy is %q", policy)
	}
	if r.header.Get("Cache-Control") != "no-store" || r.header.Get("X-Content-Type-Options") != "nosniff" || r.header.Get("Referrer-Policy") != "same-origin" {
		t.Errorf("the page has %v", r.header)
	}
}

// A session ends on the lab's clock, and the oldest make room for new ones.
func TestSessionsEnd(t *testing.T) {
	b := newBench(t)
	b.signIn()
	move := func(d time.Duration) {
		t.Helper()
		if _, err := b.labs.Change(t.Context(), b.lab.ID, lab.Change{ClockOffset: &d}); err != nil {
			t.Fatal(err)
		}
	}
	move(sessionLife - time.Second)
	b.wantPage(signedIn)
	move(sessionLife)
	b.wantPage(signedOut)
	move(0)
	mine := b.browser
	for range maxSessions - 1 {
		b.newBrowser()
		b.start()
	}
	others := b.browser
	b.browser = mine
	b.wantPage(signedIn)
	b.browser = others
	b.newBrowser()
	b.start()
	b.browser = mine
	b.wantPage(signedOut)
	state, err := Document{Store: b.labs.Store}.State(t.Context(), b.lab)
	if err != nil || len(state.Sessions) != maxSessions {
		t.Errorf("%d sessions are kept, want %d (%v)", len(state.Sessions), maxSessions, err)
	}
}

// The cookie of one lab opens no other, and a reset signs everybody out.
func TestACookieIsOfOneLab(t *testing.T) {
	b := newBench(t)
	b.signIn()
	other, _, err := b.labs.Create(t.Context(), "v04")
	if err != nil {
		t.Fatal(err)
	}
	mine := b.url
	b.url = b.lab.Origins.WebApp(other.ID)
	b.wantPage(signedOut)
	if r := b.ask("GET", "", "Cookie", cookieName+"="+b.cookieAt(mine)); !strings.Contains(r.body, signedOut) {
		t.Errorf("with another lab's cookie it shows %s", r.body)
	}
	b.url = mine
	b.wantPage(signedIn)
	if err := (Document{Store: b.labs.Store}).Reset(t.Context(), b.lab); err != nil {
		t.Fatal(err)
	}
	b.wantPage(signedOut)
}

// cookieAt is the cookie that the browser has for an address.
func (b *bench) cookieAt(address string) string {
	b.Helper()
	was := b.url
	defer func() { b.url = was }()
	b.url = address
	return b.cookie()
}

// A lab that is older than the web app gets its record with the first session.
func TestALabThatIsOlderThanTheWebApp(t *testing.T) {
	b := newBenchOf(t, func(labs *lab.Labs) { labs.Parties = nil })
	b.wantPage(signedOut)
	b.callback(url.Values{"code": {"planted"}, "state": {"guessed"}})
	b.wantPage("State match: this browser waits for no state.")
	other, _, err := b.labs.Create(t.Context(), "v04")
	if err != nil {
		t.Fatal(err)
	}
	b.lab, b.url = other, b.lab.Origins.WebApp(other.ID)
	b.signIn()
	b.wantPage(signedIn)
}

// Before its chapter there is no web app, and where there is no lab there is no page.
func TestTheWebAppComesWithItsChapter(t *testing.T) {
	b := newBench(t)
	chapter := "v03"
	if _, err := b.labs.Change(t.Context(), b.lab.ID, lab.Change{Chapter: &chapter}); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"", "start", "callback?code=x&state=y"} {
		if r := b.ask("GET", path); r.status != http.StatusNotFound || !strings.Contains(r.body, "comes with chapter v04") || r.header.Get("Set-Cookie") != "" {
			t.Errorf("/%s is answered %d %s", path, r.status, r.body)
		}
	}
	b.url = b.lab.Origins.WebApp(uuid.New())
	if r := b.ask("GET", "start"); r.status != http.StatusNotFound || r.header.Get("Set-Cookie") != "" {
		t.Errorf("of no lab it is answered %d %s", r.status, r.body)
	}
}
