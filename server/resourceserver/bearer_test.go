package resourceserver

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/server/lab"
)

// What the API says, in the characters that it may have (RFC 6750 §3).
const (
	bare = `Bearer realm="OAuth Lab"`

	saysNone      = "The request has no access token. Send the access token in the Authorization header, behind the word Bearer (RFC 6750 section 3)."
	saysUnknown   = "This token was never issued here. Send the token as the token endpoint gave it, from this lab. If it was revoked, run the flow again (RFC 6750 section 3.1)."
	saysRevoked   = "This token was revoked. Send the token as the token endpoint gave it, from this lab. If it was revoked, run the flow again (RFC 6750 section 3.1)."
	saysExpired   = "This token has expired. A token is good for as long as expires_in said, on the lab's clock. Get a new one (RFC 6750 section 3.1)."
	saysScope     = "The token lacks the scope that this needs. Ask for the scope that the answer names when the flow begins (RFC 6750 section 3.1)."
	saysInURL     = "The token stands in the address. Send the token in the Authorization header, and take this one for lost (RFC 9700 section 4.3.2)."
	saysNoToken   = "What stands behind the word Bearer is no token. Send one token of letters, digits and - . _ ~ + /, as it was given, without quotes (RFC 6750 section 2.1)."
	saysNoQuery   = "What stands in access_token is no token. Send one token of letters, digits and - . _ ~ + /, as it was given, in the Authorization header (RFC 6750 section 2.1)."
	saysTwice     = "The request brings a token twice. Send it once, in the Authorization header (RFC 6750 section 2)."
	saysTwoHeader = "The Authorization header is there more than once. Often a library adds one and the code that calls it another: send one (RFC 6750 section 3.1)."
	saysUnread    = "The query cannot be read as a form. Percent-encode the values (RFC 6749 appendix B)."
)

// inQuery is the good token as it stands in a query.
var inQuery = url.QueryEscape(good)

// challenged is the challenge with a code, and what the body says as well.
func challenged(code, description string) string {
	return bare + `, error="` + code + `", error_description="` + description + `"`
}

// Verdicts on a token in the header, as far as one comes.
var (
	hasToken = []string{"no-token-in-url.refuse passed", "bearer-required passed"}
	isKnown  = append(slices.Clone(hasToken), "token-known passed")
	inTime   = append(slices.Clone(isKnown), "token-expiry passed")
	isScoped = append(slices.Clone(inTime), "scope.enforce passed")
)

func then(verdicts []string, more ...string) []string { return append(slices.Clone(verdicts), more...) }

