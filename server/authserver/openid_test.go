package authserver

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/server/endpoint"
	"oauthlab/server/lab"
	"oauthlab/server/store/storetest"
)

// openBench is a bench whose lab is in the chapter that has OpenID Connect, and no keys of the
// server's yet: it signs with the client's secret.
func openBench(t *testing.T) *bench { t.Helper(); return newBench(t).in("v07") }

// of is the bench in a test within its own.
func (b *bench) of(t *testing.T) *bench {
	other := *b
	other.T = t
	return &other
}

// at is the bench with another issuer, in the same browser.
func (b *bench) at(issuer string) *bench {
	other := *b
	other.url = issuer
	return &other
}

// inAnotherBrowser is the bench with a browser that nobody has used.
func (b *bench) inAnotherBrowser() *bench {
	b.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		b.Fatal(err)
	}
	other, browser := *b, *b.browser
	browser.Jar = jar
	other.browser = &browser
	return &other
}

// inAnotherLab is the bench with a lab of its own on the same server.
func (b *bench) inAnotherLab() *bench {
	b.Helper()
	l, _, err := b.labs.Create(b.Context(), "v07")
	if err != nil {
		b.Fatal(err)
	}
	other := *b
	other.lab, other.url = l, l.Issuer()
	return &other
}

// now is the lab's time in seconds, as tokens have it.
func (b *bench) now() float64 {
	b.Helper()
	l, err := b.labs.Open(b.Context(), b.lab.ID)
	if err != nil {
		b.Fatal(err)
	}
	return float64(l.Now().Unix())
}

// asWeb makes a request the web app's, which asks who signs in, with changes.
func (b *bench) asWeb(changes ...string) []string {
	return append([]string{"client_id", ClientWeb, "redirect_uri", b.lab.Origins.WebCallback(b.lab.ID), "scope", "openid", "nonce", "n1"}, changes...)
}

// asksWho is the answer to such a request.
func (b *bench) asksWho(changes ...string) reply {
	b.Helper()
	return b.authorize(b.asWeb(changes...)...)
}

// carried is what an answer carries to the client, which it must lead to.
func (b *bench) carried(r reply) url.Values {
	b.Helper()
	var uri string
	if r.location != nil {
		uri, _, _ = strings.Cut(r.location.String(), "?")
	}
	if r.status != http.StatusSeeOther || uri != b.lab.Origins.RedirectURI() && uri != b.lab.Origins.WebCallback(b.lab.ID) {
		b.Fatalf("answer %d to %v, want 303 to the client: %.300s", r.status, r.location, r.body)
	}
	return r.location.Query()
}

// codeIn is the code that an answer carries.
func (b *bench) codeIn(r reply) string {
	b.Helper()
	carried := b.carried(r)
	if carried.Get("code") == "" || carried.Has("error") {
		b.Fatalf("the client gets %v, want a code", carried)
	}
	return carried.Get("code")
}

// wantRefused checks that the client hears an error (OpenID Connect Core §3.1.2.6).
func (b *bench) wantRefused(r reply, code string) {
	b.Helper()
	carried := b.carried(r)
	if carried.Get("error") != code || carried.Has("code") || carried.Get("state") != "s1" || carried.Get("iss") != b.url {
		b.Errorf("the client gets %v, want %s", carried, code)
	}
	says := carried.Get("error_description")
	if !strings.Contains(says, " section ") || !strings.Contains(carried.Get("error_uri"), "/troubleshooting?says=") {
		b.Errorf("the error does not help: %q, %q", says, carried.Get("error_uri"))
	}
}

// wantPage checks that the user is asked to sign in, and returns the id of the request that
// waits.
func (b *bench) wantPage(r reply) string {
	b.Helper()
	kept := b.keptAt(r)
	if page := b.get(r.location.String()); page.status != http.StatusOK || !strings.Contains(page.body, `value="`+kept+`"`) {
		b.Fatalf("the page is answered %d %.300s", page.status, page.body)
	}
	return kept
}

// redeemWeb redeems a code of the web app's.
func (b *bench) redeemWeb(code string, changes ...string) reply {
	b.Helper()
	return b.redeem(code, append([]string{"client_id", ClientWeb, "client_secret", b.webSecret(), "redirect_uri", b.lab.Origins.WebCallback(b.lab.ID)}, changes...)...)
}

// refreshWeb is the web app's refresh.
func (b *bench) refreshWeb(token string, changes ...string) reply {
	b.Helper()
	return b.refresh(token, append([]string{"client_id", ClientWeb, "client_secret", b.webSecret()}, changes...)...)
}

// given is what the web app gets for the code in an answer.
func (b *bench) given(r reply) TokenResponse {
	b.Helper()
	return b.redeemWeb(b.codeIn(r)).tokens(b.T)
}

// signsIn signs a user in at the web app, on the page if there is one, and returns what that
// gets.
func (b *bench) signsIn(user string, changes ...string) TokenResponse {
	b.Helper()
	r := b.asksWho(changes...)
	if r.location != nil && strings.HasSuffix(r.location.Path, "/login") {
		r = b.login(b.keptAt(r), user)
	}
	return b.given(r)
}

