package resourceserver

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/server/asset"
	"oauthlab/server/authserver"
	"oauthlab/server/lab"
	"oauthlab/web"
)

// What the API on an origin of its own says besides.
const (
	saysInactive   = "The server calls this token inactive. Send the token as the token endpoint gave it, from this lab. If it was revoked, run the flow again (RFC 6750 section 3.1)."
	saysAudience   = "This token is for another API. Get a token for this API: whom a token is for stands in aud (RFC 9068 section 4)."
	saysUnanswered = "The authorization server does not answer. The API cannot tell what the token is worth, and hands out nothing. Try again in a moment (RFC 7662 section 2.2)."
)

// Verdicts on a token that the API has asked about, as far as one comes.
var (
	isForUs   = then(isKnown, "audience passed")
	askedGood = then(isForUs, "token-expiry passed", "scope.enforce passed")
)

// apiKey is what the API of each bench shares with its authorization server.
var apiKey = lab.APIKey("api")

// splitBench is an API on an origin of its own, in the chapter that splits the servers, and
// somebody who plays the authorization server.
type splitBench struct {
	*bench
	played *played
	warned *bytes.Buffer // the operators' log
}

// played is who plays the authorization server.
type played struct {
	*httptest.Server
	mu     sync.Mutex // guards the rest
	asked  []asked
	answer http.HandlerFunc
}

// asked is a request that it got.
type asked struct {
	method, uri, body string
	header            http.Header
}

func (p *played) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body) //nolint:errcheck // what there is of it is compared
	p.mu.Lock()
	p.asked = append(p.asked, asked{r.Method, r.RequestURI, string(body), r.Header})
	answer := p.answer
	p.mu.Unlock()
	answer(w, r)
}

// count is how often it was asked.
func (p *played) count() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.asked)
}

// answers has it answer in another way from now on.
func (p *played) answers(answer http.HandlerFunc) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answer = answer
}

func newSplitBench(t *testing.T) *splitBench {
	t.Helper()
	return newSplitBenchOf(t, func(*Server) {})
}

// newSplitBenchOf takes what is different about the API.
func newSplitBenchOf(t *testing.T, change func(*Server)) *splitBench {
	t.Helper()
	p := &played{}
	p.Server = httptest.NewServer(p)
	t.Cleanup(p.Close)
	warned := &bytes.Buffer{}
	b := &splitBench{played: p, warned: warned, bench: newBenchOf(t, func(labs *lab.Labs, s *Server) {
		labs.Origins[event.API], labs.Origins[event.Auth] = labs.Origins[event.Auth], p.URL
		s.Tokens, s.APIKey, s.Log = nil, apiKey, slog.New(slog.NewTextHandler(warned, nil))
		change(s)
	})}
	b.in("v06")
	p.answers(b.says(b.active()))
	return b
}

// active is a good answer about a token of Alice's (RFC 7662 §2.2), with changes: names and
// values, where nil removes.
func (b *splitBench) active(changes ...any) map[string]any {
	said := map[string]any{
		"active": true, "scope": "read write profile", "client_id": "demo-client", "token_type": "Bearer", "sub": "alice", "aud": b.lab.API(),
		"iss": b.lab.Issuer(), "jti": "flow-1.id", "iat": b.lab.Now().Unix(), "exp": b.lab.Now().Add(time.Hour).Unix(),
	}
	for i := 0; i+1 < len(changes); i += 2 {
		said[changes[i].(string)] = changes[i+1]
		if changes[i+1] == nil {
			delete(said, changes[i].(string))
		}
	}
	return said
}

// says answers with a JSON object.
func (b *splitBench) says(said map[string]any) http.HandlerFunc {
	text, err := json.Marshal(said)
	if err != nil {
		b.Fatal(err)
	}
	return answered(http.StatusOK, string(text))
}

// answered answers with a status and a body.
func answered(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		io.WriteString(w, body) //nolint:errcheck // the caller has gone
	}
}