// What is wrong with a request is said by the status, in WWW-Authenticate, in the body and
// in the verdict (RFC 6750 §3, §3.1), and the API's own log keeps nothing to be used again.
func TestWhatIsWrongWithARequest(t *testing.T) {
	type header = []string
	tests := map[string]struct {
		query     string
		header    header
		status    int
		challenge string
		code      string
		says      string
		verdicts  []string
		log       string // what it keeps of the request: URL below the lab, and Authorization
	}{
		"no token at all": {
			"", nil, 401, bare, "unauthorized", saysNone,
			[]string{"no-token-in-url.refuse passed", "bearer-required refused: the request has no access token"}, "/protected ",
		},
		"an empty header": {
			"", header{"Authorization", ""}, 401, bare, "unauthorized", saysNone,
			[]string{"no-token-in-url.refuse passed", "bearer-required refused: the request has no access token"}, "/protected ",
		},
		"a cookie, which is none": {
			"", header{"Cookie", "access_token=" + good + "; oauthlab_auth=" + good}, 401, bare, "unauthorized", saysNone,
			[]string{"no-token-in-url.refuse passed", "bearer-required refused: the request has no access token"}, "/protected ",
		},
		"a header of another name": {
			"", header{"X-Access-Token", good, "Proxy-Authorization", "Bearer " + good}, 401, bare, "unauthorized", saysNone,
			[]string{"no-token-in-url.refuse passed", "bearer-required refused: the request has no access token"}, "/protected ",
		},
		"a query of other things": {
			"?token=" + good + "&a=b", nil, 401, bare, "unauthorized", saysNone,
			[]string{"no-token-in-url.refuse passed", "bearer-required refused: the request has no access token"}, "/protected?token=" + good + "&a=b ",
		},
		"another scheme": {
			"", header{"Authorization", "Basic YWxpY2U6eA=="}, 401, bare, "unauthorized", saysNone,
			[]string{"no-token-in-url.refuse passed", "bearer-required refused: the request has no access token"}, "/protected [redacted]",
		},
		"another scheme around a token": {
			"", header{"Authorization", "DPoP " + good}, 401, bare, "unauthorized", saysNone,
			[]string{"no-token-in-url.refuse passed", "bearer-required refused: the request has no access token"}, "/protected [redacted]",
		},
		"a token without a scheme": {
			"", header{"Authorization", good}, 401, bare, "unauthorized", saysNone,
			[]string{"no-token-in-url.refuse passed", "bearer-required refused: the request has no access token"}, "/protected [redacted]",
		},
		"the word alone": {
			"", header{"Authorization", "Bearer"}, 400, challenged("invalid_request", saysNoToken), "invalid_request", saysNoToken, nil, "/protected [redacted]",
		},
		"a token in quotes": {
			"", header{"Authorization", `Bearer "` + good + `"`}, 400, challenged("invalid_request", saysNoToken), "invalid_request", saysNoToken, nil, "/protected [redacted]",
		},
		"two words behind Bearer": {
			"", header{"Authorization", "Bearer " + good + " " + good}, 400, challenged("invalid_request", saysNoToken), "invalid_request", saysNoToken, nil, "/protected [redacted]",
		},
		"two tokens in one header": {
			"", header{"Authorization", "Bearer " + good + ", Bearer " + good}, 400, challenged("invalid_request", saysNoToken), "invalid_request", saysNoToken, nil, "/protected [redacted]",
		},
		"padding alone": {
			"", header{"Authorization", "Bearer =="}, 400, challenged("invalid_request", saysNoToken), "invalid_request", saysNoToken, nil, "/protected [redacted]",
		},
		"padding in the middle": {
			"", header{"Authorization", "Bearer a=b"}, 400, challenged("invalid_request", saysNoToken), "invalid_request", saysNoToken, nil, "/protected [redacted]",
		},
		"letters outside ASCII": {
			"", header{"Authorization", "Bearer tökén"}, 400, challenged("invalid_request", saysNoToken), "invalid_request", saysNoToken, nil, "/protected [redacted]",
		},
		"a whole JSON answer": {
			"", header{"Authorization", `Bearer {"access_token":"x"}`}, 400, challenged("invalid_request", saysNoToken), "invalid_request", saysNoToken, nil, "/protected [redacted]",
		},
		"the header twice": {
			"", header{"Authorization", "Bearer " + good, "Authorization", "Bearer " + good}, 400,
			challenged("invalid_request", saysTwoHeader), "invalid_request", saysTwoHeader, nil, "/protected [redacted]",
		},
		"the header twice, of two schemes": {
			"", header{"Authorization", "Basic YWxpY2U6eA==", "Authorization", "Bearer " + good}, 400,
			challenged("invalid_request", saysTwoHeader), "invalid_request", saysTwoHeader, nil, "/protected [redacted]",
		},
		"a good token in the query": {
			"?access_token=" + inQuery, nil, 400, challenged("invalid_request", saysInURL), "invalid_request", saysInURL,
			[]string{"no-token-in-url.refuse refused: the token stands in the address"}, "/protected?access_token=[redacted] ",
		},
		"a good token in the query, between others": {
			"?z=1&access%5Ftoken=" + inQuery + "&a=%20", nil, 400, challenged("invalid_request", saysInURL), "invalid_request", saysInURL,
			[]string{"no-token-in-url.refuse refused: the token stands in the address"}, "/protected?z=1&access%5Ftoken=[redacted]&a=%20 ",
		},
		"a good token in the query, beside another scheme": {
			"?access_token=" + inQuery, header{"Authorization", "Basic YWxpY2U6eA=="}, 400, challenged("invalid_request", saysInURL), "invalid_request", saysInURL,
			[]string{"no-token-in-url.refuse refused: the token stands in the address"}, "/protected?access_token=[redacted] [redacted]",
		},
		"a token in both places": {
			"?access_token=" + inQuery, header{"Authorization", "Bearer " + good}, 400,
			challenged("invalid_request", saysTwice), "invalid_request", saysTwice, nil, "/protected?access_token=[redacted] [redacted]",
		},
		"a token twice in the query": {
			"?access_token=" + inQuery + "&access_token=" + inQuery, nil, 400,
			challenged("invalid_request", saysTwice), "invalid_request", saysTwice, nil, "/protected?access_token=[redacted]&access_token=[redacted] ",
		},
		"an empty token in the query": {
			"?access_token=", nil, 400, challenged("invalid_request", saysNoQuery), "invalid_request", saysNoQuery, nil, "/protected?access_token=[redacted] ",
		},
		"a token in the query that was not encoded, with its plus": {
			"?access_token=" + good, nil, 400, challenged("invalid_request", saysNoQuery), "invalid_request", saysNoQuery, nil, "/protected?access_token=[redacted] ",
		},
		"a query that cannot be read, with a token in it": {
			"?a=%zz&access_token=" + good, nil, 400, challenged("invalid_request", saysUnread), "invalid_request", saysUnread, nil, "/protected?[redacted] ",
		},
		"a query with semicolons between its pairs": {
			"?a=b;access_token=" + good, nil, 400, challenged("invalid_request", saysUnread), "invalid_request", saysUnread, nil, "/protected?[redacted] ",
		},
		"a token that nobody gave out": {
			"", header{"Authorization", "Bearer i-am-alice"}, 401, challenged("invalid_token", saysUnknown), "invalid_token", saysUnknown,
			then(hasToken, "token-known refused: this token was never issued here"), "/protected [redacted]",
		},
		"a token in other letters": {
			"", header{"Authorization", "Bearer " + strings.ToUpper(good)}, 401, challenged("invalid_token", saysUnknown), "invalid_token", saysUnknown,
			then(hasToken, "token-known refused: this token was never issued here"), "/protected [redacted]",
		},
		"a token without its padding": {
			"", header{"Authorization", "Bearer " + strings.TrimRight(good, "=")}, 401, challenged("invalid_token", saysUnknown), "invalid_token", saysUnknown,
			then(hasToken, "token-known refused: this token was never issued here"), "/protected [redacted]",
		},
		"a token of another lab": {
			"", header{"Authorization", "Bearer " + foreign}, 401, challenged("invalid_token", saysUnknown), "invalid_token", saysUnknown,
			then(hasToken, "token-known refused: this token was never issued here"), "/protected [redacted]",
		},
		"a text that looks like a JWT": {
			"", header{"Authorization", "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbGljZSJ9."}, 401, challenged("invalid_token", saysUnknown), "invalid_token", saysUnknown,
			then(hasToken, "token-known refused: this token was never issued here"), "/protected [redacted]",
		},
		"a token of 10 KB": {
			"", header{"Authorization", "Bearer " + strings.Repeat("x", 10<<10)}, 401, challenged("invalid_token", saysUnknown), "invalid_token", saysUnknown,
			then(hasToken, "token-known refused: this token was never issued here"), "/protected [redacted]",
		},
		"a token that was revoked": {
			"", header{"Authorization", "Bearer " + revoked}, 401, challenged("invalid_token", saysRevoked), "invalid_token", saysRevoked,
			then(hasToken, "token-known refused: this token was revoked"), "/protected [redacted]",
		},
		"a token that is too old, to the moment": {
			"", header{"Authorization", "Bearer " + expired}, 401, challenged("invalid_token", saysExpired), "invalid_token", saysExpired,
			then(isKnown, "token-expiry refused: this token has expired"), "/protected [redacted]",
		},
		"a token without scope": {
			"", header{"Authorization", "Bearer " + unscoped}, 403, challenged("insufficient_scope", saysScope) + `, scope="read"`, "insufficient_scope", saysScope,
			then(inTime, "scope.enforce refused: the token lacks the scope that this needs"), "/protected [redacted]",
		},
	}
	b := newBench(t)
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			b := &bench{T: t, labs: b.labs, lab: b.lab, url: b.url, tokens: b.tokens}
			b.ask("GET", "/protected"+tt.query, "", tt.header...).wantError(t, tt.status, tt.challenge, tt.code, tt.says)
			b.wantVerdicts(tt.verdicts...)
			line := b.logged()
			if got := strings.TrimPrefix(line.URL, "/"+b.lab.ID.String()) + " " + line.Token; got != tt.log || line.Status != tt.status || line.Method != "GET" {
				t.Errorf("its own log keeps %q (%s %d), want %q", got, line.Method, line.Status, tt.log)
			}
		})
	}
}