// What is granted of OpenID Connect's words, and what comes with them: an ID token with openid,
// a refresh token beside openid with offline_access alone (Core §3.1.2.1, §5.4, §11), and by
// OAuth alone as before.
func TestScopesOfOpenIDConnect(t *testing.T) {
	for name, tt := range map[string]struct {
		chapter, client, asked string
		granted                string
		idToken, refresh       bool
	}{
		"openid":                                   {"v07", ClientWeb, "openid", "openid", true, false},
		"all that there is":                        {"v07", ClientWeb, "openid profile email offline_access read write", "openid profile email offline_access read write", true, true},
		"in another order":                         {"v07", ClientWeb, "email profile openid", "email profile openid", true, false},
		"offline access beside openid":             {"v07", ClientWeb, "openid offline_access", "openid offline_access", true, true},
		"words that nobody knows beside it":        {"v07", ClientWeb, "openid address phone", "openid", true, false},
		"openid twice":                             {"v07", ClientWeb, "openid openid", "openid", true, false},
		"openid in capital letters":                {"v07", ClientWeb, "OpenID", DefaultScope, false, true},
		"offline access in capital letters":        {"v07", ClientWeb, "openid Offline_Access", "openid", true, false},
		"no scope":                                 {"v07", ClientWeb, "", DefaultScope, false, true},
		"words that nobody knows alone":            {"v07", ClientWeb, "address phone", DefaultScope, false, true},
		"profile and email without openid":         {"v07", ClientWeb, "profile email", "profile email", false, true},
		"offline access without openid":            {"v07", ClientWeb, "offline_access", "offline_access", false, true},
		"openid of a public client":                {"v07", ClientDemo, "openid profile", "profile", false, true},
		"openid alone of a public client":          {"v07", ClientDemo, "openid", DefaultScope, false, true},
		"offline access too of a public one":       {"v07", ClientDemo, "openid offline_access", "offline_access", false, true},
		"openid of the learner's client":           {"v07", "own-client", "openid email", "email", false, true},
		"openid alone of the learner's client":     {"v07", "own-client", "openid", DefaultScope, false, true},
		"openid in the chapter before":             {"v06", ClientWeb, "openid profile", "profile", false, true},
		"openid alone in the chapter before":       {"v06", ClientWeb, "openid", DefaultScope, false, true},
		"email in the chapter before":              {"v06", ClientWeb, "email", DefaultScope, false, true},
		"offline access in the chapter before":     {"v06", ClientWeb, "offline_access read", "read", false, true},
		"openid where there is no refresh at all":  {"v04", ClientWeb, "openid offline_access", DefaultScope, false, false},
		"openid in the first chapter with a token": {"v03", ClientDemo, "openid", DefaultScope, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t).in(tt.chapter)
			secret := b.webSecret()
			if tt.client == "own-client" {
				secret = "its secret"
				b.register("own-client", secret)
			}
			uri := map[string]string{ClientWeb: b.lab.Origins.WebCallback(b.lab.ID), ClientDemo: b.lab.Origins.RedirectURI(), "own-client": "http://127.0.0.1:3000/cb"}[tt.client]
			if tt.client == ClientDemo {
				secret = ""
			}
			code := b.code("client_id", tt.client, "redirect_uri", uri, "scope", tt.asked, "nonce", "n1")
			got := b.redeem(code, "client_id", tt.client, "redirect_uri", uri, "client_secret", secret).tokens(t)
			said := tt.granted
			if tt.granted == tt.asked {
				said = "" // RFC 6749 §5.1: identical, so optional
			}
			if kept, _ := b.keptToken(got.AccessToken); kept.Scope != tt.granted || got.Scope != said {
				t.Errorf("granted is %q and the answer says %q, want %q and %q", kept.Scope, got.Scope, tt.granted, said)
			}
			if (got.IDToken != "") != tt.idToken || (got.RefreshToken != "") != tt.refresh {
				t.Errorf("the ID token is %q, the refresh token %q", got.IDToken, got.RefreshToken)
			}
		})
	}
}

// A refresh gives no ID token (OpenID Connect Core §12.2 leaves it open), and asks for no more
// than was granted.
func TestARefreshGivesNoIDToken(t *testing.T) {
	b := openBench(t)
	got := b.signsIn("alice", "scope", "openid profile offline_access")
	for scope, want := range map[string]string{"": "openid profile offline_access", "openid": "", "openid offline_access": "", "openid address": "openid"} {
		next := b.refreshWeb(got.RefreshToken, "scope", scope)
		if next.status != http.StatusOK && strings.Contains(scope, "address") {
			next.wantError(t, http.StatusBadRequest, "invalid_scope") // RFC 6749 §6: not granted by the user
			continue
		}
		after := next.tokens(t)
		if after.IDToken != "" || after.RefreshToken == "" || after.RefreshToken == got.RefreshToken || after.Scope != want {
			t.Errorf("of %q it gives %+v", scope, after)
		}
		got = after
	}
}