// The API asks as RFC 7662 §2.1 has it, and proves itself as RFC 6749 §2.3.1 has it.
func TestHowTheAPIAsks(t *testing.T) {
	b := newSplitBench(t)
	if r := b.with(good, "/api/me"); r.status != http.StatusOK || !strings.Contains(r.body, "alice@example.com") {
		t.Fatalf("answered %d %s", r.status, r.body)
	}
	if len(b.played.asked) != 1 {
		t.Fatalf("it asked %d times", len(b.played.asked))
	}
	got, id := b.played.asked[0], b.lab.ID.String()
	if got.method != "POST" || got.uri != "/"+id+"/introspect" || got.body != "token=good-1.2_3~4%2B5%2F6%3D%3D" {
		t.Errorf("it asks %s %s with %s", got.method, got.uri, got.body)
	}
	for name, want := range map[string]string{
		"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json",
		"Authorization": "Basic " + base64.StdEncoding.EncodeToString([]byte("demo-api:"+apiKey.Secret(b.lab.ID, lab.ClientAPI))),
	} {
		if !slices.Equal(got.header.Values(name), []string{want}) {
			t.Errorf("%s is %q, want %q", name, got.header.Values(name), want)
		}
	}
	if e, _ := b.lastRequest(); e.Flow != "" {
		t.Errorf("before it has asked it knows the flow %q", e.Flow)
	}
	b.wantVerdicts(askedGood...)
	for _, e := range b.events() {
		if e.Response != nil && e.Flow != "flow-1" {
			t.Errorf("what it answers is told of in the flow %q", e.Flow)
		}
	}
}

// What the authorization server says of a token is what the API decides by.
func TestWhatTheServerSaysIsDecidedOn(t *testing.T) {
	const refused = "audience refused: this token is for another API"
	inactive := then(hasToken, "token-known refused: the server calls this token inactive")
	for name, tt := range map[string]struct {
		said      func(b *splitBench) map[string]any
		status    int
		challenge string
		code      string
		says      string
		verdicts  []string
	}{
		"active": {func(b *splitBench) map[string]any { return b.active() }, 200, "", "", "", askedGood},
		"active, with no more than it must say": {func(b *splitBench) map[string]any {
			return map[string]any{"active": true, "sub": "alice", "scope": "read", "aud": b.lab.API()}
		}, 200, "", "", "", askedGood},
		"active, and what nobody knows": {func(b *splitBench) map[string]any { return b.active("x", map[string]any{"y": 1}, "username", "bob") }, 200, "", "", "", askedGood},
		"an audience as a list":         {func(b *splitBench) map[string]any { return b.active("aud", []string{"https://x.example", b.lab.API()}) }, 200, "", "", "", askedGood},
		"a second before its end":       {func(b *splitBench) map[string]any { return b.active("exp", b.lab.Now().Unix()+1) }, 200, "", "", "", askedGood},
		"an end that no clock reaches":  {func(b *splitBench) map[string]any { return b.active("exp", 1e300) }, 200, "", "", "", askedGood},

		"inactive": {func(*splitBench) map[string]any { return map[string]any{"active": false} }, 401, challenged("invalid_token", saysInactive), "invalid_token", saysInactive, inactive},
		"inactive, and more": {
			func(b *splitBench) map[string]any { return b.active("active", false) }, 401, challenged("invalid_token", saysInactive), "invalid_token", saysInactive, inactive,
		},
		"for another API": {
			func(b *splitBench) map[string]any { return b.active("aud", "https://x.example") }, 401, challenged("invalid_token", saysAudience), "invalid_token", saysAudience, then(isKnown, refused),
		},
		"for other APIs": {
			func(b *splitBench) map[string]any {
				return b.active("aud", []string{"https://x.example", b.lab.API() + "/"})
			},
			401, challenged("invalid_token", saysAudience), "invalid_token", saysAudience, then(isKnown, refused),
		},
		"for the API of another lab": {
			func(b *splitBench) map[string]any {
				return b.active("aud", strings.Replace(b.lab.API(), b.lab.ID.String()[:8], "00000000", 1))
			},
			401, challenged("invalid_token", saysAudience), "invalid_token", saysAudience, then(isKnown, refused),
		},
		"for nobody": {
			func(b *splitBench) map[string]any { return b.active("aud", nil) }, 401, challenged("invalid_token", saysAudience), "invalid_token", saysAudience, then(isKnown, refused),
		},
		"for an empty list": {
			func(b *splitBench) map[string]any { return b.active("aud", []string{}) }, 401, challenged("invalid_token", saysAudience), "invalid_token", saysAudience, then(isKnown, refused),
		},
		"active, and at its end": {
			func(b *splitBench) map[string]any { return b.active("exp", b.lab.Now().Unix()) }, 401, challenged("invalid_token", saysExpired), "invalid_token", saysExpired,
			then(isForUs, "token-expiry refused: this token has expired"),
		},
		"active, and long over": {
			func(b *splitBench) map[string]any { return b.active("exp", -1e300) }, 401, challenged("invalid_token", saysExpired), "invalid_token", saysExpired,
			then(isForUs, "token-expiry refused: this token has expired"),
		},
		"without a scope": {
			func(b *splitBench) map[string]any { return b.active("scope", nil) }, 403, challenged("insufficient_scope", saysScope) + `, scope="read"`, "insufficient_scope", saysScope,
			then(isForUs, "token-expiry passed", "scope.enforce refused: the token lacks the scope that this needs"),
		},
		"of another scope": {
			func(b *splitBench) map[string]any { return b.active("scope", "reader write") }, 403, challenged("insufficient_scope", saysScope) + `, scope="read"`, "insufficient_scope", saysScope,
			then(isForUs, "token-expiry passed", "scope.enforce refused: the token lacks the scope that this needs"),
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := newSplitBench(t)
			b.played.answers(b.says(tt.said(b)))
			r := b.with("some-token", "/protected")
			if tt.status != http.StatusOK {
				r.wantError(t, tt.status, tt.challenge, tt.code, tt.says)
			} else if r.status != http.StatusOK || !strings.HasPrefix(r.body, `{"owner":"alice",`) {
				t.Errorf("answered %d %s", r.status, r.body)
			}
			b.wantVerdicts(tt.verdicts...)
			if line := b.logged(); line.Status != tt.status || b.played.count() != 1 {
				t.Errorf("its own log keeps %+v, and it asked %d times", line, b.played.count())
			}
		})
	}
}