// Each resource needs a scope of its own, and says which (RFC 6750 §3.1).
func TestEachResourceNeedsItsScope(t *testing.T) {
	b := newBench(t)
	for name, tt := range map[string]struct {
		method, path, needs string
		good                []string
		bad                 []string
	}{
		"who the user is":  {"GET", "/api/me", "profile", []string{good, profileOnly}, []string{readOnly, writeOnly, unscoped}},
		"photos and notes": {"GET", "/protected", "read", []string{good, readOnly}, []string{profileOnly, writeOnly, unscoped}},
		"a new note":       {"POST", "/protected", "write", []string{good, writeOnly}, []string{readOnly, profileOnly, unscoped}},
	} {
		t.Run(name, func(t *testing.T) {
			b := &bench{T: t, labs: b.labs, lab: b.lab, url: b.url, tokens: b.tokens}
			for _, token := range tt.good {
				if r := b.ask(tt.method, tt.path, `{"text":"x"}`, "Authorization", "Bearer "+token); r.status/100 != 2 {
					t.Errorf("%s is answered %d %s", token, r.status, r.body)
				}
				b.wantVerdicts(isScoped...)
			}
			for _, token := range tt.bad {
				b.ask(tt.method, tt.path, `{"text":"x"}`, "Authorization", "Bearer "+token).
					wantError(t, http.StatusForbidden, challenged("insufficient_scope", saysScope)+`, scope="`+tt.needs+`"`, "insufficient_scope", saysScope)
			}
		})
	}
	b.give(b.lab.ID, "reader", Token{Scope: "READ reader rea"})
	if r := b.with("reader", "/protected"); r.status != http.StatusForbidden {
		t.Errorf("words that are like the scope are answered %d: they are case-sensitive, and whole (RFC 6749 §3.3)", r.status)
	}
}