// An ID token says what Core §2 demands of it, each claim in the type that it has there, and is
// signed with the secret of the client (§10.1): the library says so, and HMAC by hand.
func TestTheFormOfAnIDToken(t *testing.T) {
	for _, format := range []string{guard.Opaque, guard.JWT} {
		t.Run(format, func(t *testing.T) {
			b := openBench(t)
			b.set(map[guard.ID]string{guard.IDTokenFormat: format})
			b.signsIn("alice")
			signedIn := b.now()
			b.later(20 * time.Minute)
			given := b.signsIn("alice", "scope", "openid profile email", "nonce", "a nonce: ü/+&=", "prompt", "", "max_age", "3600")
			header, claims := partOf(t, given.IDToken, 0), claimsIn(t, given.IDToken)
			if want := map[string]any{"alg": "HS256", "typ": "JWT"}; !maps.Equal(header, want) {
				t.Errorf("the header is %v", header)
			}
			sum := sha256.Sum256([]byte(given.AccessToken))
			want := map[string]any{
				"iss": b.url, "sub": "alice", "aud": ClientWeb, "azp": ClientWeb, "iat": b.now(), "exp": b.now() + 3600, "auth_time": signedIn,
				"nonce": "a nonce: ü/+&=", "at_hash": base64.RawURLEncoding.EncodeToString(sum[:16]),
			}
			if !maps.Equal(claims, want) {
				t.Errorf("it says\n\t%v, want\n\t%v", claims, want)
			}
			if b.now() != signedIn+20*60 {
				t.Errorf("the clock is at %v, the sign-in was at %v", b.now(), signedIn)
			}

			parts := strings.Split(given.IDToken, ".")
			if want := macOf(parts[0]+"."+parts[1], []byte(b.webSecret())); parts[2] != want {
				t.Errorf("its signature is %s, want %s", parts[2], want)
			}
			jws, err := jose.ParseSignedCompact(given.IDToken, []jose.SignatureAlgorithm{jose.HS256})
			if err != nil {
				t.Fatal(err)
			}
			payload, err := jws.Verify([]byte(b.webSecret()))
			if err != nil || !json.Valid(payload) {
				t.Errorf("the library says %v", err)
			}
			for whose, key := range map[string]string{
				"another lab's": ClientSecret([]byte("clients"), b.inAnotherLab().lab.ID, ClientWeb), "another client's": ClientSecret([]byte("clients"), b.lab.ID, ClientDemo),
				"the API's": string(apiKey.Signing(b.lab.ID)), "nobody's": "",
			} {
				if _, err := jws.Verify([]byte(key)); err == nil {
					t.Errorf("%s secret verifies it", whose)
				}
			}
		})
	}
}

// at_hash is that of the example in OpenID Connect Core appendix A.3.
func TestTheExampleOfAtHash(t *testing.T) {
	i := &idToken{signing: signing{typ: "JWT", algorithm: guard.HS256, secret: []byte("a secret of thirty-two bytes, yes")}}
	token, err := new(Server).writeIDToken(t.Context(), nil, i, "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y")
	if err != nil {
		t.Fatal(err)
	}
	if got := claimsIn(t, token)["at_hash"]; got != "77QmUPtjPfzWtF2AnpK9RQ" {
		t.Errorf("at_hash is %v", got)
	}
}

// The nonce comes back as it was sent, and only where it was (Core §2).
func TestTheNonceComesBack(t *testing.T) {
	b := openBench(t)
	for _, nonce := range []string{"n-0S6_WzA2Mj", " ", `"\<>&`, "ü€🌼", strings.Repeat("n", endpoint.MaxParameter)} {
		if got := claimsIn(t, b.signsIn("alice", "nonce", nonce).IDToken)["nonce"]; got != nonce {
			t.Errorf("%.40q comes back as %.40q", nonce, got)
		}
	}
	if got, has := claimsIn(t, b.signsIn("alice", "nonce", "").IDToken)["nonce"]; has {
		t.Errorf("none was sent, and %q comes back", got)
	}
	b.wantRefused(b.asksWho("nonce", strings.Repeat("n", endpoint.MaxParameter+1)), "invalid_request")
	b.wantRefused(b.asksWho("nonce", "a\nb"), "invalid_request")
	b.wantRefused(b.get(b.url+"/authorize?"+b.request(b.asWeb()...).Encode()+"&nonce=n2"), "invalid_request")
}

// Two logins of one user have ID tokens of their own.
func TestEachLoginHasItsIDToken(t *testing.T) {
	b := openBench(t)
	one, other := b.signsIn("alice", "nonce", "n1"), b.signsIn("alice", "nonce", "n2")
	if a, z := claimsIn(t, one.IDToken), claimsIn(t, other.IDToken); a["nonce"] == z["nonce"] || a["at_hash"] == z["at_hash"] {
		t.Errorf("they say %v and %v", a, z)
	}
	if sub := claimsIn(t, b.inAnotherBrowser().signsIn("mallory").IDToken)["sub"]; sub != "mallory" {
		t.Errorf("Mallory's is %v's", sub)
	}
	kept, err := json.Marshal(b.state())
	if err != nil || strings.Contains(string(kept), one.IDToken) {
		t.Errorf("the record has the ID token (%v)", err)
	}
}

