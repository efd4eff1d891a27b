package authserver

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/server/endpoint"
	"oauthlab/server/lab"
)

// Both truths of every guard at the token endpoint: on it refuses, off it says
// that it would have and lets pass.
func TestTokenGuards(t *testing.T) {
	tests := map[string]struct {
		id      guard.ID
		attempt func(*bench) reply
		status  int
		code    string
	}{
		"another verifier": {guard.IDPKCE, func(b *bench) reply {
			return b.redeem(b.code(), "code_verifier", strings.Repeat("x", 43))
		}, 400, "invalid_grant"},
		"no verifier": {guard.IDPKCE, func(b *bench) reply {
			return b.redeem(b.code(), "code_verifier", "")
		}, 400, "invalid_grant"},
		"a code spent before": {guard.IDCodeSingleUse, func(b *bench) reply {
			code := b.code()
			if first := b.redeem(code); first.status != http.StatusOK {
				t.Errorf("first use: %d %s", first.status, first.body)
			}
			return b.redeem(code)
		}, 400, "invalid_grant"},
		"a code that is late": {guard.IDCodeExpiry, func(b *bench) reply {
			code := b.code()
			b.later(codeLifetime)
			return b.redeem(code)
		}, 400, "invalid_grant"},
		"another redirect URI": {guard.IDCodeRedirectURI, func(b *bench) reply {
			return b.redeem(b.code(), "redirect_uri", "http://localhost:1/other")
		}, 400, "invalid_grant"},
		"a verifier for a code without challenge": {guard.IDPKCEDowngrade, func(b *bench) reply {
			b.off(guard.IDPKCERequired)
			return b.redeem(b.code("code_challenge", "", "code_challenge_method", ""))
		}, 400, "invalid_grant"},
		"an unknown client": {guard.IDRegisteredClient, func(b *bench) reply {
			b.off(guard.IDCodeClient)
			return b.redeem(b.code(), "client_id", "stranger")
		}, 400, "invalid_client"},
		"a code of another client": {guard.IDCodeClient, func(b *bench) reply {
			b.off(guard.IDRegisteredClient)
			return b.redeem(b.code(), "client_id", "stranger")
		}, 400, "invalid_grant"},
	}
	for name, tt := range tests {
		t.Run(name+", guard on", func(t *testing.T) {
			b := newBench(t)
			tt.attempt(b).wantError(t, tt.status, tt.code)
			if want := string(tt.id) + " refused"; !slices.Contains(b.outcomes(), want) {
				t.Errorf("verdicts %v lack %q", b.outcomes(), want)
			}
		})
		t.Run(name+", guard off", func(t *testing.T) {
			b := newBench(t)
			b.off(tt.id)
			if got := tt.attempt(b); got.status != http.StatusOK {
				t.Errorf("answer %d %s, want tokens", got.status, got.body)
			}
			if want := string(tt.id) + " would-refuse"; !slices.Contains(b.outcomes(), want) {
				t.Errorf("verdicts %v lack %q", b.outcomes(), want)
			}
		})
	}
}

func TestARefusedAttemptSpendsNothing(t *testing.T) {
	b := newBench(t)
	code := b.code()
	b.redeem(code, "code_verifier", strings.Repeat("x", 43)).wantError(t, 400, "invalid_grant")
	b.redeem(code, "redirect_uri", "http://localhost:1/other").wantError(t, 400, "invalid_grant")
	if got := b.redeem(code); got.status != http.StatusOK {
		t.Errorf("the rightful client got %d %s", got.status, got.body)
	}
}

func TestRedirectURIIsNotDemandedBesidePKCE(t *testing.T) {
	b := newBench(t)
	if got := b.redeem(b.code(), "redirect_uri", ""); got.status != http.StatusOK {
		t.Errorf("answer %d %s", got.status, got.body)
	}
}

func TestOf64RedemptionsOneWins(t *testing.T) {
	b := newBench(t)
	code := b.code()
	var wg sync.WaitGroup
	statuses := make([]int, 64)
	for i := range statuses {
		wg.Go(func() {
			resp, err := http.PostForm(b.url+"/token", b.redemption(code))
			if err != nil {
				t.Error(err)
				return
			}
			statuses[i] = resp.StatusCode
			resp.Body.Close()
		})
	}
	wg.Wait()
	won := 0
	for _, s := range statuses {
		switch s {
		case http.StatusOK:
			won++
		case http.StatusBadRequest:
		default:
			t.Errorf("an answer was %d", s)
		}
	}
	if won != 1 {
		t.Errorf("%d redemptions won, want 1", won)
	}
}