// What is right is taken, in each form that the header may have.
func TestAGoodTokenIsTaken(t *testing.T) {
	b := newBench(t)
	for name, header := range map[string][]string{
		"as it is written in RFC 6750":         {"Authorization", "Bearer " + good},
		"in small letters (RFC 9110 §11.1)":    {"Authorization", "bearer " + good},
		"in capitals":                          {"Authorization", "BEARER " + good},
		"with more blanks (RFC 6750 §2.1)":     {"Authorization", "Bearer   " + good},
		"beside cookies, which do not count":   {"Authorization", "Bearer " + good, "Cookie", "access_token=x; access_token=y"},
		"beside a proxy's credentials":         {"Authorization", "Bearer " + good, "Proxy-Authorization", "Basic eDp5"},
		"from a page of whatever other origin": {"Authorization", "Bearer " + good, "Origin", "https://evil.example"},
	} {
		t.Run(name, func(t *testing.T) {
			b := &bench{T: t, labs: b.labs, lab: b.lab, url: b.url, tokens: b.tokens}
			r := b.ask("GET", "/api/me", "", header...)
			if r.status != http.StatusOK || r.body != `{"sub":"alice","name":"Alice","email":"alice@example.com"}`+"\n" {
				t.Errorf("answered %d %s", r.status, r.body)
			}
			if r.header.Get("WWW-Authenticate") != "" || r.header.Get("Cache-Control") != "no-store" || r.header.Get("Set-Cookie") != "" {
				t.Errorf("answered with %v", r.header)
			}
			b.wantVerdicts(isScoped...)
		})
	}
	long := strings.Repeat("x", 10<<10)
	b.give(b.lab.ID, long, Token{Scope: "read"})
	if r := b.with(long, "/protected"); r.status != http.StatusOK {
		t.Errorf("a good token of 10 KB is answered %d: sizes are left undefined (RFC 6749 §5.1)", r.status)
	}
	if head := b.ask("HEAD", "/protected", "", "Authorization", "Bearer "+good); head.status != http.StatusOK || head.body != "" {
		t.Errorf("HEAD is answered %d %s", head.status, head.body)
	}
	if line := b.logged(); line.Method != "HEAD" {
		t.Errorf("of HEAD the log keeps %+v", line)
	}
}