// prompt=none shows no page, whatever is due (Core §3.1.2.1, §3.1.2.6): it is an error then.
func TestPromptNone(t *testing.T) {
	for name, first := range map[string]bool{"with sign-in first": true, "without": false} {
		t.Run(name, func(t *testing.T) {
			b := openBench(t)
			if !first {
				b.off(guard.IDSignInFirst)
			}
			asks := func(changes ...string) reply {
				b.Helper()
				return b.asksWho(append([]string{"prompt", promptNone}, changes...)...)
			}
			b.wantRefused(asks(), codeLoginRequired)
			b.wantRefused(b.authorize("prompt", promptNone, "scope", "openid"), codeLoginRequired) // of a public client too
			b.wantRefused(b.post(b.url+"/authorize", b.request(b.asWeb("prompt", promptNone)...)), codeLoginRequired)
			b.wantRefused(asks("prompt", " none "), codeLoginRequired) // a list, of which blanks are no part
			b.wantRefused(asks("login_hint", "alice"), codeLoginRequired)
			b.wantRefused(asks("max_age", "60"), codeLoginRequired)
			for _, other := range []struct{ name, value, code string }{
				{"response_type", "token", "unsupported_response_type"}, {"response_type", "", "invalid_request"}, {"response_mode", "fragment", "invalid_request"},
				{"scope", `"`, "invalid_scope"}, {"code_challenge", "short", "invalid_request"}, {"max_age", "soon", "invalid_request"},
				{"request", "x", codeRequestNotSupported}, {"request_uri", "https://client.example/x", codeRequestURINotSupported}, {"registration", "{}", codeRegistrationUnsupported},
			} {
				b.wantRefused(asks(other.name, other.value), other.code)
			}
			asks("redirect_uri", "https://evil.example/").wantShown(t, http.StatusBadRequest, "This redirect URI is not registered")
			asks("client_id", "stranger").wantShown(t, http.StatusBadRequest, "This client is not registered")
			if s := b.state(); len(s.Pending)+len(s.Codes)+len(s.Sessions) > 0 {
				t.Errorf("the record has %+v", s)
			}

			b.signsIn("alice")
			signedIn := b.now()
			b.later(5 * time.Minute)
			if got := claimsIn(t, b.given(asks()).IDToken); got["auth_time"] != signedIn || got["sub"] != "alice" {
				t.Errorf("with a session, the ID token says %v", got)
			}
			b.codeIn(asks("prompt", " none"))
			b.wantRefused(asks("response_type", "token"), "unsupported_response_type")
			b.signOut()
			b.wantRefused(asks(), codeLoginRequired)
		})
	}
}

// none stands alone (Core §3.1.2.1). As other errors, this one waits for the sign-in (RFC 9700
// §4.11.2).
func TestPromptsThatContradict(t *testing.T) {
	for _, prompt := range []string{"none login", "login none", "none  consent", "select_account none", "none login consent", "none create", "create none"} {
		t.Run(prompt, func(t *testing.T) {
			b := openBench(t)
			kept := b.wantPage(b.asksWho("prompt", prompt))
			b.wantRefused(b.login(kept, "alice"), "invalid_request")
			b.wantRefused(b.asksWho("prompt", prompt), "invalid_request")
			if codes := b.state().Codes; len(codes) > 0 {
				t.Errorf("codes were issued: %v", codes)
			}
		})
	}
}

// A prompt that nobody knows is ignored, beside others too; its letters count.
func TestPromptsThatNobodyKnows(t *testing.T) {
	b := openBench(t)
	b.wantPage(b.asksWho("prompt", "create"))
	b.signsIn("alice")
	for _, prompt := range []string{"create", "NONE", "Login", "login,consent", "create register", "", " ", "nonelogin", "ü"} {
		b.codeIn(b.asksWho("prompt", prompt))
	}
	b.wantPage(b.asksWho("prompt", "create login"))
	b.inAnotherBrowser().wantPage(b.inAnotherBrowser().asksWho("prompt", "NONE"))
}

// A client that wants the user asked again gets that once: the page, and then the code. The
// sign-in is the new one then.
func TestPromptsThatAskAgain(t *testing.T) {
	for _, prompt := range []string{promptLogin, promptConsent, promptSelect, "login consent", "consent select_account", "  login  ", "login login"} {
		t.Run(prompt, func(t *testing.T) {
			b := openBench(t)
			first := claimsIn(t, b.signsIn("alice").IDToken)["auth_time"]
			b.later(time.Hour)
			kept := b.wantPage(b.asksWho("prompt", prompt))
			if pages := len(b.state().Pending); pages != 1 {
				t.Errorf("%d requests wait", pages)
			}
			again := b.given(b.login(kept, "alice")) // once, and not again
			if got := claimsIn(t, again.IDToken); got["auth_time"] != b.now() || got["auth_time"] == first {
				t.Errorf("after it, auth_time is %v, want %v", got["auth_time"], b.now())
			}
			b.later(90 * time.Minute)
			silent := claimsIn(t, b.given(b.asksWho()).IDToken)
			if silent["auth_time"] != b.now()-30*60 {
				t.Errorf("later on, auth_time is %v, want that of the second sign-in", silent["auth_time"])
			}
			kept = b.wantPage(b.asksWho("prompt", prompt)) // another request asks again
			if got := claimsIn(t, b.given(b.login(kept, "bob")).IDToken); got["sub"] != "bob" {
				t.Errorf("Bob signed in, and the ID token is %v's", got["sub"])
			}
		})
	}
}