func TestBadTokenRequests(t *testing.T) {
	b := newBench(t)
	code := b.code()
	good := b.redemption(code)
	tests := map[string]struct {
		target, kind, body string
		status             int
		code               string
	}{
		"no grant type":             {"", form, b.redemption(code, "grant_type", "").Encode(), 400, "invalid_request"},
		"another grant type":        {"", form, b.redemption(code, "grant_type", "password").Encode(), 400, "unsupported_grant_type"},
		"no client":                 {"", form, b.redemption(code, "client_id", "").Encode(), 400, "invalid_request"},
		"no code":                   {"", form, b.redemption("").Encode(), 400, "invalid_request"},
		"a code that never was":     {"", form, b.redemption("nonsense").Encode(), 400, "invalid_grant"},
		"a code twice":              {"", form, good.Encode() + "&code=x", 400, "invalid_request"},
		"a code with controls":      {"", form, b.redemption("a\x00b").Encode(), 400, "invalid_request"},
		"a code that is not UTF-8":  {"", form, "grant_type=authorization_code&client_id=demo-client&code=%ff", 400, "invalid_request"},
		"an overlong verifier":      {"", form, b.redemption(code, "code_verifier", strings.Repeat("v", 3000)).Encode(), 400, "invalid_request"},
		"JSON":                      {"", "application/json", `{"grant_type":"authorization_code"}`, 400, "invalid_request"},
		"no content type":           {"", "", good.Encode(), 400, "invalid_request"},
		"parameters in the query":   {"?" + good.Encode(), form, "", 400, "invalid_request"},
		"a body that is no form":    {"", form, "%zz", 400, "invalid_request"},
		"an empty body":             {"", form, "", 400, "invalid_request"},
		"a body over 16 KiB":        {"", form, strings.Repeat("a", 17<<10), 413, "invalid_request"},
		"a client of another world": {"", form, b.redemption(code, "client_id", "stranger").Encode(), 400, "invalid_client"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			before := len(b.events())
			b.do("POST", b.url+"/token"+tt.target, tt.kind, tt.body).wantError(t, tt.status, tt.code)
			if len(b.events()) < before+2 {
				t.Error("the request or its answer is not in the log")
			}
		})
	}
	if got := b.redeem(code); got.status != http.StatusOK {
		t.Errorf("after all that, the code gives %d %s", got.status, got.body)
	}
}

// Who tries to authenticate by a header, and cannot, is told by a 401 with the scheme
// that it used (RFC 6749 §5.2). Its code is not spent by that.
func TestCredentialsInAHeaderAreRefused(t *testing.T) {
	b := newBench(t)
	code := b.code()
	tests := map[string]struct{ header, challenge string }{
		"Basic":                {"Basic ZGVtby1jbGllbnQ6", `Basic realm="OAuth Lab"`},
		"another scheme":       {"DPoP abc", `DPoP realm="OAuth Lab"`},
		"a scheme alone":       {"Bearer", `Bearer realm="OAuth Lab"`},
		"no scheme that is":    {`a"b,c d`, `Basic realm="OAuth Lab"`},
		"a scheme without end": {strings.Repeat("x", 500), `Basic realm="OAuth Lab"`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			req, err := http.NewRequestWithContext(t.Context(), "POST", b.url+"/token", strings.NewReader(b.redemption(code).Encode()))
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Content-Type", form)
			req.Header.Set("Authorization", tt.header)
			got := b.send(req)
			got.wantError(t, http.StatusUnauthorized, "invalid_client")
			if pragma := got.header.Get("Pragma"); pragma != "no-cache" {
				t.Errorf("Pragma is %q, want no-cache (RFC 6749 §5.2)", pragma)
			}
			if challenge := got.header.Get("WWW-Authenticate"); challenge != tt.challenge {
				t.Errorf("WWW-Authenticate is %q, want %q", challenge, tt.challenge)
			}
		})
	}
	if got := b.redeem(code); got.status != http.StatusOK {
		t.Errorf("after all that, the code gives %d %s", got.status, got.body)
	}
}

