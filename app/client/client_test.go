package client

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
)

// The verifier and challenge of RFC 7636 appendix B, and the octets that the
// verifier is written from.
const (
	vectorVerifier  = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
	vectorChallenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
)

func vectorOctets(t *testing.T) []byte {
	t.Helper()
	octets, err := base64.RawURLEncoding.DecodeString(vectorVerifier)
	if err != nil {
		t.Fatal(err)
	}
	return octets
}

// counted returns 256 octets, each another.
func counted() []byte {
	octets := make([]byte, 256)
	for i := range octets {
		octets[i] = byte(i)
	}
	return octets
}

const redirectURI = "http://lab.test/callback"

var noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

// desk is a client with everything around it that a browser and a server are.
type desk struct {
	*Client
	t        *testing.T
	store    map[string]string
	events   []event.Event
	opened   []string
	asked    []Request
	answer   Response // of the token endpoint
	fetchErr error
	storeErr error
	feedErr  map[string]error // by the name of the note that is not taken
	openErr  error
	ids      int
}

func newDesk(t *testing.T, s guard.Switches) *desk {
	d := &desk{t: t, store: map[string]string{}, answer: Response{
		Status: 200,
		Body:   `{"access_token":"at-1","token_type":"bearer","expires_in":3600,"scope":"read"}`,
	}}
	d.Client = &Client{
		ID: "demo-client", RedirectURI: redirectURI,
		AuthorizationEndpoint: "http://auth.test/1/authorize", TokenEndpoint: "http://auth.test/1/token",
		Rules: guard.Rules{Chapter: "v06", Switches: s}, Store: d, Record: d, // before the client asks who signs in
		Fetch: func(_ context.Context, r Request) (Response, error) {
			d.asked = append(d.asked, r)
			return d.answer, d.fetchErr
		},
		Open: func(_ context.Context, url string) error {
			d.opened = append(d.opened, url)
			return d.openErr
		},
		Now:    func() time.Time { return noon },
		Random: bytes.NewReader(append(vectorOctets(t), counted()...)),
		NewID:  func() string { d.ids++; return fmt.Sprintf("id-%d", d.ids) },
	}
	return d
}

func (d *desk) Get(key string) (string, bool) { v, ok := d.store[key]; return v, ok }
func (d *desk) Delete(key string)             { delete(d.store, key) }
func (d *desk) Set(key, value string) error {
	if d.storeErr == nil {
		d.store[key] = value
	}
	return d.storeErr
}

func (d *desk) Record(_ context.Context, step ...event.Event) error {
	for _, e := range step {
		if err := e.Validate(); err != nil {
			d.t.Errorf("recorded an event that is not whole: %v: %+v", err, e)
		}
		if e.Note != nil && d.feedErr[e.Note.Name] != nil {
			return d.feedErr[e.Note.Name]
		}
	}
	d.events = append(d.events, step...)
	return nil
}

// begin begins a login and returns the parameters that went out.
func (d *desk) begin() url.Values {
	d.t.Helper()
	if err := d.Begin(d.t.Context()); err != nil {
		d.t.Fatalf("Begin: %v", err)
	}
	u, err := url.Parse(d.opened[len(d.opened)-1])
	if err != nil {
		d.t.Fatal(err)
	}
	return u.Query()
}

// story returns what was recorded, a word an event.
func (d *desk) story() string {
	var words []string
	for _, e := range d.events {
		switch {
		case e.Note != nil:
			words = append(words, e.Note.Name)
		case e.Verdict != nil:
			words = append(words, e.Verdict.Guard+"="+string(e.Verdict.Outcome))
		}
	}
	return strings.Join(words, " ")
}