// A sign-in that is too old is made again, once (Core §3.1.2.1, max_age); auth_time says which
// one it was.
func TestMaxAge(t *testing.T) {
	const old = 1000 // seconds, of the session
	for name, tt := range map[string]struct {
		maxAge string
		asks   bool
	}{
		"none":                       {"", false},
		"zero":                       {"0", true},
		"a second less":              {"999", true},
		"to the second":              {"1000", false},
		"a second more":              {"1001", false},
		"with zeros before":          {"0000001000", false},
		"small, with zeros before":   {"00001", true},
		"the longest of 31 bits":     {"2147483647", false},
		"longer than 31 bits":        {"2147483648", false},
		"longer than 63 bits":        {"9223372036854775808", false},
		"of more digits than a date": {strings.Repeat("9", 400), false},
	} {
		t.Run(name, func(t *testing.T) {
			b := openBench(t)
			b.signsIn("alice")
			signedIn := b.now()
			b.later(old * time.Second)
			at := b.asksWho("max_age", tt.maxAge)
			if tt.asks {
				b.wantRefused(b.asksWho("max_age", tt.maxAge, "prompt", promptNone), codeLoginRequired)
				at = b.login(b.wantPage(at), "alice")
				signedIn = b.now()
			} else {
				b.codeIn(b.asksWho("max_age", tt.maxAge, "prompt", promptNone))
			}
			if got := claimsIn(t, b.given(at).IDToken)["auth_time"]; got != signedIn {
				t.Errorf("auth_time is %v, want %v", got, signedIn)
			}
		})
	}
	t.Run("zero, in the very second of the sign-in", func(t *testing.T) {
		b := openBench(t)
		b.signsIn("alice")
		b.given(b.login(b.wantPage(b.asksWho("max_age", "0")), "alice")) // as prompt=login
		b.codeIn(b.asksWho("max_age", "1"))
	})
	t.Run("zero, of whom nobody knows yet", func(t *testing.T) {
		b := openBench(t)
		b.given(b.login(b.wantPage(b.asksWho("max_age", "0")), "alice"))
	})
	for _, wrong := range []string{"soon", "-1", "+5", "1.5", "1e3", " 5", "5 ", "0x10", "1_000", "٥", "-" + strings.Repeat("9", 400), strings.Repeat("9", 400) + "x"} {
		t.Run("not a number, "+wrong[:min(len(wrong), 8)], func(t *testing.T) {
			b := openBench(t)
			b.wantRefused(b.login(b.wantPage(b.asksWho("max_age", wrong)), "alice"), "invalid_request")
			b.wantRefused(b.asksWho("max_age", wrong), "invalid_request")
		})
	}
}

// A session that an older release kept began when it would have begun.
func TestASessionOfAnOlderRelease(t *testing.T) {
	end := time.Unix(1_000_000, 0)
	if got := (Session{Expires: end}).began(); !got.Equal(end.Add(-sessionLife)) {
		t.Errorf("it began at %s", got)
	}
}

// hintBench is a bench with the ID tokens that a client may hint with; Alice is signed in.
func hintBench(t *testing.T) (*bench, map[string]string) {
	t.Helper()
	b := openBench(t)
	b.register("own-client", "its secret")
	hints := map[string]string{}
	hints["of another user"] = b.signsIn("bob").IDToken
	b.signOut()
	hints["of another lab"] = b.inAnotherLab().signsIn("alice").IDToken
	hints["of another issuer of the lab"] = b.at(b.url + "/fault/token-lower-case-type").signsIn("alice").IDToken
	given := b.signsIn("alice", "scope", "openid offline_access")
	good := given.IDToken
	hints["of who is signed in"] = good
	parts := strings.Split(good, ".")
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	text, hs256 := string(payload), `{"alg":"HS256","typ":"JWT"}`
	hints["of another client"] = jwtOf(hs256, strings.ReplaceAll(text, ClientWeb, ClientPrints), []byte(ClientSecret([]byte("clients"), b.lab.ID, ClientPrints)))
	hints["of alg none"] = jwtOf(`{"alg":"none"}`, text, nil)
	hints["of an alg that is not used"] = jwtOf(`{"alg":"HS512"}`, text, []byte(b.webSecret()))
	hints["signed with another key"] = jwtOf(hs256, text, []byte("a key that Mallory has made up, 32"))
	hints["signed with no key"] = jwtOf(hs256, text, []byte{})
	hints["of other claims"] = parts[0] + "." + base64.RawURLEncoding.EncodeToString([]byte(strings.Replace(text, "alice", "carol", 1))) + "." + parts[2]
	hints["of claims that are none"] = jwtOf(hs256, `["alice"]`, []byte(b.webSecret()))
	hints["of no claims"] = jwtOf(hs256, `{}`, []byte(b.webSecret()))
	hints["an access token"] = given.AccessToken
	hints["a refresh token"] = given.RefreshToken
	hints["garbage"] = "garbage"
	hints["dots"] = ".."
	hints["in five parts"] = good + ".a.b"
	hints["a user name"] = "alice"
	hints["letters outside ASCII"] = "ü.ü.ü"
	return b, hints
}

// A hint says whom the client expects. Whoever else is signed in, it is told login_required
// with prompt=none, and otherwise the user is asked (Core §3.1.2.1, id_token_hint).
func TestIDTokenHint(t *testing.T) {
	b, hints := hintBench(t)
	if len(slices.Compact(slices.Sorted(maps.Values(hints)))) != len(hints) {
		t.Error("two of the hints are the same")
	}
	for name, hint := range hints {
		t.Run(name, func(t *testing.T) {
			b := b.of(t).inAnotherBrowser()
			b.wantRefused(b.asksWho("id_token_hint", hint, "prompt", promptNone), codeLoginRequired) // nobody is signed in here
			b.signsIn("alice")
			silent, open := b.asksWho("id_token_hint", hint, "prompt", promptNone), b.asksWho("id_token_hint", hint)
			if name == "of who is signed in" {
				for _, r := range []reply{silent, open} {
					if got := claimsIn(t, b.given(r).IDToken)["sub"]; got != "alice" {
						t.Errorf("the ID token is %v's", got)
					}
				}
				b.later(2 * time.Hour) // the hint need not be good any more
				defer b.later(0)
				b.codeIn(b.asksWho("id_token_hint", hint, "prompt", promptNone))
				b.codeIn(b.asksWho("id_token_hint", hint))
				b.given(b.login(b.wantPage(b.asksWho("id_token_hint", hint, "prompt", promptLogin)), "alice"))
				return
			}
			b.wantRefused(silent, codeLoginRequired)
			b.wantRefused(b.login(b.wantPage(open), "alice"), codeLoginRequired) // she is still not who was expected
			at := b.login(b.wantPage(b.asksWho("id_token_hint", hint)), "bob")
			if name != "of another user" {
				b.wantRefused(at, codeLoginRequired)
			} else if got := claimsIn(t, b.given(at).IDToken)["sub"]; got != "bob" {
				t.Errorf("the ID token is %v's", got)
			}
		})
	}
	b.wantRefused(b.asksWho("id_token_hint", strings.Repeat("x", endpoint.MaxParameter+1)), "invalid_request")
	b.codeIn(b.asksWho("id_token_hint", "")) // as if it were not there (RFC 6749 §3.1)
}