// A verifier has the form of RFC 7636 §4.1, also where its hash would be the challenge.
func TestAVerifierHasItsForm(t *testing.T) {
	b := newBench(t)
	for name, bad := range map[string]string{
		"1 character": "x", "42": strings.Repeat("x", 42), "129": strings.Repeat("x", 129), "a blank": strings.Repeat("x", 42) + " ",
		"a letter of another alphabet": strings.Repeat("x", 42) + "é", "padding": strings.Repeat("x", 43) + "=",
	} {
		t.Run(name, func(t *testing.T) {
			code := b.code("code_challenge", guard.Challenge(guard.S256, bad))
			b.redeem(code, "code_verifier", bad).wantError(t, http.StatusBadRequest, "invalid_request")
		})
	}
	for _, good := range []string{strings.Repeat("x", 43), strings.Repeat("-._~", 32)} {
		if r := b.redeem(b.code("code_challenge", guard.Challenge(guard.S256, good)), "code_verifier", good); r.status != http.StatusOK {
			t.Errorf("%d characters are answered %d %s", len(good), r.status, r.body)
		}
	}
}

// Without PKCE the address must be named again where it was named (RFC 6749 §4.1.3).
func TestWithoutPKCETheAddressIsNamedAgain(t *testing.T) {
	none := []string{"code_challenge", "", "code_challenge_method", ""}
	for name, tt := range map[string]struct {
		off    []guard.ID
		asked  []string
		status int
	}{
		"it was named, and is not now":           {nil, none, 400},
		"guard off":                              {[]guard.ID{guard.IDCodeRedirectURI}, none, 200},
		"it was not named: the server filled in": {nil, append([]string{"redirect_uri", ""}, none...), 200},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.off(append(tt.off, guard.IDPKCERequired)...)
			r := b.redeem(b.code(tt.asked...), "redirect_uri", "", "code_verifier", "")
			if r.status != tt.status || tt.status == 400 && !strings.Contains(r.body, "No redirect_uri, and no PKCE in its place.") {
				t.Errorf("answered %d %s", r.status, r.body)
			}
			outcome := map[bool]string{true: "would-refuse", false: "passed"}[tt.off != nil]
			if tt.status == 400 {
				outcome = "refused"
			}
			if want := "code-binding.redirect-uri " + outcome; !slices.Contains(b.outcomes(), want) {
				t.Errorf("verdicts %v lack %q", b.outcomes(), want)
			}
		})
	}
}

// Libraries show error_description and error_uri, and drop everything else.
func TestErrorsSayTheCureAndWhereMoreStands(t *testing.T) {
	b := newBench(t)
	b.off(guard.IDSignInFirst)
	b.code()
	check := func(name, description, uri, wantDescription, wantSays string) {
		t.Helper()
		if description != wantDescription {
			t.Errorf("%s: the description is %q, want %q", name, description, wantDescription)
		}
		at, err := url.Parse(uri)
		if err != nil || !strings.HasPrefix(uri, b.lab.Origins[event.Lab]+"/troubleshooting?") || at.Query().Get("says") != wantSays {
			t.Errorf("%s: the address is %q", name, uri)
		}
	}
	var body endpoint.Error
	for _, tt := range []struct{ name, value, description, says string }{
		{"code_verifier", "short", "The code_verifier is not 43 to 128 unreserved characters. Letters, digits and - . _ ~ alone: 32 random bytes in base64url without padding are 43 of them (RFC 7636 section 4.1).", "The code_verifier is not 43 to 128 unreserved characters."},
		{"grant_type", "password", "This server does not take the grant_type. This chapter has authorization_code (RFC 6749 section 5.2).", "This server does not take the grant_type."},
		{"grant_type", "client_credentials", "This server does not take the grant_type. This chapter has authorization_code. client_credentials comes with chapter v10 (RFC 6749 section 5.2).", "This server does not take the grant_type."},
	} {
		r := b.redeem(b.code(), tt.name, tt.value)
		if err := json.Unmarshal([]byte(r.body), &body); err != nil {
			t.Fatal(err)
		}
		check(tt.value, body.Description, body.URI, tt.description, tt.says)
	}
	q := b.authorize("code_challenge_method", "").location.Query()
	check("no method", q.Get("error_description"), q.Get("error_uri"),
		"No code_challenge_method, which means plain. Send code_challenge_method=S256, and as the challenge the hash of the verifier (RFC 9700 section 2.1.1).",
		"No code_challenge_method, which means plain.")
}