// A token in a form (RFC 6750 §2.2) is none of the ways in which this API takes one.
func TestATokenInAFormIsNotTaken(t *testing.T) {
	b := newBench(t)
	form := []string{"Content-Type", "application/x-www-form-urlencoded"}
	b.ask("POST", "/protected", "access_token="+good+"&text=x", form...).wantError(t, http.StatusUnauthorized, bare, "unauthorized", saysNone)
	b.wantVerdicts("no-token-in-url.refuse passed", "bearer-required refused: the request has no access token")
	if notes := b.state().Notes; len(notes) != 3 {
		t.Errorf("the notes are %+v", notes)
	}
}

// Both truths of each guard: on it refuses, off it says that it would have, and lets pass.
func TestGuardsOffLetPass(t *testing.T) {
	tests := map[string]struct {
		off      guard.ID
		query    string
		header   []string
		owner    string
		verdicts []string
	}{
		"nobody's request is Alice's": {
			guard.IDBearerRequired, "", nil, "alice",
			[]string{"no-token-in-url.refuse passed", "bearer-required would-refuse: the request has no access token"},
		},
		"so is one with another scheme": {
			guard.IDBearerRequired, "", []string{"Authorization", "Basic Ym9iOng="}, "alice",
			[]string{"no-token-in-url.refuse passed", "bearer-required would-refuse: the request has no access token"},
		},
		"any text is Alice's": {
			guard.IDTokenKnown, "", []string{"Authorization", "Bearer i-am-bob"}, "alice",
			then(hasToken, "token-known would-refuse: this token was never issued here"),
		},
		"a token of another lab is Alice's": {
			guard.IDTokenKnown, "", []string{"Authorization", "Bearer " + foreign}, "alice",
			then(hasToken, "token-known would-refuse: this token was never issued here"),
		},
		"a revoked token is still its user's": {
			guard.IDTokenKnown, "", []string{"Authorization", "Bearer " + revoked}, "alice",
			then(hasToken, "token-known would-refuse: this token was revoked", "token-expiry passed", "scope.enforce passed"),
		},
		"a known token is still its user's": {
			guard.IDTokenKnown, "", []string{"Authorization", "Bearer " + bobs}, "bob", isScoped,
		},
		"an old token is as good as ever": {
			guard.IDTokenExpiry, "", []string{"Authorization", "Bearer " + expired}, "alice",
			then(isKnown, "token-expiry would-refuse: this token has expired", "scope.enforce passed"),
		},
		"a token opens what it was not granted": {
			guard.IDScope, "", []string{"Authorization", "Bearer " + profileOnly}, "alice",
			then(inTime, "scope.enforce would-refuse: the token lacks the scope that this needs"),
		},
		"a token in the query is taken": {
			guard.IDTokenInURL, "?access_token=" + inQuery, nil, "alice",
			then([]string{"no-token-in-url.refuse would-refuse: the token stands in the address"}, isScoped[1:]...),
		},
		"a token in the query is taken beside another scheme": {
			guard.IDTokenInURL, "?access_token=" + bobs, []string{"Authorization", "Basic eDp5"}, "bob",
			then([]string{"no-token-in-url.refuse would-refuse: the token stands in the address"}, isScoped[1:]...),
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.off(tt.off)
			r := b.ask("GET", "/protected"+tt.query, "", tt.header...)
			if r.status != http.StatusOK || !strings.HasPrefix(r.body, `{"owner":"`+tt.owner+`",`) {
				t.Errorf("answered %d %s", r.status, r.body)
			}
			b.wantVerdicts(tt.verdicts...)
			if line := b.logged(); line.Status != http.StatusOK {
				t.Errorf("its own log keeps %+v", line)
			}
		})
	}
}