// A login hint fills the form, and asks nobody who is signed in.
func TestLoginHint(t *testing.T) {
	b := openBench(t)
	for hint, says := range map[string]string{"bob": "expects <strong>bob</strong>.", "nobody": "this lab has no such user", `"><b>`: "&#34;&gt;&lt;b&gt;"} {
		at := b.asksWho("login_hint", hint)
		b.wantPage(at)
		if page := b.get(at.location.String()); !strings.Contains(page.body, says) {
			t.Errorf("for %q the page does not say %q", hint, says)
		}
	}
	b.signsIn("alice")
	if got := claimsIn(t, b.given(b.asksWho("login_hint", "bob")).IDToken)["sub"]; got != "alice" {
		t.Errorf("the ID token is %v's", got)
	}
}

// What the server does not take, it says (Core §6.1, §6.2, §7.2.1), however long it is; to the
// client, and so once somebody has signed in (RFC 9700 §4.11.2).
func TestWhatIsNotSupported(t *testing.T) {
	for name, code := range map[string]string{
		"request": codeRequestNotSupported, "request_uri": codeRequestURINotSupported, "registration": codeRegistrationUnsupported,
	} {
		for form, value := range map[string]string{
			"short": "x", "a request object": "eyJhbGciOiJub25lIn0.e30.", "an address": "https://client.example/request.jwt#hash", "a PAR's": "urn:ietf:params:oauth:request_uri:x",
			"JSON": `{"client_name":"x"}`, "long": strings.Repeat("x", 3*endpoint.MaxParameter), "not UTF-8": "\xff\xfe", "several lines": "a\r\nb", "a blank": " ",
		} {
			t.Run(name+" "+form, func(t *testing.T) {
				b := openBench(t)
				at := b.asksWho(name, value)
				page := b.get(at.location.String())
				page.wantShown(t, http.StatusOK, "This request cannot be granted.")
				if strings.Contains(page.body, value) && form == "long" {
					t.Error("the page has it")
				}
				b.wantRefused(b.login(b.keptAt(at), "alice"), code)
				b.wantRefused(b.asksWho(name, value), code)
				b.wantRefused(b.post(b.url+"/authorize", b.request(b.asWeb(name, value)...)), code)
				b.wantRefused(b.authorize(name, value), code) // of a public client too
				if s := b.state(); len(s.Codes) > 0 {
					t.Errorf("codes were issued: %v", s.Codes)
				}
				b.in("v06") // which knows nothing of it
				if got := b.carried(b.asksWho(name, value)); got.Get("code") == "" {
					t.Errorf("in the chapter before, the client gets %v", got)
				}
			})
		}
		t.Run(name+" empty", func(t *testing.T) {
			b := openBench(t)
			b.signsIn("alice")
			b.codeIn(b.get(b.url + "/authorize?" + b.request(b.asWeb()...).Encode() + "&" + name + "=")) // RFC 6749 §3.1
			b.wantRefused(b.get(b.url+"/authorize?"+b.request(b.asWeb()...).Encode()+"&"+name+"=a&"+name+"=b"), "invalid_request")
		})
	}
}

// What the server does not know, or has no use for, changes nothing (Core §3.1.2.1, §5.5).
func TestWhatIsIgnored(t *testing.T) {
	b := openBench(t)
	plain := claimsIn(t, b.signsIn("alice").IDToken)
	delete(plain, "at_hash")
	for name, values := range map[string][]string{
		"claims":        {`{"id_token":{"email":{"essential":true},"auth_time":null},"userinfo":{"name":null}}`, `{`, `[]`, "null", "\xff", strings.Repeat("x", 3000)},
		"display":       {"page", "popup", "nonsense"},
		"ui_locales":    {"de-CH fr", "xx-nonsense", strings.Repeat("de ", 1000)},
		"claims_locale": {"de"},
		"acr_values":    {"urn:mace:incommon:iap:silver", "0", "phr"},
		"id_token":      {"x"},
		"login":         {"bob"},
		"audience":      {"https://api.example"},
		"iss":           {"https://issuer.example"},
		"made-up":       {"x"},
	} {
		for _, value := range values {
			for _, query := range []string{
				b.request(b.asWeb(name, value)...).Encode(), b.request(b.asWeb()...).Encode() + "&" + url.Values{name: {value, value}}.Encode(),
			} {
				given := b.given(b.get(b.url + "/authorize?" + query))
				got := claimsIn(t, given.IDToken)
				delete(got, "at_hash")
				if !maps.Equal(got, plain) || given.Scope != "" {
					t.Errorf("with %s %.40q the ID token says %v, want %v", name, value, got, plain)
				}
			}
		}
	}
}