// What was granted is said where it is not what was asked for (RFC 6749 §3.3, §5.1). A word
// that nobody knows is left out (OpenID Connect Core §3.1.2.1).
func TestScope(t *testing.T) {
	b := newBench(t)
	for asked, says := range map[string]string{
		"read": "", "": `"scope":"read"`, "openid profile": `"scope":"read"`, "read write": `"scope":"read"`, "read read": `"scope":"read"`, "profile": `"scope":"read"`,
	} {
		r := b.redeem(b.code("scope", asked))
		if r.status != http.StatusOK || says == "" && strings.Contains(r.body, "scope") || !strings.Contains(r.body, says) {
			t.Errorf("asked for %q, the token endpoint answers %d %s", asked, r.status, r.body)
		}
	}
	for _, bad := range []string{"read  write", " read", "read ", `"read"`, `a\b`, "lesén"} {
		if at := b.authorize("scope", bad); at.location == nil || at.location.Query().Get("error") != "invalid_scope" || at.location.Query().Get("state") != "s1" {
			t.Errorf("the scope %q is answered %d to %v", bad, at.status, at.location)
		}
	}
	for mode, want := range map[string]string{"query": "", "form_post": "invalid_request", "fragment": "invalid_request", "query.jwt": "invalid_request"} {
		if at := b.authorize("response_mode", mode); at.location == nil || at.location.Query().Get("error") != want {
			t.Errorf("the response_mode %s is answered %d to %v", mode, at.status, at.location)
		}
	}
}

// From v04 on each scope opens something: what is granted is what was asked for and is there,
// each word once, else the default. The answer says so where it is not the same (RFC 6749
// §3.3, §5.1).
func TestScopesOfTheAPI(t *testing.T) {
	b := newBench(t).in("v04")
	for asked, want := range map[string]struct{ granted, says string }{
		"read write profile":      {"read write profile", ""},
		"profile write read":      {"profile write read", ""}, // the order does not matter (§3.3)
		"read":                    {"read", ""},
		"profile":                 {"profile", ""},
		"write":                   {"write", ""},
		"read foo":                {"read", "read"},
		"foo profile":             {"profile", "profile"},
		"foo":                     {"read", "read"},
		"":                        {"read", "read"},
		"profile profile":         {"profile", "profile"},
		"read write read profile": {"read write profile", "read write profile"},
		"READ Profile":            {"read", "read"}, // words are case-sensitive (§3.3)
		"openid profile email":    {"profile", "profile"},
	} {
		r := b.redeem(b.code("scope", asked))
		var answer TokenResponse
		if err := json.Unmarshal([]byte(r.body), &answer); err != nil || r.status != http.StatusOK {
			t.Fatalf("asked for %q, the token endpoint answers %d %s", asked, r.status, r.body)
		}
		if answer.Scope != want.says || strings.Contains(r.body, `"scope"`) != (want.says != "") {
			t.Errorf("asked for %q, it says %s, want %q", asked, r.body, want.says)
		}
		if token, known := b.keptToken(answer.AccessToken); !known || token.Scope != want.granted || token.Expires.Sub(b.lab.Now()) != time.Hour || answer.ExpiresIn != 3600 {
			t.Errorf("asked for %q, it keeps %+v, want %q", asked, token, want.granted)
		}
	}
	for _, bad := range []string{"read  write", " read", "read ", "read\twrite", "lesén"} {
		if at := b.authorize("scope", bad); at.location == nil || at.location.Query().Get("error") == "" || at.location.Query().Get("code") != "" {
			t.Errorf("the scope %q is answered %d to %v", bad, at.status, at.location)
		}
	}
}

func (b *bench) keptToken(value string) (Token, bool) {
	b.Helper()
	state := b.state()
	return state.Token(value)
}

// The record keeps a token's hash alone, and finds it by that. The value stands in the
// answer, and nowhere in the record.
func TestATokenIsKeptAsItsHash(t *testing.T) {
	b := newBench(t).in("v04")
	var answer TokenResponse
	if err := json.Unmarshal([]byte(b.redeem(b.code()).body), &answer); err != nil {
		t.Fatal(err)
	}
	text, err := own(b.labs.Store).Read(t.Context(), b.lab)
	if err != nil || strings.Contains(string(text), answer.AccessToken) || !strings.Contains(string(text), guard.TokenHash(answer.AccessToken)) {
		t.Errorf("the record is %s (%v)", text, err)
	}
	for _, other := range []string{"", guard.TokenHash(answer.AccessToken), answer.AccessToken + "=", strings.ToUpper(answer.AccessToken)} {
		if token, known := b.keptToken(other); known {
			t.Errorf("the text %q is taken for %+v", other, token)
		}
	}
}