// With one guard off the API lets pass what it is about, and says what it would have refused.
func TestWhatPassesAfterAskingWithoutAGuard(t *testing.T) {
	for name, tt := range map[string]struct {
		off      guard.ID
		said     func(b *splitBench) map[string]any
		verdicts []string
	}{
		"an inactive token is Alice's": {
			guard.IDTokenKnown, func(*splitBench) map[string]any { return map[string]any{"active": false} },
			then(hasToken, "token-known would-refuse: the server calls this token inactive"),
		},
		"a token for another API": {
			guard.IDAudience, func(b *splitBench) map[string]any { return b.active("aud", "https://x.example") },
			then(isKnown, "audience would-refuse: this token is for another API", "token-expiry passed", "scope.enforce passed"),
		},
		"a token that is over": {
			guard.IDTokenExpiry, func(b *splitBench) map[string]any { return b.active("exp", 1) },
			then(isForUs, "token-expiry would-refuse: this token has expired", "scope.enforce passed"),
		},
		"a token without a scope": {
			guard.IDScope, func(b *splitBench) map[string]any { return b.active("scope", nil) },
			then(isForUs, "token-expiry passed", "scope.enforce would-refuse: the token lacks the scope that this needs"),
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := newSplitBench(t)
			b.off(tt.off)
			b.played.answers(b.says(tt.said(b)))
			if r := b.with("some-token", "/protected"); r.status != http.StatusOK || !strings.HasPrefix(r.body, `{"owner":"alice",`) {
				t.Errorf("answered %d %s", r.status, r.body)
			}
			b.wantVerdicts(tt.verdicts...)
		})
	}
}

// What the API can say by itself it says without asking anybody.
func TestWhatTheAPINeedNotAsk(t *testing.T) {
	b := newSplitBench(t)
	b.ask("GET", "/protected", "").wantError(t, 401, bare, "unauthorized", saysNone)
	b.ask("GET", "/protected", "", "Authorization", "Basic eDp5").wantError(t, 401, bare, "unauthorized", saysNone)
	b.ask("GET", "/protected", "", "Authorization", "Bearer a b").wantError(t, 400, challenged("invalid_request", saysNoToken), "invalid_request", saysNoToken)
	b.ask("GET", "/protected", "", "Authorization", "Bearer x", "Authorization", "Bearer x").
		wantError(t, 400, challenged("invalid_request", saysTwoHeader), "invalid_request", saysTwoHeader)
	b.ask("GET", "/protected?access_token=x", "", "Authorization", "Bearer x").
		wantError(t, 400, challenged("invalid_request", saysTwice), "invalid_request", saysTwice)
	// No token that was given out is longer than a parameter may be, and the server would not read it.
	for _, long := range []int{2049, 100 << 10} {
		b.with(strings.Repeat("x", long), "/protected").wantError(t, 401, challenged("invalid_token", saysUnknown), "invalid_token", saysUnknown)
		b.wantVerdicts(then(hasToken, "token-known refused: this token was never issued here")...)
	}
	if n := b.played.count(); n != 0 {
		t.Errorf("it asked %d times", n)
	}
	if r := b.ask("GET", "/protected", "", "authorization", "bearer "+strings.Repeat("x", 2048)); r.status != http.StatusOK || b.played.count() != 1 {
		t.Errorf("with the longest that it asks about it answers %d %s, and asked %d times", r.status, r.body, b.played.count())
	}
}