func TestWholeFlow(t *testing.T) {
	d := newDesk(t, nil)
	sent := d.begin()
	for name, want := range map[string]string{
		"response_type": "code", "client_id": "demo-client", "redirect_uri": redirectURI,
		"code_challenge": vectorChallenge, "code_challenge_method": "S256",
	} {
		if got := sent.Get(name); got != want {
			t.Errorf("%s = %q, want %q", name, got, want)
		}
	}
	if len(sent.Get("state")) != 27 {
		t.Errorf("state %q is not 160 bits in base64url", sent.Get("state"))
	}

	code, err := d.Callback(t.Context(), redirectURI+"?code=c-1&state="+sent.Get("state"))
	if err != nil || code != "c-1" {
		t.Fatalf("Callback = %q, %v", code, err)
	}
	tokens, err := d.Redeem(t.Context(), code)
	want := Tokens{AccessToken: "at-1", TokenType: "bearer", ExpiresIn: 3600, Scope: "read"}
	if err != nil || tokens != want {
		t.Fatalf("Redeem = %+v, %v; want %+v", tokens, err, want)
	}

	r := d.asked[0]
	if r.Method != "POST" || r.URL != d.TokenEndpoint {
		t.Errorf("asked %s %s", r.Method, r.URL)
	}
	wantBody := "grant_type=authorization_code&code=c-1&redirect_uri=http%3A%2F%2Flab.test%2Fcallback" +
		"&client_id=demo-client&code_verifier=" + vectorVerifier
	if r.Body != wantBody {
		t.Errorf("body\n%s, want\n%s", r.Body, wantBody)
	}
	if !hasField(r.Header, "Content-Type", "application/x-www-form-urlencoded") {
		t.Errorf("headers %v lack the form's content type", r.Header)
	}
	if got, want := d.story(), "pkce.verifier state.made open callback state.compare=passed state.forget=passed code.accepted tokens"; got != want {
		t.Errorf("recorded %s, want %s", got, want)
	}
}

func hasField(fields []event.Field, name, value string) bool {
	for _, f := range fields {
		if f.Name == name && f.Value == value {
			return true
		}
	}
	return false
}

func TestEventsOfAFlow(t *testing.T) {
	d := newDesk(t, nil)
	sent := d.begin()
	back := redirectURI + "?code=c-1&state=" + sent.Get("state")
	if _, err := d.Callback(t.Context(), back); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Redeem(t.Context(), "c-1"); err != nil {
		t.Fatal(err)
	}
	ids := map[string]bool{}
	for _, e := range d.events {
		if e.Flow != d.events[0].Flow || e.Flow == "" {
			t.Errorf("%v belongs to flow %q, want %q", e.Kind, e.Flow, d.events[0].Flow)
		}
		if ids[e.ID] {
			t.Errorf("two events are called %s", e.ID)
		}
		ids[e.ID] = true
		if !e.Time.Equal(noon) {
			t.Errorf("time %v is not the clock's", e.Time)
		}
		if e.Note == nil {
			continue
		}
		switch e.Note.Name {
		case event.NoteOpen:
			if e.From != event.Client || e.To != event.Browser || e.Note.Get("url") != d.opened[0] {
				t.Errorf("open: %+v does not announce %s", e, d.opened[0])
			}
		case event.NoteCallback:
			if e.From != event.Browser || e.To != event.Client || e.Note.Get("url") != back {
				t.Errorf("callback: %+v does not bring %s", e, back)
			}
		case event.NoteTokens:
			if e.Note.Get("access_token") != "at-1" {
				t.Errorf("tokens: %+v does not show the token", e)
			}
		case event.NoteVerifier:
			if e.Note.Get("code_verifier") != vectorVerifier || e.Note.Get("code_challenge") != vectorChallenge {
				t.Errorf("verifier: %+v is not the vector", e)
			}
		}
	}
}