// Credentials in the body are refused as those in the header are (RFC 6749 §4.1.3).
func TestCredentialsInTheBody(t *testing.T) {
	b := newBench(t)
	code := b.code()
	for _, name := range []string{"client_secret", "client_assertion", "client_assertion_type"} {
		r := b.redeem(code, name, "x")
		r.wantError(t, http.StatusBadRequest, "invalid_client")
		if !strings.Contains(r.body, "Leave "+name+" out") || r.header.Get("WWW-Authenticate") != "" {
			t.Errorf("%s is answered with %v %s", name, r.header, r.body)
		}
	}
	form := b.redemption(code)
	form.Set("client_secret", "")
	if r := b.post(b.url+"/token", form); r.status != http.StatusOK {
		t.Errorf("an empty secret, which is none, is answered %d %s", r.status, r.body)
	}
}

// A page of any origin may send any request to what clients call, and reads the answer,
// whatever it is; the authorization endpoint is for navigation alone (RFC 9700 §2.6).
func TestPagesReadEveryAnswer(t *testing.T) {
	b := newBench(t)
	auth, id := b.lab.Origins[event.Auth], b.lab.ID.String()
	const nobody = "/00000000-0000-4000-8000-000000000000"
	tests := map[string]struct {
		method, target string
		status         int
	}{
		"the token endpoint":           {"POST", b.url + "/token", 400},
		"the metadata":                 {"GET", auth + "/.well-known/oauth-authorization-server/" + id, 200},
		"a wrong method":               {"GET", b.url + "/token", 405},
		"another wrong method":         {"PATCH", b.url + "/token", 405},
		"an endpoint that comes later": {"GET", b.url + "/jwks", 404},
		"an endpoint that is not":      {"DELETE", b.url + "/nothing", 404},
		"the token of no lab":          {"POST", auth + nobody + "/token", 404},
		"a wrong method at no lab":     {"PUT", auth + nobody + "/token", 404},
		"nothing at all":               {"GET", auth + "/.well-known/nothing", 404},
	}
	ask := func(method, target string, header ...string) reply {
		req, err := http.NewRequestWithContext(t.Context(), method, target, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Origin", "https://app.example")
		for i := 0; i < len(header); i += 2 {
			req.Header.Set(header[i], header[i+1])
		}
		return b.send(req)
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			may := ask("OPTIONS", tt.target, "Access-Control-Request-Method", tt.method,
				"Access-Control-Request-Headers", "authorization,dpop,mcp-protocol-version")
			if may.status != http.StatusNoContent || may.header.Get("Access-Control-Allow-Origin") != "*" ||
				may.header.Get("Access-Control-Allow-Headers") != "authorization,dpop,mcp-protocol-version" ||
				tt.method != "POST" && tt.method != "GET" && !strings.Contains(may.header.Get("Access-Control-Allow-Methods"), tt.method) {
				t.Errorf("the preflight is answered %d with %v", may.status, may.header)
			}
			got := ask(tt.method, tt.target)
			if got.status != tt.status || got.header.Get("Access-Control-Allow-Origin") != "*" || got.header.Get("Access-Control-Allow-Credentials") != "" {
				t.Errorf("answered %d with %v", got.status, got.header)
			}
			if exposed := got.header.Get("Access-Control-Expose-Headers"); !strings.Contains(exposed, "Retry-After") || !strings.Contains(exposed, "Www-Authenticate") {
				t.Errorf("a page may read the headers %q", exposed)
			}
		})
	}
	for _, target := range []string{b.url + "/authorize?" + b.request().Encode(), b.url + "/authorize", b.url + "/login", auth + nobody + "/authorize"} {
		for _, method := range []string{"GET", "PUT", "OPTIONS"} {
			if got := ask(method, target, "Access-Control-Request-Method", "GET"); got.header.Get("Access-Control-Allow-Origin") != "" {
				t.Errorf("%s %s may be read by %q", method, target, got.header.Get("Access-Control-Allow-Origin"))
			}
		}
	}
}