// roundTripper is a way to the authorization server.
type roundTripper func(*http.Request) (*http.Response, error)

func (way roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return way(r) }

// Where nobody tells what a token is worth the API hands out nothing and keeps nothing, and says
// to whom it may concern that it could not ask.
func TestWhereTheServerDoesNotAnswer(t *testing.T) {
	good := `{"active":true,"sub":"alice","scope":"read write profile","aud":"x"}`
	for name, tt := range map[string]struct {
		answer http.HandlerFunc
		change func(*Server)
		warns  string // what operators read of it
	}{
		"it does not know the API":   {answer: answered(401, `{"error":"invalid_client"}`), warns: "the authorization server answered 401"},
		"it fails":                   {answer: answered(500, good), warns: "the authorization server answered 500"},
		"it is away":                 {answer: answered(503, good), warns: "the authorization server answered 503"},
		"it has no such endpoint":    {answer: answered(404, good), warns: "the authorization server answered 404"},
		"it answers another success": {answer: answered(201, good), warns: "the authorization server answered 201"},
		"it answers nothing":         {answer: answered(200, ""), warns: "cannot be read"},
		"it answers no JSON":         {answer: answered(200, "<html>active</html>"), warns: "cannot be read"},
		"it answers JSON and more":   {answer: answered(200, good+good), warns: "cannot be read"},
		"it answers a list":          {answer: answered(200, "["+good+"]"), warns: "cannot be read"},
		"it answers null":            {answer: answered(200, "null"), warns: "cannot be read"},
		"it does not say active":     {answer: answered(200, strings.Replace(good, "active", "alive", 1)), warns: "cannot be read"},
		"it says active as a text":   {answer: answered(200, strings.Replace(good, "true", `"true"`, 1)), warns: "cannot be read"},
		"it says active as null":     {answer: answered(200, strings.Replace(good, "true", "null", 1)), warns: "cannot be read"},
		"it says exp as a text":      {answer: answered(200, strings.Replace(good, "{", `{"exp":"2030",`, 1)), warns: "cannot be read"},
		"it says exp beyond numbers": {answer: answered(200, strings.Replace(good, "{", `{"exp":1e400,`, 1)), warns: "cannot be read"},
		"it says too much":           {answer: answered(200, strings.Replace(good, "{", `{"x":"`+strings.Repeat("x", 64<<10)+`",`, 1)), warns: "cannot be read"},
		"it sends the API elsewhere": {answer: func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/elsewhere") {
				answered(200, good)(w, r)
				return
			}
			http.Redirect(w, r, r.URL.Path+"/elsewhere", http.StatusTemporaryRedirect)
		}, warns: "the authorization server answered 307"},
		"it hangs up in the midst of its answer": {answer: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			io.WriteString(w, good)               //nolint:errcheck // the API is told that there is more
			http.NewResponseController(w).Flush() //nolint:errcheck // likewise
			panic(http.ErrAbortHandler)
		}, warns: "unexpected EOF"},
		"it never answers": {
			answer: func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, // the API has hung up
			change: func(s *Server) {
				s.Transport = roundTripper(func(r *http.Request) (*http.Response, error) {
					if end, has := r.Context().Deadline(); !has || time.Until(end) > 5*time.Second {
						return nil, fmt.Errorf("the API waits until %s", end)
					}
					ctx, done := context.WithTimeout(r.Context(), 20*time.Millisecond) // in place of those five seconds
					defer done()
					return http.DefaultTransport.RoundTrip(r.WithContext(ctx))
				})
			}, warns: "context deadline exceeded",
		},
		"it is not there": {change: func(s *Server) {
			s.Transport = roundTripper(func(r *http.Request) (*http.Response, error) {
				free, err := net.Listen("tcp", "127.0.0.1:0")
				if err != nil {
					return nil, err
				}
				r = r.Clone(r.Context())
				r.URL.Host = free.Addr().String()
				free.Close() //nolint:errcheck // nobody listens there now
				return http.DefaultTransport.RoundTrip(r)
			})
		}, warns: "connection refused"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newSplitBenchOf(t, func(s *Server) {
				if tt.change != nil {
					tt.change(s)
				}
			})
			b.played.answers(tt.answer)
			for _, method := range []string{"GET", "POST"} {
				r := b.ask(method, "/protected", `{"text":"a note"}`, "Authorization", "Bearer some-token", "Content-Type", "application/json")
				r.wantError(t, http.StatusServiceUnavailable, "", "temporarily_unavailable", saysUnanswered)
				if r.header.Get("Retry-After") != "5" || strings.Contains(r.body, "photos") {
					t.Errorf("answered %v %s", r.header, r.body)
				}
				_, decided := b.lastRequest()
				if len(decided) != 2 || decided[0].Note == nil || decided[0].Note.Name != event.NoteUnanswered || decided[0].From != event.API ||
					decided[1].Response == nil || decided[1].Response.Status != http.StatusServiceUnavailable {
					t.Errorf("what it tells is %+v", decided)
				}
				if line := b.logged(); line.Status != http.StatusServiceUnavailable || line.Method != method {
					t.Errorf("its own log keeps %+v", line)
				}
			}
			if state := b.state(); len(state.Answers) != 0 || len(state.Notes) != len(newState().Notes) {
				t.Errorf("it keeps %+v and %+v", state.Answers, state.Notes)
			}
			if n := b.played.count(); n != 2 && tt.answer != nil {
				t.Errorf("it asked %d times", n)
			}
			if log := b.warned.String(); strings.Count(log, "level=WARN msg=introspection") != 2 || !strings.Contains(log, tt.warns) || strings.Contains(log, "some-token") {
				t.Errorf("operators read %s", log)
			}
		})
	}
}