func TestAnnouncementComesBeforeTheBrowserGoes(t *testing.T) {
	d := newDesk(t, nil)
	d.Open = func(context.Context, string) error {
		if !strings.HasSuffix(d.story(), "open") {
			t.Errorf("the browser goes after %q", d.story())
		}
		if _, ok := d.store[loginKey]; !ok {
			t.Error("the browser goes before the login is kept")
		}
		return nil
	}
	if err := d.Begin(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestHabits(t *testing.T) {
	tests := map[string]struct {
		switches  guard.Switches
		challenge string
		method    string
		state     bool
		verifier  string
		story     string
	}{
		"S256 and a random state": {nil,
			vectorChallenge, "S256", true, vectorVerifier, "pkce.verifier state.made open"},
		"plain sends the verifier itself": {guard.Switches{guard.IDPKCEMethod: "plain"},
			vectorVerifier, "plain", true, vectorVerifier, "pkce.verifier state.made open"},
		"no PKCE": {guard.Switches{guard.IDPKCEMethod: "nothing"},
			"", "", true, "", "state.made open"},
		"no state": {guard.Switches{guard.IDStateMethod: "nothing"},
			vectorChallenge, "S256", false, vectorVerifier, "pkce.verifier open"},
		"neither": {guard.Switches{guard.IDStateMethod: "nothing", guard.IDPKCEMethod: "nothing"},
			"", "", false, "", "open"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, tt.switches)
			sent := d.begin()
			if got := sent.Get("code_challenge"); got != tt.challenge {
				t.Errorf("code_challenge = %q, want %q", got, tt.challenge)
			}
			if got := sent.Get("code_challenge_method"); got != tt.method {
				t.Errorf("code_challenge_method = %q, want %q", got, tt.method)
			}
			for _, name := range []string{"state", "code_challenge"} {
				if sent.Has(name) && sent.Get(name) == "" {
					t.Errorf("%s was sent without a value", name)
				}
			}
			if sent.Has("state") != tt.state {
				t.Errorf("state = %q", sent.Get("state"))
			}
			if d.story() != tt.story {
				t.Errorf("recorded %q, want %q", d.story(), tt.story)
			}
			if _, err := d.Callback(t.Context(), redirectURI+"?code=c-1&state="+sent.Get("state")); err != nil {
				t.Fatalf("the client refuses its own callback: %v", err)
			}
			if _, err := d.Redeem(t.Context(), "c-1"); err != nil {
				t.Fatal(err)
			}
			form, err := url.ParseQuery(d.asked[0].Body)
			if err != nil || form.Get("code_verifier") != tt.verifier {
				t.Errorf("code_verifier = %q, %v; want %q", form.Get("code_verifier"), err, tt.verifier)
			}
		})
	}
}

// Every habit of the catalogue that the client has is tried, above or in state_signed_test.go.
func TestHabitsOfTheCatalogueAreTried(t *testing.T) {
	want := map[guard.ID][]string{
		guard.IDStateMethod: {"random", "constant", "nothing"},
		guard.IDPKCEMethod:  {"S256", "plain", "nothing"},
		guard.IDPKCEKeep:    {"tab", "signed-state"},
	}
	for id, values := range want {
		part, ok := guard.FindPart(id)
		if !ok || strings.Join(part.Values, " ") != strings.Join(values, " ") {
			t.Errorf("%s has the values %v, the tests try %v", id, part.Values, values)
		}
	}
}

func TestVerifierIsWhatTheRFCAllows(t *testing.T) {
	allowed := regexp.MustCompile(`^[A-Za-z0-9._~-]{43,128}$`) // RFC 7636 §4.1
	for _, octet := range []byte{0x00, 0x3e, 0x7f, 0xfb, 0xff} {
		d := newDesk(t, nil)
		d.Random = bytes.NewReader(bytes.Repeat([]byte{octet}, 64))
		d.begin()
		verifier := d.events[0].Note.Get("code_verifier")
		if len(verifier) != 43 || !allowed.MatchString(verifier) {
			t.Errorf("octets %#x make the verifier %q", octet, verifier)
		}
	}
}