// A page of another origin reads why it is refused, also where that has nothing to do with
// the request.
func TestARefusalForEveryoneCanBeReadByPages(t *testing.T) {
	wait := time.Duration(0)
	b := newBenchOf(t, func(s *Server) {
		s.MaxBody = 1 << 10
		s.RateLimiter = func(uuid.UUID) time.Duration { return wait }
	})
	tests := map[string]struct {
		target, body string
		wait         time.Duration
		status       int
	}{
		"the lab is asked too much":       {b.url + "/token", "a=b", time.Minute, http.StatusTooManyRequests},
		"the body is too long":            {b.url + "/token", "a=" + strings.Repeat("b", 2<<10), 0, http.StatusRequestEntityTooLarge},
		"there is no such lab":            {b.lab.Origins[event.Auth] + "/" + uuid.NewString() + "/token", "a=b", 0, http.StatusNotFound},
		"and what it says of the request": {b.url + "/token", "a=b", 0, http.StatusBadRequest},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			wait = tt.wait
			req, err := http.NewRequestWithContext(t.Context(), "POST", tt.target, strings.NewReader(tt.body))
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Content-Type", form)
			req.Header.Set("Origin", "http://localhost:1")
			got := b.send(req)
			if got.status != tt.status || got.header.Get("Access-Control-Allow-Origin") != "*" || !strings.Contains(got.body, "error_description") {
				t.Errorf("answered %d %q, for pages of %q", got.status, got.body, got.header.Get("Access-Control-Allow-Origin"))
			}
		})
	}
}

func TestMetadataIsTrue(t *testing.T) {
	b := newBench(t)
	target := b.lab.Origins[event.Auth] + "/.well-known/oauth-authorization-server/" + b.lab.ID.String()
	got := b.get(target)
	var m map[string]any
	if err := json.Unmarshal([]byte(got.body), &m); err != nil {
		t.Fatal(err)
	}
	if m["issuer"] != b.url || m["token_endpoint"] != b.url+"/token" || m["authorization_endpoint"] != b.url+"/authorize" {
		t.Errorf("metadata %v", m)
	}
	if methods := fmt.Sprint(m["code_challenge_methods_supported"]); methods != "[S256]" {
		t.Errorf("methods %s, want S256 alone while plain is refused", methods)
	}
	b.off(guard.IDPKCEPlain)
	if again := b.get(target); !strings.Contains(again.body, `["S256","plain"]`) {
		t.Errorf("with plain let through, the metadata say %s", again.body)
	}
	code := b.code("code_challenge", verifier, "code_challenge_method", "plain")
	if r := b.redeem(code); r.status != http.StatusOK {
		t.Errorf("the method plain is promised and answers %d %s", r.status, r.body)
	}
}

// The metadata promise what the chapter has, and nothing that it has not (RFC 8414 §2).
func TestMetadataByChapter(t *testing.T) {
	b := newBench(t)
	for chapter, want := range map[string]string{
		"v03": `{"issuer":"I","authorization_endpoint":"I/authorize","token_endpoint":"I/token",` +
			`"response_types_supported":["code"],"response_modes_supported":["query"],"grant_types_supported":["authorization_code"],` +
			`"token_endpoint_auth_methods_supported":["none"],"code_challenge_methods_supported":["S256"]}`,
		"v04": `{"issuer":"I","authorization_endpoint":"I/authorize","token_endpoint":"I/token","scopes_supported":["read","write","profile"],` +
			`"response_types_supported":["code"],"response_modes_supported":["query"],"grant_types_supported":["authorization_code"],` +
			`"token_endpoint_auth_methods_supported":["none","client_secret_basic","client_secret_post"],"code_challenge_methods_supported":["S256"]}`,
	} {
		b.in(chapter)
		got := b.get(b.lab.Origins[event.Auth] + "/.well-known/oauth-authorization-server/" + b.lab.ID.String())
		if body := strings.TrimSpace(strings.ReplaceAll(got.body, b.url, "I")); got.status != http.StatusOK || body != want {
			t.Errorf("in %s the metadata are\n\t%s\nwant\n\t%s", chapter, body, want)
		}
	}
}