// When the client has hung up, nobody is asked any longer.
func TestAClientThatHangsUp(t *testing.T) {
	b := newSplitBench(t)
	ctx, hangUp := context.WithCancel(t.Context())
	over := make(chan struct{})
	b.played.answers(func(_ http.ResponseWriter, r *http.Request) {
		hangUp()
		<-r.Context().Done()
		close(over)
	})
	req, err := http.NewRequestWithContext(ctx, "GET", b.url+"/protected", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer some-token")
	if resp, err := http.DefaultClient.Do(req); !errors.Is(err, context.Canceled) {
		t.Fatalf("answered %v, %v", resp, err)
	}
	<-over
}

// How long the API goes by an answer, on the lab's clock: as long as the lab is set to, never
// beyond the token's own end (RFC 7662 §4), and not at all where the clock was turned back.
func TestHowLongAnAnswerIsRemembered(t *testing.T) {
	type step struct {
		at    time.Duration // on the lab's clock
		asked int           // how often the API has asked by then
	}
	const second = time.Second
	for name, tt := range map[string]struct {
		cache string
		said  func(b *splitBench) map[string]any // nil: a good answer
		steps []step
	}{
		"not at all":               {"0s", nil, []step{{0, 1}, {0, 2}, {0, 3}}},
		"not at all, turned back":  {"0s", nil, []step{{time.Hour / 2, 1}, {0, 2}, {0, 3}}},
		"for a minute":             {"60s", nil, []step{{0, 1}, {0, 1}, {30 * second, 1}, {60*second - 1, 1}, {60 * second, 2}, {61 * second, 2}, {120*second - 1, 2}, {120 * second, 3}}},
		"no longer by being used":  {"60s", nil, []step{{0, 1}, {59 * second, 1}, {61 * second, 2}}},
		"turned back, it asks":     {"60s", nil, []step{{time.Hour / 2, 1}, {time.Hour/2 - 1, 2}, {0, 3}, {59 * second, 3}, {60 * second, 4}}},
		"turned back and on again": {"60s", nil, []step{{10 * second, 1}, {0, 2}, {10 * second, 2}, {60 * second, 3}}},
		"up to the token's end": {
			"60s", func(b *splitBench) map[string]any { return b.active("exp", b.lab.Now().Unix()+10) },
			[]step{{0, 1}, {9 * second, 1}, {10 * second, 2}, {11 * second, 3}},
		},
		"without an end of its own": {
			"60s", func(b *splitBench) map[string]any { return b.active("exp", nil) }, []step{{0, 1}, {59 * second, 1}, {60 * second, 2}},
		},
		"what is worth nothing as well": {
			"60s", func(*splitBench) map[string]any { return map[string]any{"active": false} }, []step{{0, 1}, {59 * second, 1}, {60 * second, 2}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := newSplitBench(t)
			if tt.said != nil {
				b.played.answers(b.says(tt.said(b)))
			}
			b.set(guard.IDIntrospectionCache, `"`+tt.cache+`"`)
			for i, s := range tt.steps {
				b.later(s.at)
				b.with("some-token", "/protected")
				if n := b.played.count(); n != s.asked {
					t.Errorf("step %d, at %s: it has asked %d times, want %d", i+1, s.at, n, s.asked)
				}
			}
		})
	}
}

// What was remembered is forgotten when the setting says so, and opens nothing while the
// server does not answer.
func TestAStaleAnswerOpensNothing(t *testing.T) {
	b := newSplitBench(t)
	b.set(guard.IDIntrospectionCache, `"60s"`)
	b.with("some-token", "/protected")
	b.played.answers(answered(500, ""))
	if r := b.with("some-token", "/protected"); r.status != http.StatusOK {
		t.Errorf("within its time the answer is worth %d %s", r.status, r.body)
	}
	b.wantVerdicts(askedGood...)
	if e, _ := b.lastRequest(); e.Flow != "flow-1" {
		t.Errorf("what it remembers tells the flow %q", e.Flow)
	}
	b.later(time.Minute)
	b.with("some-token", "/protected").wantError(t, 503, "", "temporarily_unavailable", saysUnanswered)
	b.later(0)
	b.set(guard.IDIntrospectionCache, `"0s"`)
	b.with("some-token", "/protected").wantError(t, 503, "", "temporarily_unavailable", saysUnanswered)

	// A revoked token is good up to the end of that minute, and no longer.
	b = newSplitBench(t)
	b.set(guard.IDIntrospectionCache, `"60s"`)
	b.with("some-token", "/protected")
	b.played.answers(answered(200, `{"active":false}`))
	b.later(59 * time.Second)
	if r := b.with("some-token", "/protected"); r.status != http.StatusOK {
		t.Errorf("within its time the answer is worth %d %s", r.status, r.body)
	}
	b.later(time.Minute)
	b.with("some-token", "/protected").wantError(t, 401, challenged("invalid_token", saysInactive), "invalid_token", saysInactive)
	b.later(time.Minute + 59*time.Second)
	b.with("some-token", "/protected").wantError(t, 401, challenged("invalid_token", saysInactive), "invalid_token", saysInactive)
}

// What was said of one token is not said of another: not of a JWT that somebody wrote around
// the same id, nor of the id.
func TestAnAnswerIsAboutOneToken(t *testing.T) {
	b := newSplitBench(t)
	b.set(guard.IDIntrospectionCache, `"60s"`)
	token := b.jwt(nil)
	mallorys := []string{token[:strings.LastIndexByte(token, '.')+1], b.jwt(map[string]any{"sub": "bob"}), "flow-1.id", "other"}
	for i, one := range append(mallorys, token) { // nor does what was said of those count for the good one
		b.played.answers(answered(200, `{"active":false}`))
		if one == token {
			b.played.answers(b.says(b.active()))
		}
		b.with(one, "/protected")
		if n := b.played.count(); n != i+1 {
			t.Fatalf("about %q it has not asked", one)
		}
	}
	if r := b.with(token, "/protected"); r.status != http.StatusOK {
		t.Errorf("answered %d %s", r.status, r.body)
	}
	for _, one := range mallorys {
		b.with(one, "/protected").wantError(t, 401, challenged("invalid_token", saysInactive), "invalid_token", saysInactive)
	}
	if n := b.played.count(); n != 5 {
		t.Errorf("it has asked %d times", n)
	}
	for _, a := range b.state().Answers {
		if text := fmt.Sprintf("%+v", a); strings.Contains(text, token) || strings.Contains(text, "other") {
			t.Errorf("the record has a token itself: %s", text)
		}
	}
}

// It remembers a bounded number of answers, and forgets the oldest.
func TestTheAPIForgetsTheOldestAnswers(t *testing.T) {
	b := newSplitBench(t)
	b.set(guard.IDIntrospectionCache, `"60s"`)
	for i := range maxRemembered + 1 {
		b.with(fmt.Sprintf("token-%d", i), "/api/me")
	}
	if n := len(b.state().Answers); n != maxRemembered {
		t.Errorf("it keeps %d answers", n)
	}
	for token, asked := range map[string]int{fmt.Sprintf("token-%d", maxRemembered): maxRemembered + 1, "token-1": maxRemembered + 1} {
		if b.with(token, "/api/me"); b.played.count() != asked {
			t.Errorf("about %s it asked again", token)
		}
	}
	if b.with("token-0", "/api/me"); b.played.count() != maxRemembered+2 {
		t.Error("about the oldest it did not ask again")
	}
}

// The API has one address in each chapter, and the other one names it.
func TestTheAPIMoves(t *testing.T) {
	old := newBench(t)
	old.labs.Origins[event.API] = "http://localhost:5"
	old.in("v06")
	old.url = old.lab.Issuer()
	for _, path := range []string{"/api/me", "/protected"} {
		want := "The API stands elsewhere. In this chapter it is at http://localhost:5/" + old.lab.ID.String() + path + "."
		for _, r := range []reply{old.with(good, path), old.ask("GET", path, ""), old.ask("GET", path+"?access_token=x", "", "Authorization", "Bearer x")} {
			r.wantError(t, http.StatusNotFound, "", "invalid_request", want)
		}
	}
	old.note(good, `{"text":"a note"}`).wantError(t, http.StatusNotFound, "", "invalid_request", "The API stands elsewhere. In this chapter it is at http://localhost:5/"+old.lab.ID.String()+"/protected.")
	if state := old.state(); len(state.Log) != 0 || len(state.Notes) != len(newState().Notes) {
		t.Errorf("it keeps %+v and %+v", state.Log, state.Notes)
	}

	b := newSplitBench(t)
	here := b.url
	for _, chapter := range []string{"v04", "v05"} {
		b.in(chapter)
		b.url = here
		for _, path := range []string{"/api/me", "/protected"} {
			b.with(good, path).wantError(t, http.StatusNotFound, "", "invalid_request", "The API stands elsewhere. In this chapter it is at "+b.lab.Issuer()+path+".")
		}
	}
	if b.in("v06"); b.url != here || b.with(good, "/api/me").status != http.StatusOK {
		t.Error("in v06 it is not here")
	}
	if n := b.played.count(); n != 1 {
		t.Errorf("it asked %d times", n)
	}
}

// realBench is an API, and the authorization server that it asks, each on an origin of its own.
type realBench struct {
	*bench
	browser *http.Client
}

func newRealBench(t *testing.T) *realBench {
	t.Helper()
	web1 := httptest.NewUnstartedServer(nil)
	t.Cleanup(web1.Close)
	b := newBenchOf(t, func(labs *lab.Labs, s *Server) {
		labs.Origins[event.API], labs.Origins[event.Auth] = labs.Origins[event.Auth], "http://"+web1.Listener.Addr().String()
		labs.Parties = append(labs.Parties, authserver.Document{Store: labs.Store, Owner: event.Auth, Kind: authserver.Kind})
		s.Tokens, s.APIKey = nil, apiKey
		assets, err := asset.Read(web.FS, authserver.AssetNames()...)
		if err != nil {
			t.Fatal(err)
		}
		auth := &authserver.Server{
			Party: event.Auth, Kind: authserver.Kind, Origin: labs.Origins[event.Auth], Labs: labs, InternalSenders: s.InternalSenders,
			Secret: []byte("test"), ClientKey: []byte("clients"), APIKey: apiKey, Assets: assets, Log: s.Log,
		}
		web1.Config.Handler = auth.Handler()
		web1.Start()
	})
	b.in("v06")
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &realBench{b, &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// signIn returns the access token that a client gets for Alice.
func (b *realBench) signIn(client, redirectURI string) string {
	b.Helper()
	const verifier, challenge = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM" // RFC 7636 appendix B
	at := b.lab.Issuer() + "/authorize?" + url.Values{
		"response_type": {"code"}, "client_id": {client}, "redirect_uri": {redirectURI}, "state": {"s"}, "scope": {"read profile"},
		"code_challenge": {challenge}, "code_challenge_method": {"S256"},
	}.Encode()
	led := func(resp *http.Response, err error) url.Values {
		b.Helper()
		if err != nil {
			b.Fatal(err)
		}
		resp.Body.Close() //nolint:errcheck // nothing of it is read
		to, err := resp.Location()
		if err != nil {
			b.Fatalf("answered %d", resp.StatusCode)
		}
		return to.Query()
	}
	to := led(b.browser.Get(at))
	if kept := to.Get("request"); kept != "" {
		to = led(b.browser.PostForm(b.lab.Issuer()+"/login", url.Values{"request": {kept}, "pick": {"alice"}}))
	}
	resp, err := http.PostForm(b.lab.Issuer()+"/token", url.Values{
		"grant_type": {"authorization_code"}, "client_id": {client}, "redirect_uri": {redirectURI}, "code": {to.Get("code")}, "code_verifier": {verifier},
	})
	if err != nil {
		b.Fatal(err)
	}
	defer resp.Body.Close()
	var given authserver.TokenResponse
	if err := json.NewDecoder(resp.Body).Decode(&given); err != nil || given.AccessToken == "" {
		b.Fatalf("no token for %s: %d %v", client, resp.StatusCode, err)
	}
	return given.AccessToken
}

// story is what the last request to the API brought about, in the order of the log.
func (b *realBench) story() (list []string) {
	b.Helper()
	for _, e := range b.events() {
		switch {
		case e.Request != nil:
			if e.To == event.API {
				list = nil
			}
			list = append(list, fmt.Sprintf("%s asks %s", e.From, e.To))
		case e.Verdict != nil:
			list = append(list, fmt.Sprintf("%s: %s %s", e.From, e.Verdict.Guard, e.Verdict.Outcome))
		case e.Response != nil:
			list = append(list, fmt.Sprintf("%s answers %d", e.From, e.Response.Status))
		}
	}
	return list
}

// The whole way of a token, of either form: from the authorization server to the client, to the
// API, and from there to be asked about. The log has it in that order.
func TestTheAPIAsksTheAuthorizationServer(t *testing.T) {
	b := newRealBench(t)
	for _, format := range []string{guard.Opaque, guard.JWT} {
		b.set(guard.IDTokenFormat, `"`+format+`"`)
		token := b.signIn(authserver.ClientDemo, b.lab.Origins.RedirectURI())
		if r := b.with(token, "/protected"); r.status != http.StatusOK || !strings.HasPrefix(r.body, `{"owner":"alice",`) {
			t.Errorf("%s: answered %d %s", format, r.status, r.body)
		}
		want := []string{
			"outside asks api", "api asks auth", "auth: introspection-auth passed", "auth: token-expiry passed", "auth answers 200",
			"api: no-token-in-url.refuse passed", "api: bearer-required passed", "api: token-known passed", "api: audience passed", "api: token-expiry passed", "api: scope.enforce passed",
			"api answers 200",
		}
		if got := b.story(); !slices.Equal(got, want) {
			t.Errorf("%s: the log has\n\t%q, want\n\t%q", format, got, want)
		}
		shop := b.signIn(authserver.ClientPrints, b.lab.Origins.MallorySite(b.lab.ID))
		b.with(shop, "/protected").wantError(t, 401, challenged("invalid_token", saysAudience), "invalid_token", saysAudience)
		b.with("made-up", "/protected").wantError(t, 401, challenged("invalid_token", saysInactive), "invalid_token", saysInactive)
		want = []string{
			"outside asks api", "api asks auth", "auth: introspection-auth passed", "auth answers 200",
			"api: no-token-in-url.refuse passed", "api: bearer-required passed", "api: token-known refused", "api answers 401",
		}
		if got := b.story(); !slices.Equal(got, want) {
			t.Errorf("%s: the log has\n\t%q, want\n\t%q", format, got, want)
		}
		b.later(time.Hour)
		b.with(token, "/protected").wantError(t, 401, challenged("invalid_token", saysInactive), "invalid_token", saysInactive)
		b.later(0)
	}
}

// An opaque token that is read, and a JWT that is asked about: the first is refused with what
// to do about it, and the other works.
func TestFormsAndChecksThatDoNotFit(t *testing.T) {
	b := newRealBench(t)
	opaque := b.signIn(authserver.ClientDemo, b.lab.Origins.RedirectURI())
	b.set(guard.IDTokenFormat, `"jwt"`)
	jwt := b.signIn(authserver.ClientDemo, b.lab.Origins.RedirectURI())
	for _, token := range []string{opaque, jwt} {
		if r := b.with(token, "/api/me"); r.status != http.StatusOK {
			t.Errorf("asked about, %q is answered %d %s", token, r.status, r.body)
		}
	}
	b.set(guard.IDTokenCheck, `"signature"`)
	b.with(opaque, "/api/me").wantError(t, 401, challenged("invalid_token", saysNoJWT), "invalid_token", saysNoJWT)
	if r := b.with(jwt, "/api/me"); r.status != http.StatusOK {
		t.Errorf("read, the JWT is answered %d %s", r.status, r.body)
	}
	want := []string{
		"outside asks api", "api: no-token-in-url.refuse passed", "api: bearer-required passed", "api: jwt-alg passed", "api: jwt-signature passed", "api: issuer passed",
		"api: audience passed", "api: token-expiry passed", "api: scope.enforce passed", "api answers 200",
	}
	if got := b.story(); !slices.Equal(got, want) {
		t.Errorf("the log has\n\t%q, want\n\t%q", got, want)
	}
	if e, _ := b.lastRequest(); !b.flows()[e.Flow] || e.Flow == "" {
		t.Errorf("the request is told of in the flow %q", e.Flow)
	}
}

// flows are those of the requests to the authorization endpoint.
func (b *realBench) flows() map[string]bool {
	b.Helper()
	flows := map[string]bool{}
	for _, e := range b.events() {
		if e.Request != nil && strings.Contains(e.Request.URL, "/authorize") {
			flows[e.Flow] = true
		}
	}
	return flows
}