func TestStateAtTheCallback(t *testing.T) {
	const mine = "MINE" // stands for the state that was sent
	off := guard.Switches{guard.IDState: "off"}
	none := guard.Switches{guard.IDStateMethod: "nothing"}
	bare := guard.Switches{guard.IDStateMethod: "nothing", guard.IDPKCEMethod: "nothing"}
	blind := guard.Switches{guard.IDStateMethod: "nothing", guard.IDPKCE: "off"}
	noneOff := guard.Switches{guard.IDStateMethod: "nothing", guard.IDState: "off"}
	tests := map[string]struct {
		switches guard.Switches
		begun    bool
		query    string
		outcome  event.Outcome
		reason   string
	}{
		"ours passes":                                      {nil, true, "code=c&state=" + mine, event.Passed, ""},
		"another is refused":                               {nil, true, "code=c&state=x", event.Refused, "not the one"},
		"a missing one is refused":                         {nil, true, "code=c", event.Refused, "no state"},
		"ours twice is none":                               {nil, true, "code=c&state=" + mine + "&state=x", event.Refused, "no state"},
		"ours and a bit is refused":                        {nil, true, "code=c&state=" + mine + "A", event.Refused, "not the one"},
		"a callback that nobody asked for is refused":      {nil, false, "code=c&state=x", event.Refused, "waits for no state"},
		"and without a state too":                          {nil, false, "code=c", event.Refused, "waits for no state"},
		"an error that nobody asked for is not believed":   {nil, true, "error=access_denied&state=x", event.Refused, "not the one"},
		"off: ours still passes":                           {off, true, "code=c&state=" + mine, event.Passed, ""},
		"off: another goes through":                        {off, true, "code=c&state=x", event.WouldRefuse, "not the one"},
		"off: a callback that nobody asked for goes":       {off, false, "code=c&state=x", event.WouldRefuse, "waits for no state"},
		"none sent: PKCE ties our own callback to us":      {none, true, "code=c", event.Passed, ""},
		"none sent: a state is none of ours":               {none, true, "code=c&state=x", event.Refused, "waits for no state"},
		"none sent, no PKCE: our own goes through":         {bare, true, "code=c", event.WouldRefuse, "waits for no state"},
		"none sent, no PKCE: so does Mallory's":            {bare, true, "code=c&state=x", event.WouldRefuse, "waits for no state"},
		"none sent, PKCE not verified: ours goes through":  {blind, true, "code=c", event.WouldRefuse, "waits for no state"},
		"none sent: a callback that nobody asked for":      {none, false, "code=c&state=x", event.Refused, "waits for no state"},
		"none sent, off: a callback that nobody asked for": {noneOff, false, "code=c", event.WouldRefuse, "waits for no state"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, tt.switches)
			state := ""
			if tt.begun {
				state = d.begin().Get("state")
			}
			d.events = nil
			code, err := d.Callback(t.Context(), redirectURI+"?"+strings.ReplaceAll(tt.query, mine, state))

			if len(d.events) < 2 || d.events[1].Verdict == nil {
				t.Fatalf("recorded %q, want the callback and then a verdict", d.story())
			}
			verdict := d.events[1].Verdict
			if verdict.Guard != string(guard.IDState) || verdict.Outcome != tt.outcome {
				t.Errorf("verdict %+v, want %s", verdict, tt.outcome)
			}
			if !strings.Contains(verdict.Reason, tt.reason) || tt.reason == "" && verdict.Reason != "" {
				t.Errorf("reason %q, want %q", verdict.Reason, tt.reason)
			}
			var refusal *guard.Refusal
			switch {
			case tt.outcome != event.Refused:
				if err != nil || code != "c" {
					t.Errorf("Callback = %q, %v; want the code", code, err)
				}
			case !errors.As(err, &refusal) || code != "":
				t.Errorf("Callback = %q, %v; want a refusal", code, err)
			case refusal.Guard != guard.IDState || refusal.Reason != verdict.Reason:
				t.Errorf("refusal %+v is not the verdict %+v", refusal, verdict)
			default:
				if last := d.events[len(d.events)-1]; last.Note == nil || last.Note.Name != event.NoteFlowFailed {
					t.Errorf("recorded %q, want that the client gives up", d.story())
				}
			}
		})
	}
}

func TestVerdictNamesTheLineThatCalled(t *testing.T) {
	d := newDesk(t, nil)
	_, _ = d.Callback(t.Context(), redirectURI+"?code=c")
	where := d.events[1].Verdict.Where
	if where.File != "app/client/callback.go" {
		t.Fatalf("file %q, want app/client/callback.go", where.File)
	}
	source, err := os.ReadFile("callback.go")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(source), "\n")
	if where.Line < 1 || where.Line > len(lines) || !strings.Contains(lines[where.Line-1], "f.enforce(guard.IDState") {
		t.Errorf("line %d does not call the guard", where.Line)
	}
}

func TestCallbackThatSaysNothing(t *testing.T) {
	tests := map[string]struct {
		url  string
		want string
	}{
		"neither code nor error": {redirectURI + "?state=s", "no code"},
		"two codes":              {redirectURI + "?code=a&code=b&state=s", "repeats"},
		"a code and two errors":  {redirectURI + "?code=a&error=b&error=c", "repeats"},
		"no query at all":        {redirectURI, "no code"},
		"nothing":                {"", "no code"},
		"no URL":                 {"http://[::1", "not a URL"},
		"bytes":                  {"\x00\xff\x7f", "not a URL"},
		"a broken escape":        {redirectURI + "?code=%zz", "not a URL"},
		"a semicolon":            {redirectURI + "?code=a;state=b", "not a URL"},
		"a code in the fragment": {redirectURI + "#code=a", "no code"},
		"overlong":               {redirectURI + "?code=" + strings.Repeat("x", 10_000), "too long"},
		"overlong and no text":   {strings.Repeat("\xf0\x9f", 5_000), "too long"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			for _, switches := range []guard.Switches{nil, {guard.IDState: "off"}} {
				d := newDesk(t, switches)
				d.begin()
				d.events = nil
				code, err := d.Callback(t.Context(), tt.url)
				if err == nil || code != "" {
					t.Fatalf("Callback = %q, %v", code, err)
				}
				if switches != nil && !strings.Contains(err.Error(), tt.want) {
					t.Errorf("error %v, want %q", err, tt.want)
				}
				for _, e := range d.events {
					if text, err := json.Marshal(e); err != nil || len(text) > event.MaxSize {
						t.Errorf("event of %d bytes, %v", len(text), err)
					}
				}
				if len(d.asked) != 0 {
					t.Error("the client asked a server")
				}
			}
		})
	}
}