// From the chapter of OpenID Connect on, an answer says which server it is of (RFC 9207 §2), an
// error too, to every client; before, it does not.
func TestAnswersNameTheirIssuer(t *testing.T) {
	b := openBench(t)
	for chapter, want := range map[string]string{"v03": "", "v04": "", "v05": "", "v06": "", "v07": b.url} {
		b.in(chapter)
		code, refused := b.carried(b.authorizeOrSignIn()), b.carried(b.authorizeOrSignIn("response_type", "token"))
		if code.Get("code") == "" || code.Get("iss") != want || code.Has("iss") != (want != "") || len(code["iss"]) > 1 {
			t.Errorf("in %s a code comes with %v", chapter, code)
		}
		if refused.Get("error") != "unsupported_response_type" || refused.Get("iss") != want || refused.Has("iss") != (want != "") {
			t.Errorf("in %s an error comes with %v", chapter, refused)
		}
	}
	b.in("v07")
	kept := b.wantPage(b.asksWho("prompt", promptLogin))
	if got := b.carried(b.login(kept, "alice")).Get("iss"); got != b.url {
		t.Errorf("after a page, iss is %q", got)
	}
	site := b.lab.Origins.MallorySite(b.lab.ID) // Mallory's client too is told who answers
	if at := b.authorize("client_id", ClientMallory, "redirect_uri", site); at.location == nil || at.location.Query().Get("iss") != b.url {
		t.Errorf("Mallory's client gets %v", at.location)
	}
	b.authorize("redirect_uri", b.lab.Origins.RedirectURI()+"?iss=x").wantShown(t, http.StatusBadRequest, "This redirect URI is not registered")
}

// authorizeOrSignIn is the answer of a request to the client, with Alice signed in.
func (b *bench) authorizeOrSignIn(changes ...string) reply {
	b.Helper()
	at := b.authorize(changes...)
	if at.location != nil && strings.HasSuffix(at.location.Path, "/login") {
		at = b.login(b.keptAt(at), "alice")
	}
	return at
}

// Before the chapter, what OpenID Connect adds is as any parameter that nobody knows.
func TestOpenIDConnectComesWithItsChapter(t *testing.T) {
	b := newBench(t)
	for _, chapter := range []string{"v01", "v03", "v06"} {
		b.in(chapter)
		for name, value := range map[string]string{
			"nonce": strings.Repeat("n", 3000), "prompt": promptNone, "max_age": "soon", "id_token_hint": "garbage",
			"request": "x", "request_uri": "x", "registration": "x",
		} {
			b.signOut()
			kept := b.wantPage(b.authorize(name, value)) // nobody is signed in: prompt=none has a page
			if got := b.carried(b.login(kept, "alice")); got.Get("code") == "" || got.Has("iss") {
				t.Errorf("in %s, with %s, the client gets %v", chapter, name, got)
			}
		}
		for _, prompt := range []string{promptLogin, promptConsent, promptSelect, "none login"} {
			if got := b.carried(b.authorize("prompt", prompt, "max_age", "0")); got.Get("code") == "" {
				t.Errorf("in %s, with prompt=%s, the client gets %v", chapter, prompt, got)
			}
		}
	}
	for _, code := range b.state().Codes {
		if code.Nonce != "" {
			t.Errorf("a nonce is kept: %.40q", code.Nonce)
		}
	}
}

// Where sign-in is automatic, a client that wants it to be a new one gets that, without a page:
// there is none to be shown.
func TestAutomaticSignInAsksNobodyAgain(t *testing.T) {
	b := openBench(t)
	b.register("own-client", "its secret")
	b.set(map[guard.ID]string{guard.IDSignIn: guard.Automatic})
	asks := func(changes ...string) url.Values {
		b.Helper()
		r := b.authorize(append([]string{"client_id", "own-client", "redirect_uri", "http://127.0.0.1:3000/cb"}, changes...)...)
		if r.status != http.StatusSeeOther || r.location == nil || r.location.Host != "127.0.0.1:3000" {
			b.Fatalf("answer %d to %v, want 303 to the client", r.status, r.location)
		}
		return r.location.Query()
	}
	if got := asks("prompt", promptNone).Get("error"); got != codeLoginRequired { // so that a client can try that
		t.Errorf("with prompt=none, nobody signed in, the error is %q", got)
	}
	for _, changes := range [][]string{{}, {"prompt", promptNone}, {"prompt", promptLogin}, {"prompt", "consent select_account"}, {"max_age", "0"}, {"max_age", "60"}, {"login_hint", "bob", "prompt", promptLogin}} {
		before := len(b.state().Sessions)
		b.later(time.Duration(before+1) * time.Hour)
		code := asks(changes...).Get("code")
		s := b.state()
		kept := s.code(code)
		if kept == nil {
			t.Errorf("with %v there is no code", changes)
			continue
		}
		fresh := len(changes) == 0 || changes[1] != promptNone
		if got := float64(kept.SignedIn.Unix()); (got == b.now()) != fresh || (len(s.Sessions) > before) != fresh {
			t.Errorf("with %v, the sign-in is of %v, and it is %v", changes, got, b.now())
		}
	}
}