// What a chapter does not have, it says so and promises nothing.
func TestFeaturesByChapter(t *testing.T) {
	tests := map[string]struct {
		token    bool
		verdicts []string // of an authorization request with everything
	}{
		"v01": {false, []string{"registered-client passed", "redirect-uri.exact passed"}},
		"v02": {false, []string{"registered-client passed", "redirect-uri.exact passed", "state.require passed"}},
		"v03": {true, []string{
			"registered-client passed", "redirect-uri.exact passed", "state.require passed", "pkce.require passed", "pkce.plain passed",
		}},
		"v04": {true, []string{
			"registered-client passed", "redirect-uri.exact passed", "state.require passed", "pkce.require passed", "pkce.plain passed",
		}},
	}
	for chapter, tt := range tests {
		t.Run(chapter, func(t *testing.T) {
			b := newBench(t)
			if _, err := b.labs.Change(t.Context(), b.lab.ID, lab.Change{Chapter: &chapter}); err != nil {
				t.Fatal(err)
			}
			code := b.code()
			if got := b.outcomes(); !slices.Equal(got, tt.verdicts) {
				t.Errorf("verdicts %v, want %v", got, tt.verdicts)
			}
			metadata := b.get(b.lab.Origins[event.Auth] + "/.well-known/oauth-authorization-server/" + b.lab.ID.String())
			if strings.Contains(metadata.body, "token_endpoint") != tt.token || strings.Contains(metadata.body, "code_challenge") != tt.token {
				t.Errorf("metadata %s", metadata.body)
			}
			answer := b.redeem(code)
			if tt.token {
				if answer.status != http.StatusOK {
					t.Errorf("token answered %d %s", answer.status, answer.body)
				}
			} else {
				answer.wantError(t, http.StatusNotFound, "invalid_request")
				if !strings.Contains(answer.body, "comes with chapter v03") {
					t.Errorf("the absent endpoint says %s", answer.body)
				}
			}
			for _, row := range Endpoints() {
				if row.Offered(b.lab.Settings.Rules()) || !row.Later() {
					continue
				}
				r := b.get(b.lab.Origins[event.Auth] + strings.ReplaceAll(row.Path, "{lab}", b.lab.ID.String()))
				r.wantError(t, http.StatusNotFound, "invalid_request")
				if !strings.Contains(r.body, "comes with chapter "+row.Feature.Chapter()) {
					t.Errorf("%s says %s", row.Path, r.body)
				}
			}
		})
	}
}

// A second use of a code ends what the first gave, even when 64 come at once.
func TestReuseRevokesWhatTheFirstUseGave(t *testing.T) {
	for name, off := range map[string]bool{"guard on": false, "guard off": true} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			if off {
				b.off(guard.IDCodeReuse)
			}
			code := b.code()
			tokens := make([]string, 64)
			var wg sync.WaitGroup
			for i := range tokens {
				wg.Go(func() {
					resp, err := http.PostForm(b.url+"/token", b.redemption(code))
					if err != nil {
						t.Error(err)
						return
					}
					defer resp.Body.Close()
					var answer TokenResponse
					if err := json.NewDecoder(resp.Body).Decode(&answer); err == nil {
						tokens[i] = answer.AccessToken
					}
				})
			}
			wg.Wait()
			won := slices.DeleteFunc(tokens, func(token string) bool { return token == "" })
			if len(won) != 1 {
				t.Fatalf("%d redemptions won, want 1", len(won))
			}
			s, err := own(b.labs.Store).State(t.Context(), b.lab.ID)
			if err != nil {
				t.Fatal(err)
			}
			if alive := s.SubjectOf(won[0]) == "alice"; alive != off {
				t.Errorf("the token is alive: %v", alive)
			}
		})
	}
}

func TestCodesOfOneLabAreNothingInAnother(t *testing.T) {
	b := newBench(t)
	code := b.code()
	other, _, err := b.labs.Create(t.Context(), "v03")
	if err != nil {
		t.Fatal(err)
	}
	b.post(other.Issuer()+"/token", b.redemption(code)).wantError(t, 400, "invalid_grant")
}

func TestFlowFollowsTheCode(t *testing.T) {
	b := newBench(t)
	b.redeem(b.code())
	flows := map[string]bool{}
	for _, e := range b.events() {
		if e.Request != nil && strings.HasSuffix(e.Request.URL, "/token") {
			flows[e.Flow] = true
		}
		if e.Change != nil && e.Change.What == "code" {
			flows[e.Flow] = true
		}
	}
	if len(flows) != 1 || flows[""] {
		t.Errorf("the code and its redemption belong to the flows %v, want one", flows)
	}
}

func TestListsAreBounded(t *testing.T) {
	b := newBench(t)
	for range maxKept + 5 {
		b.code()
	}
	if codes := b.state().Codes; len(codes) != maxKept {
		t.Errorf("%d codes are kept, want %d", len(codes), maxKept)
	}
	for range maxKept + 5 {
		b.redeem(b.code())
	}
	if s := b.state(); len(s.Tokens) != maxKept || len(s.Codes) != maxKept+maxKeptPending {
		t.Errorf("%d tokens and %d codes are kept, want %d, their codes, and %d more", len(s.Tokens), len(s.Codes), maxKept, maxKeptPending)
	}
}