func TestTheServersNo(t *testing.T) {
	d := newDesk(t, nil)
	state := d.begin().Get("state")
	_, err := d.Callback(t.Context(), redirectURI+"?error=access_denied&error_description=Alice+said+no&state="+state)
	var no *AuthorizationError
	if !errors.As(err, &no) || no.Code != "access_denied" || no.Description != "Alice said no" {
		t.Fatalf("error %v, want the server's", err)
	}
	if err.Error() != "access_denied: Alice said no" {
		t.Errorf("error text %q", err)
	}
	if !strings.HasSuffix(d.story(), "callback state.compare=passed state.forget=passed flow.failed") {
		t.Errorf("recorded %q", d.story())
	}
}

func TestAStateIsGoodForOneCallback(t *testing.T) {
	tests := map[string]struct{ first string }{
		"after a callback that was ours":     {"?code=c&state=MINE"},
		"after a no":                         {"?error=access_denied&state=MINE"},
		"after a callback that said nothing": {"?state=MINE"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			for _, off := range []bool{false, true} {
				switches := guard.Switches{}
				if off {
					switches[guard.IDStateUnused] = "off"
				}
				d := newDesk(t, switches)
				state := d.begin().Get("state")
				_, _ = d.Callback(t.Context(), redirectURI+strings.ReplaceAll(tt.first, "MINE", state))
				code, err := d.Callback(t.Context(), redirectURI+"?code=c&state="+state)
				var refusal *guard.Refusal
				switch {
				case !off && (!errors.As(err, &refusal) || refusal.Guard != guard.IDStateUnused):
					t.Errorf("the same state a second time: %v, want a refusal by %s", err, guard.IDStateUnused)
				case off && (err != nil || code != "c"):
					t.Errorf("with the guard off: %q, %v; want the code", code, err)
				}
			}
		})
	}
}

// Whoever sends Alice a wrong callback does not end the login that she is in.
func TestAWrongCallbackDoesNotEndTheLogin(t *testing.T) {
	d := newDesk(t, nil)
	state := d.begin().Get("state")
	if _, err := d.Callback(t.Context(), redirectURI+"?code=c&state=x"); err == nil {
		t.Fatal("the wrong callback is taken")
	}
	if code, err := d.Callback(t.Context(), redirectURI+"?code=c&state="+state); err != nil || code != "c" {
		t.Errorf("our own callback after it: %q, %v", code, err)
	}
}

func TestConstantStateIsAlwaysTheSame(t *testing.T) {
	for range 2 {
		d := newDesk(t, guard.Switches{guard.IDStateMethod: guard.Constant})
		if state := d.begin().Get("state"); state != "demo-state-123" {
			t.Errorf("state %q", state)
		}
	}
}

// What a chapter does not have yet, the client neither sends nor checks.
func TestChapters(t *testing.T) {
	tests := map[string]struct {
		state, challenge bool
		story            string
	}{
		"v01": {false, false, "open callback code.accepted"},
		"v02": {true, false, "state.made open callback state.compare=passed state.forget=passed code.accepted"},
		"v03": {true, true, "pkce.verifier state.made open callback state.compare=passed state.forget=passed code.accepted"},
	}
	for chapter, tt := range tests {
		t.Run(chapter, func(t *testing.T) {
			d := newDesk(t, nil)
			d.Rules.Chapter = chapter
			sent := d.begin()
			if sent.Has("state") != tt.state || sent.Has("code_challenge") != tt.challenge {
				t.Errorf("sent %v", sent)
			}
			if _, err := d.Callback(t.Context(), redirectURI+"?code=c&state="+sent.Get("state")); err != nil {
				t.Fatal(err)
			}
			if d.story() != tt.story {
				t.Errorf("recorded %q, want %q", d.story(), tt.story)
			}
		})
	}
}