// Every parameter of OpenID Connect, spoilt in every way: nothing is a fault, and the browser
// is sent nowhere but to the client or the page.
func TestSpoiltOpenIDRequests(t *testing.T) {
	codes := []string{"", "invalid_request", "invalid_scope", codeLoginRequired, codeRequestNotSupported, codeRequestURINotSupported, codeRegistrationUnsupported}
	check := func(t *testing.T, b *bench, r reply) {
		t.Helper()
		if r.status != http.StatusSeeOther || r.location == nil || !b.lab.Origins.Contains(r.location.String()) || r.header.Get("X-Injected") != "" {
			t.Errorf("answer %d to %v: %.300s", r.status, r.location, r.body)
			return
		}
		if e := r.location.Query().Get("error"); !slices.Contains(codes, e) {
			t.Errorf("the error is %q", e)
		}
	}
	b := openBench(t)
	for _, name := range []string{"scope", "nonce", "prompt", "max_age", "id_token_hint", "login_hint", "request", "request_uri", "registration", "claims", "display", "acr_values"} {
		for defect, spoil := range defects() {
			for _, prompt := range []string{"", promptNone} {
				t.Run(name+" "+defect+" "+prompt, func(t *testing.T) {
					b := b.of(t).inAnotherBrowser()
					query := spoil(b.request(b.asWeb("prompt", prompt)...), name)
					for range 2 { // without a session, and with one
						for _, r := range []reply{b.get(b.url + "/authorize?" + query), b.do("POST", b.url+"/authorize", form, query)} {
							if check(t, b, r); r.location != nil && strings.HasSuffix(r.location.Path, "/login") {
								page := b.get(r.location.String())
								if page.status != http.StatusOK || strings.Contains(page.body, "<script>alert") {
									t.Errorf("the page is answered %d %s", page.status, page.body)
								}
								check(t, b, b.login(b.keptAt(r), "alice"))
							}
						}
						b.signsIn("alice")
					}
				})
			}
		}
	}
	for _, e := range b.events() {
		if e.Response != nil && e.Response.Status >= http.StatusInternalServerError {
			t.Errorf("a server error: %+v", e.Response)
		}
	}
}

// Whatever the parameters are, one that passes has a meaning: no page and a page are never
// wanted at once, and of an age nothing is left open.
func FuzzCheckOpenID(f *testing.F) {
	for _, seed := range []string{
		"", "prompt=none", "prompt=none+login", "prompt=+none+", "max_age=0", "max_age=99999999999999999999", "max_age=-1", "prompt=login&max_age=%D9%A5", "request=%ff", "request_uri=x&registration=y",
	} {
		f.Add(seed)
	}
	db := storetest.Open(f)
	now := time.Unix(1_000_000_000, 0)
	labs := &lab.Labs{Store: db, Now: func() time.Time { return now }, Parties: []lab.Document{own(db)}}
	l, _, err := labs.Create(f.Context(), "v07")
	if err != nil {
		f.Fatal(err)
	}
	handling := &lab.Handling{Lab: l}
	f.Fuzz(func(t *testing.T, query string) {
		values, _ := url.ParseQuery(query)
		req, _ := endpoint.Decode[AuthorizationRequest](values, guard.Rules{Chapter: "v07"})
		if checkOpenID(req) != nil {
			return
		}
		if req.RequestObject+req.RequestURI+req.Registration != "" {
			t.Errorf("%q passes", query)
		}
		if strings.Trim(req.MaxAge, "0123456789") != "" {
			t.Errorf("the max_age %q passes", req.MaxAge)
		}
		prompts := strings.Fields(req.Prompt)
		if slices.Contains(prompts, promptNone) != wantsNoPage(req) {
			t.Errorf("of the prompt %q it is not clear whether there is a page", req.Prompt)
		}
		old := Session{Subject: "alice", Began: now.Add(-time.Hour)}
		age, err := strconv.ParseUint(req.MaxAge, 10, 64)
		want := slices.Contains(prompts, promptLogin) || slices.Contains(prompts, promptConsent) || slices.Contains(prompts, promptSelect) || err == nil && age < 3600
		if got := asksAgain(handling, req, old); got != want {
			t.Errorf("of the prompt %q and the age %q, it asks again: %t", req.Prompt, req.MaxAge, got)
		}
	})
}

// No hint that the server did not sign is one of its own.
func FuzzIDTokenHint(f *testing.F) {
	for _, seed := range []string{"", "..", "a.b.c", "eyJhbGciOiJIUzI1NiJ9.e30.", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbGljZSJ9.", "{}", `{"payload":"","signatures":[]}`} {
		f.Add(seed, ClientWeb)
	}
	s := &Server{Party: event.Auth, Origin: "http://localhost:8081", ClientKey: []byte("clients")}
	handling := &lab.Handling{Lab: &lab.Lab{Settings: lab.Settings{Chapter: "v07"}, Origins: lab.Origins{event.Auth: "http://localhost:8081"}}}
	f.Fuzz(func(t *testing.T, hint, client string) {
		req := AuthorizationRequest{ClientID: client, IDTokenHint: hint}
		if _, ours, err := s.readHint(t.Context(), handling, req); ours || err != nil {
			t.Errorf("%q is taken for an ID token of ours (%v)", hint, err)
		}
		if subject, err := s.expected(t.Context(), handling, req); subject != "" || err != nil {
			t.Errorf("%q is taken for an ID token of %q (%v)", hint, subject, err)
		}
	})
}