// One guard that is off lets pass what it is about, and nothing else.
func TestAGuardOffLeavesTheOthersOn(t *testing.T) {
	b := newBench(t)
	b.off(guard.IDBearerRequired)
	b.with("i-am-alice", "/protected").wantError(t, 401, challenged("invalid_token", saysUnknown), "invalid_token", saysUnknown)
	b.with(revoked, "/protected").wantError(t, 401, challenged("invalid_token", saysRevoked), "invalid_token", saysRevoked)
	b.with(expired, "/protected").wantError(t, 401, challenged("invalid_token", saysExpired), "invalid_token", saysExpired)
	b.with(profileOnly, "/protected").wantError(t, 403, challenged("insufficient_scope", saysScope)+`, scope="read"`, "insufficient_scope", saysScope)
	b.ask("GET", "/protected", "", "Authorization", "Bearer ").wantError(t, 400, challenged("invalid_request", saysNoToken), "invalid_request", saysNoToken)
	b.ask("GET", "/protected?access_token="+inQuery, "").wantError(t, 400, challenged("invalid_request", saysInURL), "invalid_request", saysInURL)
	b.ask("GET", "/protected?access_token=", "").wantError(t, 400, challenged("invalid_request", saysNoQuery), "invalid_request", saysNoQuery)
	if r := b.with(bobs, "/protected"); !strings.HasPrefix(r.body, `{"owner":"bob",`) {
		t.Errorf("a token that is brought counts: answered %d %s", r.status, r.body)
	}

	b = newBench(t)
	b.off(guard.IDTokenKnown)
	b.ask("GET", "/protected", "").wantError(t, 401, bare, "unauthorized", saysNone)
	b.with(expired, "/protected").wantError(t, 401, challenged("invalid_token", saysExpired), "invalid_token", saysExpired)

	b = newBench(t)
	b.off(guard.IDTokenInURL)
	b.ask("GET", "/protected?access_token=i-am-alice", "").wantError(t, 401, challenged("invalid_token", saysUnknown), "invalid_token", saysUnknown)
	b.ask("GET", "/protected?access_token="+inQuery, "", "Authorization", "Bearer "+good).wantError(t, 400, challenged("invalid_request", saysTwice), "invalid_request", saysTwice)
	b.ask("GET", "/protected?access_token="+inQuery+"&access_token="+inQuery, "").wantError(t, 400, challenged("invalid_request", saysTwice), "invalid_request", saysTwice)
}

// A token ends on the lab's clock, at the moment that was said, and goes on before it.
func TestATokenEndsOnTheLabsClock(t *testing.T) {
	b := newBench(t)
	b.later(time.Hour - time.Second)
	if r := b.with(good, "/api/me"); r.status != http.StatusOK {
		t.Errorf("a second before its end it is answered %d %s", r.status, r.body)
	}
	b.later(time.Hour)
	b.with(good, "/api/me").wantError(t, 401, challenged("invalid_token", saysExpired), "invalid_token", saysExpired)
	b.later(0)
	if r := b.with(good, "/api/me"); r.status != http.StatusOK {
		t.Errorf("with the clock turned back it is answered %d %s", r.status, r.body)
	}
}