func TestLoginSurvivesAReload(t *testing.T) {
	d := newDesk(t, nil)
	state := d.begin().Get("state")
	reload := func() *Client { c := *d.Client; return &c }
	if _, err := reload().Callback(t.Context(), redirectURI+"?code=c&state="+state); err != nil {
		t.Fatal(err)
	}
	if _, err := reload().Redeem(t.Context(), "c"); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(d.asked[0].Body, "code_verifier="+vectorVerifier) {
		t.Errorf("the verifier is lost: %s", d.asked[0].Body)
	}
}

func TestCodeCanBeRedeemedTwice(t *testing.T) {
	d := newDesk(t, nil)
	state := d.begin().Get("state")
	if _, err := d.Callback(t.Context(), redirectURI+"?code=c&state="+state); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := d.Redeem(t.Context(), "c"); err != nil {
			t.Fatal(err)
		}
	}
	if d.asked[0].Body != d.asked[1].Body {
		t.Errorf("the second request is another:\n%s\n%s", d.asked[0].Body, d.asked[1].Body)
	}
}

func TestNewLoginForgetsTheOld(t *testing.T) {
	d := newDesk(t, nil)
	old := d.begin()
	if now := d.begin(); now.Get("state") == old.Get("state") || now.Get("code_challenge") == old.Get("code_challenge") {
		t.Error("two logins share a state or a challenge")
	}
	_, err := d.Callback(t.Context(), redirectURI+"?code=c&state="+old.Get("state"))
	var refusal *guard.Refusal
	if !errors.As(err, &refusal) {
		t.Errorf("the old login's callback: %v, want a refusal", err)
	}
}

func TestUnsolicitedCodeGoesWithoutAVerifier(t *testing.T) {
	d := newDesk(t, guard.Switches{guard.IDState: "off"})
	code, err := d.Callback(t.Context(), redirectURI+"?code=of-mallory")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Redeem(t.Context(), code); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(d.asked[0].Body, "code_verifier") {
		t.Errorf("body %s has a verifier that nobody made", d.asked[0].Body)
	}
	for _, e := range d.events {
		if e.Flow == "" || e.Flow != d.events[0].Flow {
			t.Errorf("flow %q, want one for the whole story", e.Flow)
		}
	}
}

func TestTokenEndpointSaysNo(t *testing.T) {
	tests := map[string]struct {
		answer Response
		want   TokenError
		text   string
	}{
		"an error of the RFC": {
			Response{Status: 400, Body: `{"error":"invalid_grant","error_description":"the verifier does not match","hint":"send the verifier"}`},
			TokenError{400, "invalid_grant", "the verifier does not match", "send the verifier"},
			"invalid_grant: the verifier does not match",
		},
		"a code alone":      {Response{Status: 401, Body: `{"error":"invalid_client"}`}, TokenError{Status: 401, Code: "invalid_client"}, "invalid_client"},
		"a page":            {Response{Status: 502, Body: `<h1>Bad gateway</h1>`}, TokenError{Status: 502, Description: "the token endpoint answered 502"}, "the token endpoint answered 502"},
		"nothing":           {Response{Status: 404}, TokenError{Status: 404, Description: "the token endpoint answered 404"}, "the token endpoint answered 404"},
		"JSON of no error":  {Response{Status: 429, Body: `{"hint":"later"}`}, TokenError{Status: 429, Description: "the token endpoint answered 429"}, "the token endpoint answered 429"},
		"a list, not a map": {Response{Status: 500, Body: `[]`}, TokenError{Status: 500, Description: "the token endpoint answered 500"}, "the token endpoint answered 500"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, nil)
			d.answer = tt.answer
			_, err := d.Redeem(t.Context(), "c")
			var no *TokenError
			if !errors.As(err, &no) || *no != tt.want {
				t.Fatalf("error %+v, want %+v", err, tt.want)
			}
			if err.Error() != tt.text {
				t.Errorf("text %q, want %q", err, tt.text)
			}
			if d.story() != event.NoteFlowFailed {
				t.Errorf("recorded %q, want that the client gives up", d.story())
			}
		})
	}
}