// Whoever finds a spent code in a log ends nothing with it: the second use must be right
// in all else (OWASP ASVS 10.4.2).
func TestASpentCodeAloneEndsNothing(t *testing.T) {
	b := newBench(t)
	code := b.code()
	b.redeem(code)
	for name, tt := range map[string]struct {
		changes  []string
		code, by string
	}{
		"without a client":         {[]string{"client_id", ""}, "invalid_request", ""},
		"as an unknown client":     {[]string{"client_id", "stranger"}, "invalid_client", "registered-client"},
		"as another client":        {[]string{"client_id", ClientMallory}, "invalid_grant", "code-binding.client"},
		"for another redirect URI": {[]string{"redirect_uri", "http://localhost:1/other"}, "invalid_grant", "code-binding.redirect-uri"},
		"without a verifier":       {[]string{"code_verifier", ""}, "invalid_grant", "pkce.verify"},
		"with another verifier":    {[]string{"code_verifier", strings.Repeat("x", 43)}, "invalid_grant", "pkce.verify"},
	} {
		t.Run(name, func(t *testing.T) {
			b.redeem(code, tt.changes...).wantError(t, 400, tt.code)
			if last := b.outcomes()[len(b.outcomes())-1]; tt.by != "" && last != tt.by+" refused" {
				t.Errorf("the last verdict is %q, want %s to have refused", last, tt.by)
			}
			if token := b.state().Tokens[0]; token.Revoked != nil {
				t.Error("Alice's token is dead")
			}
		})
	}
	b.redeem(code).wantError(t, 400, "invalid_grant")
	if token := b.state().Tokens[0]; token.Revoked == nil {
		t.Error("the second use that was right in all else ended nothing")
	}
}

// What is needed to end a token outlives the list of codes.
func TestAForgottenCodeHasNoTokenThatIsAlive(t *testing.T) {
	b := newBench(t)
	unspent, spent, revoked := b.code(), b.code(), b.code()
	b.redeem(spent)
	b.redeem(revoked)
	b.redeem(revoked)
	for range maxKept {
		b.code()
	}
	for _, code := range []string{unspent, revoked} {
		if answer := b.redeem(code); answer.status != 400 || !strings.Contains(answer.body, "This server has forgotten the code.") {
			t.Errorf("a forgotten code gives %d %s", answer.status, answer.body)
		}
	}
	answer := b.redeem(spent)
	if answer.wantError(t, 400, "invalid_grant"); !strings.Contains(answer.body, "redeemed before") {
		t.Errorf("the spent code gives %s", answer.body)
	}
	for _, token := range b.state().Tokens {
		if token.Revoked == nil {
			t.Errorf("a token outlived the second use of its code: %+v", token)
		}
	}
}

// another is a letter of a code other than c.
func another(c byte) string {
	if c == 'A' {
		return "B"
	}
	return "A"
}

// What the server forgot is not told as what never was.
func TestForgottenIsNotUnknown(t *testing.T) {
	b := newBench(t)
	other, _, err := b.labs.Create(t.Context(), "v03")
	if err != nil {
		t.Fatal(err)
	}
	b.off(guard.IDCodeEntropy)
	b.code()
	code := (&Server{Secret: []byte("test")}).issue(b.lab.ID, kindCode)
	for value, says := range map[string]string{
		code:  "This server has forgotten the code.", // as before a reset
		"999": "This code was never issued here.", "1002": "This code was never issued here.",
		"+1001": "This code was never issued here.", "01001": "This code was never issued here.",
		code[:42]: "This code was never issued here.", code + "A": "This code was never issued here.", another(code[0]) + code[1:]: "This code was never issued here.",
		(&Server{Secret: []byte("test")}).issue(other.ID, kindCode):    "This code was never issued here.",
		(&Server{Secret: []byte("test")}).issue(b.lab.ID, kindRequest): "This code was never issued here.",
		(&Server{Secret: []byte("another")}).issue(b.lab.ID, kindCode): "This code was never issued here.",
		"1001": "", // the one that there is
	} {
		answer := b.redeem(value)
		if !strings.Contains(answer.body, says) || (says == "") != (answer.status == http.StatusOK) {
			t.Errorf("the code %s gives %d %s, want %q", value, answer.status, answer.body, says)
		}
	}
	for range maxKept {
		b.code()
	}
	b.redeem("1002")
	b.redeem("1002")
	b.code()
	if answer := b.redeem("1002"); !strings.Contains(answer.body, "has forgotten the code") {
		t.Errorf("a counted code that was forgotten gives %d %s", answer.status, answer.body)
	}
}