// A request is told of in the flow that its token came of, and as the learner's client's
// where the token was given to one.
func TestARequestIsToldInItsFlow(t *testing.T) {
	b := newBench(t)
	l, err := b.labs.Open(t.Context(), b.lab.ID)
	if err != nil {
		t.Fatal(err)
	}
	c, _, err := b.labs.Register(t.Context(), l, "My app", "", []string{"http://127.0.0.1/cb"})
	if err != nil {
		t.Fatal(err)
	}
	b.give(b.lab.ID, own, Token{Scope: "read", ClientID: c.ID})
	for token, want := range map[string]struct {
		flow string
		from event.Party
	}{
		good: {"flow-of-" + good, event.Outside}, own: {"flow-of-own", "My app"}, "i-am-alice": {"", event.Outside},
	} {
		b.with(token, "/protected")
		if e, _ := b.lastRequest(); e.Flow != want.flow || e.From != want.from || e.To != event.API {
			t.Errorf("the request with %s is told of from %s to %s, in the flow %q", token, e.From, e.To, e.Flow)
		}
	}
	b.ask("GET", "/protected", "", "Authorization", "Bearer "+good, "Origin", "http://localhost:1")
	if e, _ := b.lastRequest(); e.From != event.Client {
		t.Errorf("what the lab's page sends is told of from %s", e.From)
	}
}

// Where nobody can tell what a token is worth, nothing is decided.
func TestNobodyKnowsIsNoAnswer(t *testing.T) {
	b := newBench(t)
	r := b.with(nobodyKnows, "/protected")
	if r.status != http.StatusServiceUnavailable || r.header.Get("Retry-After") == "" || r.header.Get("WWW-Authenticate") != "" || strings.Contains(r.body, "photos") {
		t.Errorf("answered %d %v %s", r.status, r.header, r.body)
	}
	b.wantVerdicts()
}

// Pages of any origin may read the answers, refusals and challenges included, and no cookie
// plays a part (the Fetch standard).
func TestPagesReadWhatTheAPISays(t *testing.T) {
	wait := time.Duration(0)
	b := newBenchOf(t, func(_ *lab.Labs, s *Server) {
		s.MaxBody = 1 << 10
		s.RateLimiter = func(uuid.UUID) time.Duration { return wait }
	})
	may := b.ask("OPTIONS", "/protected", "", "Origin", "https://app.example", "Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "authorization,content-type")
	if may.status != http.StatusNoContent || may.header.Get("Access-Control-Allow-Origin") != "*" || may.header.Get("Access-Control-Allow-Headers") != "authorization,content-type" {
		t.Errorf("the preflight is answered %d with %v", may.status, may.header)
	}
	nowhere := strings.Replace(b.url, b.lab.ID.String(), uuid.NewString(), 1)
	for name, tt := range map[string]struct {
		base, method, body string
		wait               time.Duration
		status             int
	}{
		"without a token":            {b.url, "GET", "", 0, 401},
		"by a wrong method":          {b.url, "PUT", "", 0, 405},
		"with too long a body":       {b.url, "POST", strings.Repeat("x", 2<<10), 0, 413},
		"where there is no lab":      {nowhere, "GET", "", 0, 404},
		"where it is asked too much": {b.url, "GET", "", time.Minute, 429},
	} {
		t.Run(name, func(t *testing.T) {
			wait = tt.wait
			b := &bench{T: t, labs: b.labs, lab: b.lab, url: tt.base}
			r := b.ask(tt.method, "/protected", tt.body, "Origin", "https://app.example")
			if r.status != tt.status || r.header.Get("Access-Control-Allow-Origin") != "*" || r.header.Get("Access-Control-Allow-Credentials") != "" ||
				!strings.Contains(r.header.Get("Access-Control-Expose-Headers"), "Www-Authenticate") || !strings.Contains(r.body, "error_description") {
				t.Errorf("answered %d %v %s", r.status, r.header, r.body)
			}
		})
	}
}

// Before its chapter there is no API, and it says so.
func TestTheAPIComesWithItsChapter(t *testing.T) {
	b := newBench(t)
	chapter := "v03"
	if _, err := b.labs.Change(t.Context(), b.lab.ID, lab.Change{Chapter: &chapter}); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/api/me", "/protected"} {
		r := b.with(good, path)
		if r.status != http.StatusNotFound || !strings.Contains(r.body, "comes with chapter v04") {
			t.Errorf("%s is answered %d %s", path, r.status, r.body)
		}
	}
	if log := b.state().Log; len(log) != 0 {
		t.Errorf("its own log is %+v", log)
	}
}