func TestTokenEndpointAnswersNonsense(t *testing.T) {
	for name, body := range map[string]string{
		"no JSON":         "at-1",
		"no token":        `{"token_type":"Bearer"}`,
		"another type":    `{"access_token":"at-1","token_type":"mac"}`,
		"no type":         `{"access_token":"at-1"}`,
		"a token of ours": `{"access_token":{"a":1},"token_type":"Bearer"}`,
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, nil)
			d.answer.Body = body
			if tokens, err := d.Redeem(t.Context(), "c"); err == nil || tokens != (Tokens{}) {
				t.Errorf("Redeem = %+v, %v; want an error", tokens, err)
			}
		})
	}
}

func TestWhatFailsIsSaid(t *testing.T) {
	broken := errors.New("broken")
	tests := map[string]struct {
		change func(d *desk)
		opens  bool
	}{
		"no chance":         {func(d *desk) { d.Random = strings.NewReader("short") }, false},
		"chance runs out":   {func(d *desk) { d.Random = bytes.NewReader(make([]byte, 40)) }, false},
		"no store":          {func(d *desk) { d.storeErr = broken }, false},
		"no feed, verifier": {func(d *desk) { d.feedErr = map[string]error{event.NoteVerifier: broken} }, false},
		"no feed, state":    {func(d *desk) { d.feedErr = map[string]error{event.NoteState: broken} }, false},
		"no feed, open":     {func(d *desk) { d.feedErr = map[string]error{event.NoteOpen: broken} }, false},
		"no browser":        {func(d *desk) { d.openErr = broken }, true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t, nil)
			tt.change(d)
			if err := d.Begin(t.Context()); err == nil {
				t.Error("Begin says that all is well")
			}
			if opened := len(d.opened) > 0; opened != tt.opens {
				t.Errorf("the browser was sent to %v", d.opened)
			}
		})
	}
}

func TestServerThatIsNotThere(t *testing.T) {
	d := newDesk(t, nil)
	d.fetchErr = errors.New("connection refused")
	if _, err := d.Redeem(t.Context(), "c"); !errors.Is(err, d.fetchErr) {
		t.Errorf("error %v, want %v", err, d.fetchErr)
	}
	d.TokenEndpoint = ""
	if _, err := d.Redeem(t.Context(), "c"); !errors.Is(err, errNoTokenEndpoint) {
		t.Errorf("error %v, want %v", err, errNoTokenEndpoint)
	}
	if len(d.asked) != 1 {
		t.Errorf("asked %d times, want once", len(d.asked))
	}
}

func TestRefusalStaysARefusalWhenTheFeedIsGone(t *testing.T) {
	d := newDesk(t, nil)
	broken := errors.New("broken")
	d.feedErr = map[string]error{event.NoteFlowFailed: broken}
	_, err := d.Callback(t.Context(), redirectURI+"?code=c")
	var refusal *guard.Refusal
	if !errors.As(err, &refusal) || !errors.Is(err, broken) {
		t.Errorf("error %v, want the refusal and the feed's", err)
	}
}

func TestBrokenMemoryIsNone(t *testing.T) {
	for _, text := range []string{"", "{", "null", "[]", `{"under_way":true,"state":"s"}`} {
		d := newDesk(t, nil)
		d.store[loginKey] = text
		_, err := d.Callback(t.Context(), redirectURI+"?code=c&state=s")
		var refusal *guard.Refusal
		if !errors.As(err, &refusal) {
			t.Errorf("a tab that remembers %q: %v, want a refusal", text, err)
		}
	}
}

func TestEndpointWithAQueryKeepsIt(t *testing.T) {
	d := newDesk(t, nil)
	d.AuthorizationEndpoint = "http://auth.test/authorize?tenant=1"
	if sent := d.begin(); sent.Get("tenant") != "1" || sent.Get("client_id") != "demo-client" {
		t.Errorf("opened %s", d.opened[0])
	}
}

// The files of this package are shown to learners in a column of 72.
func TestShownLinesFitTheirColumn(t *testing.T) {
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if !strings.HasSuffix(file.Name(), ".go") || strings.HasSuffix(file.Name(), "_test.go") {
			continue
		}
		source, err := os.ReadFile(file.Name())
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range strings.Split(string(source), "\n") {
			if columns := len([]rune(strings.ReplaceAll(line, "\t", "    "))); columns > 72 {
				t.Errorf("%s:%d has %d columns", file.Name(), i+1, columns)
			}
		}
	}
}
