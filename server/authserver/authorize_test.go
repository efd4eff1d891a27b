package authserver

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
)

func TestFlowFromAuthorizeToToken(t *testing.T) {
	b := newBench(t)

	detour := b.authorize()
	if detour.status != http.StatusSeeOther || !strings.HasSuffix(detour.location.Path, "/login") {
		t.Fatalf("authorize answered %d to %v, want 303 to the login page", detour.status, detour.location)
	}
	page := b.get(detour.location.String())
	for _, want := range []string{"Sign in as Alice", "The lab&#39;s own client"} {
		if !strings.Contains(page.body, want) {
			t.Errorf("the login page does not say %q", want)
		}
	}
	if csp := page.header.Get("Content-Security-Policy"); !strings.Contains(csp, "form-action 'self' http://localhost:1") ||
		!strings.Contains(csp, "frame-ancestors http://localhost:1") {
		t.Errorf("the login page's policy is %q", csp)
	}
	back := b.post(b.url+"/login", url.Values{
		"request": {detour.location.Query().Get("request")}, "username": {"alice"}, "password": {"password123"},
	})
	if back.status != http.StatusSeeOther || !strings.HasPrefix(back.location.String(), b.lab.Origins.RedirectURI()+"?") {
		t.Fatalf("login answered %d to %v, want 303 to the client", back.status, back.location)
	}
	if got := back.location.Query().Get("state"); got != "s1" {
		t.Errorf("state came back as %q, want s1 (RFC 6749 §4.1.2)", got)
	}

	answer := b.redeem(back.location.Query().Get("code"))
	if answer.status != http.StatusOK || !strings.Contains(answer.body, `"token_type":"Bearer"`) {
		t.Fatalf("token answered %d %s", answer.status, answer.body)
	}
	for name, want := range map[string]string{"Cache-Control": "no-store", "Pragma": "no-cache"} {
		if got := answer.header.Get(name); got != want {
			t.Errorf("%s of the tokens is %q, want %s (RFC 6749 §5.1)", name, got, want)
		}
	}
	want := []string{
		"registered-client passed", "redirect-uri.exact passed",
		"state.require passed", "pkce.require passed", "pkce.plain passed",
		"registered-client passed", "code-expiry passed", "code-binding.client passed", "code-binding.redirect-uri passed",
		"pkce.downgrade passed", "pkce.verify passed", "code-single-use.refuse passed", "code-single-use.revoke passed",
	}
	if got := b.outcomes(); !slices.Equal(got, want) {
		t.Errorf("verdicts\n got %v\nwant %v", got, want)
	}
	for _, e := range b.events() {
		if e.Request != nil && strings.Contains(e.Request.Body, "password123") {
			t.Error("a password stands in the log")
		}
	}
}

func TestASignedInBrowserIsNotAskedAgain(t *testing.T) {
	b := newBench(t)
	b.code()
	if at := b.authorize(); at.location == nil || at.location.Query().Get("code") == "" {
		t.Errorf("authorize answered %d to %v, want a code", at.status, at.location)
	}
	if err := own(b.labs.Store).SignOut(t.Context(), b.lab); err != nil {
		t.Fatal(err)
	}
	if at := b.authorize(); at.location == nil || !strings.HasSuffix(at.location.Path, "/login") {
		t.Errorf("after signing out, authorize answered %d to %v, want the login page", at.status, at.location)
	}
}

// Errors about who asks or where to go are shown; RFC 6749 §4.1.2.1 forbids to
// redirect them.
func TestErrorsThatAreShown(t *testing.T) {
	b := newBench(t)
	long := strings.Repeat("x", 3000)
	tests := map[string]struct {
		query string
		says  string
	}{
		"unknown client":               {b.request("client_id", "stranger").Encode(), "This client is not registered"},
		"no client":                    {b.request("client_id", "").Encode(), "client_id is missing"},
		"client with markup":           {b.request("client_id", "<script>").Encode(), "This client is not registered"},
		"foreign redirect URI":         {b.request("redirect_uri", "https://evil.example/").Encode(), "This redirect URI is not registered"},
		"Mallory's redirect URI":       {b.request("redirect_uri", b.lab.Origins.MallorySite(b.lab.ID)).Encode(), "This redirect URI is not registered"},
		"redirect URI with more path":  {b.request("redirect_uri", b.lab.Origins.RedirectURI()+"/x").Encode(), "This redirect URI is not registered"},
		"redirect URI that is none":    {b.request("redirect_uri", "javascript:alert(1)").Encode(), "This redirect URI is not registered"},
		"two redirect URIs":            {b.request().Encode() + "&redirect_uri=x", "more than once"},
		"two states":                   {b.request().Encode() + "&state=s2", "state is sent more than once"},
		"an overlong state":            {b.request("state", strings.Repeat("s", 2049)).Encode(), "state is longer than 2048 bytes"},
		"a state with a line break":    {b.request("state", "a\nb").Encode(), "state has control characters"},
		"two clients":                  {b.request().Encode() + "&client_id=demo-client", "more than once"},
		"an overlong redirect URI":     {b.request("redirect_uri", long).Encode(), "longer than 2048 bytes"},
		"a client that is not UTF-8":   {"client_id=%ff&response_type=code", "not UTF-8"},
		"a client with control signs":  {"client_id=a%00b&response_type=code", "control characters"},
		"nothing at all":               {"", "client_id is missing"},
		"a query that cannot be read":  {b.request("redirect_uri", "").Encode() + "&redirect_uri=%zz", "The query cannot be read"},
		"a stranger with our redirect": {b.request("client_id", "x").Encode(), "This client is not registered"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			b.get(b.url+"/authorize?"+tt.query).wantShown(t, http.StatusBadRequest, tt.says)
		})
	}
}

// Other errors go to the client (RFC 6749 §4.1.2.1), once the user has signed in (RFC 9700
// §4.11.2): until then they wait with their request, and the login page says so.
func TestErrorsThatAreRedirected(t *testing.T) {
	b := newBench(t)
	tests := map[string]struct {
		query string
		code  string
	}{
		"no response type":          {b.request("response_type", "").Encode(), "invalid_request"},
		"another response type":     {b.request("response_type", "token").Encode(), "unsupported_response_type"},
		"no challenge":              {b.request("code_challenge", "").Encode(), "invalid_request"},
		"a challenge that is short": {b.request("code_challenge", "short").Encode(), "invalid_request"},
		"a challenge with padding":  {b.request("code_challenge", challenge+"=").Encode(), "invalid_request"},
		"neither state nor PKCE":    {b.request("state", "", "code_challenge", "").Encode(), "invalid_request"},
		"the method plain":          {b.request("code_challenge", verifier, "code_challenge_method", "plain").Encode(), "invalid_request"},
		"no method, which is plain": {b.request("code_challenge", verifier, "code_challenge_method", "").Encode(), "invalid_request"},
		"an unknown method":         {b.request("code_challenge_method", "S512").Encode(), "invalid_request"},
		"two scopes":                {b.request("scope", "read").Encode() + "&scope=read", "invalid_request"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			wantError := func(at reply) {
				t.Helper()
				if at.status != http.StatusSeeOther || !strings.HasPrefix(at.location.String(), b.lab.Origins.RedirectURI()+"?") {
					t.Fatalf("answer %d to %v, want 303 to the client", at.status, at.location)
				}
				q := at.location.Query()
				if q.Get("error") != tt.code || !namesItsSection(q.Get("error_description")) || q.Get("code") != "" {
					t.Errorf("error %q (%q), want %q", q.Get("error"), q.Get("error_description"), tt.code)
				}
			}
			detour := b.get(b.url + "/authorize?" + tt.query)
			kept := b.keptAt(detour)
			page := b.get(detour.location.String())
			page.wantShown(t, http.StatusOK, "This request cannot be granted.")
			for _, want := range []string{"The lab&#39;s own client", "localhost:1", "Sign in as Alice", "/troubleshooting?says="} {
				if !strings.Contains(page.body, want) {
					t.Errorf("the login page does not say %q: %s", want, page.body)
				}
			}
			wantError(b.login(kept, "alice"))
			wantError(b.get(b.url + "/authorize?" + tt.query)) // now she has a session
			b.signOut()
		})
	}
	if codes := b.state().Codes; len(codes) > 0 {
		t.Errorf("codes were issued: %v", codes)
	}
}

// Both truths: with the guard off, the error goes out at once, to a client of anybody's.
func TestNothingIsRedirectedBeforeTheSignIn(t *testing.T) {
	mallorys := func(b *bench) reply {
		return b.authorize("client_id", ClientMallory, "redirect_uri", b.lab.Origins.MallorySite(b.lab.ID), "response_type", "nonsense")
	}
	t.Run("guard on", func(t *testing.T) {
		b := newBench(t)
		detour := mallorys(b)
		b.keptAt(detour)
		page := b.get(detour.location.String())
		for _, want := range []string{"Mallory&#39;s app", "127.0.0.1:2"} {
			if !strings.Contains(page.body, want) {
				t.Errorf("the login page does not name %q: %s", want, page.body)
			}
		}
		if want := "sign-in-first refused"; !slices.Contains(b.outcomes(), want) {
			t.Errorf("verdicts %v lack %q", b.outcomes(), want)
		}
	})
	t.Run("guard off", func(t *testing.T) {
		b := newBench(t)
		b.off(guard.IDSignInFirst)
		at := mallorys(b)
		if at.location == nil || !strings.HasPrefix(at.location.String(), b.lab.Origins.MallorySite(b.lab.ID)) ||
			at.location.Query().Get("error") != "unsupported_response_type" {
			t.Errorf("answer %d to %v, want the error at Mallory's", at.status, at.location)
		}
		if want := "sign-in-first would-refuse"; !slices.Contains(b.outcomes(), want) {
			t.Errorf("verdicts %v lack %q", b.outcomes(), want)
		}
	})
	t.Run("an error for an unregistered address waits too", func(t *testing.T) {
		b := newBench(t)
		b.off(guard.IDErrorShown)
		kept := b.keptAt(b.authorize("redirect_uri", b.lab.Origins.MallorySite(b.lab.ID)))
		if at := b.login(kept, "alice"); at.location == nil || at.location.Query().Get("error") != "invalid_request" {
			t.Errorf("after the login: answer %d to %v", at.status, at.location)
		}
	})
}

func TestRedirectURIOffReachesMalloryAndNothingElse(t *testing.T) {
	b := newBench(t)
	b.off(guard.IDRedirectURI, guard.IDRegisteredClient)
	if at := b.authorize("redirect_uri", b.lab.Origins.MallorySite(b.lab.ID)); at.location == nil {
		t.Errorf("Mallory's address: answer %d, want the login page", at.status)
	}
	for _, uri := range []string{
		"https://evil.example/", "http://localhost:1@evil.example/", "//evil.example", "http://localhost:1.evil.example/",
		"http://127.0.0.1:2:80/", "javascript:alert(1)", "data:text/html,x", "http://localhost:9/", "http://127.0.0.1:3/",
		`http://127.0.0.1:2\@evil.example/`, "/relative", "http:///x",
	} {
		b.authorize("redirect_uri", uri).wantShown(t, http.StatusBadRequest, "outside the lab")
	}
	if !slices.Contains(b.outcomes(), "redirect-uri.exact would-refuse") {
		t.Errorf("no verdict says that it would have refused: %v", b.outcomes())
	}
	notes := 0
	for _, e := range b.events() {
		if e.Note != nil && e.Note.Name == event.NoteOutOfBounds {
			notes++
		}
	}
	if notes == 0 {
		t.Error("the log does not say why the rest of the world is out of reach")
	}
}

func TestUnknownClientOffTakesTheStrangerAtItsWord(t *testing.T) {
	b := newBench(t)
	b.off(guard.IDRegisteredClient)
	if at := b.authorize("client_id", "stranger"); at.location == nil || !strings.HasSuffix(at.location.Path, "/login") {
		t.Errorf("answer %d to %v, want the login page", at.status, at.location)
	}
}

func TestPKCERequireOffLetsAFlowWithoutChallengePass(t *testing.T) {
	b := newBench(t)
	b.off(guard.IDPKCERequired)
	code := b.code("code_challenge", "", "code_challenge_method", "")
	if got := b.redeem(code, "code_verifier", ""); got.status != http.StatusOK {
		t.Errorf("token answered %d %s", got.status, got.body)
	}
}

func TestLogin(t *testing.T) {
	b := newBench(t)
	kept := func() string { return b.authorize().location.Query().Get("request") }
	wrong := b.post(b.url+"/login", url.Values{"request": {kept()}, "username": {"alice"}, "password": {"nonsense"}})
	wrong.wantShown(t, http.StatusForbidden, "do not belong together")
	stranger := b.post(b.url+"/login", url.Values{"request": {kept()}, "username": {"<b>eve</b>"}, "password": {"x"}})
	stranger.wantShown(t, http.StatusForbidden, "do not belong together")
	if strings.Contains(stranger.body, "<b>eve") {
		t.Error("what was typed reached the page unescaped")
	}
	b.post(b.url+"/login", url.Values{"request": {"nonsense"}, "pick": {"alice"}}).wantShown(t, http.StatusBadRequest, "No authorization request waits")
	b.post(b.url+"/login", url.Values{"pick": {"alice"}}).wantShown(t, http.StatusBadRequest, "No authorization request waits")
	b.get(b.url+"/login").wantShown(t, http.StatusBadRequest, "No authorization request waits")
}

func TestLoginFormOfAnotherSiteIsRefused(t *testing.T) {
	b := newBench(t)
	body := url.Values{"request": {b.authorize().location.Query().Get("request")}, "pick": {"mallory"}}
	req, err := http.NewRequestWithContext(t.Context(), "POST", b.url+"/login", strings.NewReader(body.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", form)
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	req.Header.Set("Sec-Fetch-Mode", "navigate")
	b.send(req).wantShown(t, http.StatusForbidden, "another site")
}

func TestSessionCookieBelongsToItsLab(t *testing.T) {
	b := newBench(t)
	kept := b.authorize().location.Query().Get("request")
	cookie := b.post(b.url+"/login", url.Values{"request": {kept}, "pick": {"alice"}}).header.Get("Set-Cookie")
	for _, want := range []string{"Path=/" + b.lab.ID.String() + "/", "HttpOnly", "SameSite=Lax"} {
		if !strings.Contains(cookie, want) {
			t.Errorf("the cookie lacks %s: %s", want, cookie)
		}
	}
	other, _, err := b.labs.Create(t.Context(), "v03")
	if err != nil {
		t.Fatal(err)
	}
	if at := b.get(other.Issuer() + "/authorize?" + b.request().Encode()); !strings.HasSuffix(at.location.Path, "/login") {
		t.Errorf("another lab took the session: %v", at.location)
	}
}

func TestWrongMethodsAreAnswered(t *testing.T) {
	b := newBench(t)
	b.do("DELETE", b.url+"/authorize", "", "").wantShown(t, http.StatusMethodNotAllowed, "does not take the method")
	b.do("PUT", b.url+"/login", "", "").wantShown(t, http.StatusMethodNotAllowed, "It takes GET and POST")
	b.get(b.url+"/token").wantError(t, http.StatusMethodNotAllowed, "invalid_request")
	b.get(b.url+"/nonsense").wantError(t, http.StatusNotFound, "invalid_request")
	for _, e := range b.events() {
		if e.Response != nil && e.Response.Status >= 500 {
			t.Errorf("a server error: %+v", e.Response)
		}
	}
}

// HEAD is answered as GET is, without the body, and the log says so (RFC 9110 §9.3.2).
func TestHead(t *testing.T) {
	b := newBench(t)
	metadata := b.lab.Origins[event.Auth] + "/.well-known/oauth-authorization-server/" + b.lab.ID.String()
	login := b.authorize().location.String()
	for _, target := range []string{metadata, login, b.url + "/nothing"} {
		get, head := b.get(target), b.do("HEAD", target, "", "")
		if head.status != get.status || head.body != "" || head.header.Get("Content-Type") != get.header.Get("Content-Type") {
			t.Errorf("%s is answered %d with %q, by GET %d", target, head.status, head.body, get.status)
		}
		all := b.events()
		if last := all[len(all)-1]; last.Response == nil || last.Response.Body != "" {
			t.Errorf("the log ends with %+v", last)
		}
	}
	if r := b.do("HEAD", b.url+"/token", "", ""); r.status != http.StatusMethodNotAllowed {
		t.Errorf("the token endpoint, which has no GET, answers %d", r.status)
	}
}

func TestUnknownLab(t *testing.T) {
	b := newBench(t)
	for _, path := range []string{
		"/00000000-0000-4000-8000-000000000000/authorize", "/nonsense/authorize", "/", "/%00/token",
		"/.well-known/oauth-authorization-server/nonsense",
	} {
		b.get(b.lab.Origins[event.Auth]+path).wantError(t, http.StatusNotFound, "invalid_request")
	}
}

// Near the metadata, an answer says where they are; the OpenID Connect forms say when they come.
func TestAddressesNearTheMetadata(t *testing.T) {
	b := newBench(t)
	auth, id := b.lab.Origins[event.Auth], b.lab.ID.String()
	right := auth + "/.well-known/oauth-authorization-server/" + id
	if r := b.get(right); r.status != http.StatusOK {
		t.Fatalf("they are answered %d %s", r.status, r.body)
	}
	for path, says := range map[string]string{
		"/.well-known/oauth-authorization-server/" + id + "/":      right,
		"/.well-known/oauth-authorization-server/" + id + "/login": right,
		"/" + id + "/.well-known/oauth-authorization-server":       right,
		"/" + id + "/.well-known/oauth-authorization-server/":      right,
		"/" + id + "/.well-known/openid-configuration/":            right,
		"/.well-known/openid-configuration/" + id + "/":            right,
		"/" + id + "/.well-known/openid-configuration":             "comes with chapter v07",
		"/.well-known/openid-configuration/" + id:                  "comes with chapter v07",
		"/.well-known/oauth-authorization-server":                  "The address names no lab.",
		"/.well-known/oauth-authorization-server/":                 "The address names no lab.",
		"/.well-known/openid-configuration":                        "The address names no lab.",
		"/.well-known/oauth-authorization-server/" + "no-lab":      "There is no lab at this address.",
	} {
		r := b.get(auth + path)
		r.wantError(t, http.StatusNotFound, "invalid_request")
		if !strings.Contains(r.body, says) {
			t.Errorf("%s says %s", path, r.body)
		}
	}
}

// A lab has one issuer, and so one spelling (RFC 8414 §3.3): others are nobody's.
func TestALabsIDHasOneSpelling(t *testing.T) {
	b := newBench(t)
	id, auth := b.lab.ID.String(), b.lab.Origins[event.Auth]
	for _, other := range []string{strings.ToUpper(id), "{" + id + "}", "urn:uuid:" + id, strings.ReplaceAll(id, "-", ""), "%7B" + id + "%7D"} {
		if other == id {
			continue // an id of digits alone
		}
		b.get(auth+"/.well-known/oauth-authorization-server/"+other).wantError(t, http.StatusNotFound, "invalid_request")
		b.get(auth+"/"+other+"/authorize?"+b.request().Encode()).wantError(t, http.StatusNotFound, "invalid_request")
		b.post(auth+"/"+other+"/token", b.redemption("x")).wantError(t, http.StatusNotFound, "invalid_request")
	}
	if r := b.get(auth + "/.well-known/oauth-authorization-server/" + id); r.status != http.StatusOK || !strings.Contains(r.body, `"`+auth+"/"+id+`"`) {
		t.Errorf("its own spelling answers %d %s", r.status, r.body)
	}
}

func TestAuthorizeByPOST(t *testing.T) {
	b := newBench(t)
	at := b.post(b.url+"/authorize", b.request())
	if at.status != http.StatusSeeOther || !strings.HasSuffix(at.location.Path, "/login") {
		t.Errorf("answer %d to %v, want the login page (RFC 6749 §3.1)", at.status, at.location)
	}
	b.post(b.url+"/authorize?client_id=demo-client", b.request()).wantShown(t, http.StatusBadRequest, "in the body")
	b.do("POST", b.url+"/authorize", form, "%zz").wantShown(t, http.StatusBadRequest, "cannot be read as a form")
	b.do("POST", b.url+"/authorize", "application/json", `{"client_id":"demo-client"}`).wantShown(t, http.StatusBadRequest, "Content-Type says application/json.")
	for _, types := range [][]string{{form, form}, {form + ", " + form}, {"text/plain", form}} {
		req, err := http.NewRequestWithContext(t.Context(), "POST", b.url+"/authorize", strings.NewReader(b.request().Encode()))
		if err != nil {
			t.Fatal(err)
		}
		req.Header["Content-Type"] = types
		b.send(req).wantShown(t, http.StatusBadRequest, "The Content-Type is there more than once.")
	}
}

// Both truths of the guards at the authorization endpoint.
func TestAuthorizeGuards(t *testing.T) {
	mallory := func(b *bench) string { return b.lab.Origins.MallorySite(b.lab.ID) }
	tests := map[string]struct {
		id      guard.ID
		attempt func(*bench) reply
		off     func(*bench, reply) bool // what happens instead
	}{
		"an unknown client": {
			guard.IDRegisteredClient,
			func(b *bench) reply { return b.authorize("client_id", "stranger") },
			func(_ *bench, r reply) bool { return strings.HasSuffix(r.location.Path, "/login") },
		},
		"Mallory's redirect URI": {
			guard.IDRedirectURI,
			func(b *bench) reply { return b.authorize("redirect_uri", mallory(b)) },
			func(_ *bench, r reply) bool { return strings.HasSuffix(r.location.Path, "/login") },
		},
		"an error for an unregistered address": {
			guard.IDErrorShown,
			func(b *bench) reply { return b.authorize("redirect_uri", mallory(b)) },
			func(b *bench, r reply) bool {
				return strings.HasPrefix(r.location.String(), mallory(b)) && r.location.Query().Get("error") == "invalid_request"
			},
		},
		"no state": {
			guard.IDStateRequired,
			func(b *bench) reply {
				b.off(guard.IDPKCERequired)
				return b.authorize("state", "", "code_challenge", "", "code_challenge_method", "")
			},
			func(_ *bench, r reply) bool { return strings.HasSuffix(r.location.Path, "/login") },
		},
		"no challenge": {
			guard.IDPKCERequired,
			func(b *bench) reply { return b.authorize("code_challenge", "", "code_challenge_method", "") },
			func(_ *bench, r reply) bool { return strings.HasSuffix(r.location.Path, "/login") },
		},
		"the method plain": {
			guard.IDPKCEPlain,
			func(b *bench) reply { return b.authorize("code_challenge", verifier, "code_challenge_method", "plain") },
			func(_ *bench, r reply) bool { return strings.HasSuffix(r.location.Path, "/login") },
		},
	}
	for name, tt := range tests {
		t.Run(name+", guard on", func(t *testing.T) {
			b := newBench(t)
			b.off(guard.IDSignInFirst) // the errors come at once
			r := tt.attempt(b)
			if r.location != nil && r.location.Query().Get("error") == "" {
				t.Errorf("answer %d to %v, want an error", r.status, r.location)
			}
			if want := string(tt.id) + " refused"; !slices.Contains(b.outcomes(), want) {
				t.Errorf("verdicts %v lack %q", b.outcomes(), want)
			}
		})
		t.Run(name+", guard off", func(t *testing.T) {
			b := newBench(t)
			b.off(tt.id, guard.IDSignInFirst)
			if r := tt.attempt(b); r.location == nil || !tt.off(b, r) {
				t.Errorf("answer %d to %v: %s", r.status, r.location, r.body)
			}
			if want := string(tt.id) + " would-refuse"; !slices.Contains(b.outcomes(), want) {
				t.Errorf("verdicts %v lack %q", b.outcomes(), want)
			}
		})
	}
}

// A redirect URI keeps its own query to the letter, and takes the answer behind it. What
// would make that ambiguous is shown, whatever is switched off.
func TestTheQueryOfARedirectURI(t *testing.T) {
	b := newBench(t)
	b.off(guard.IDRedirectURI, guard.IDErrorShown, guard.IDSignInFirst)
	b.code() // she has a session
	own := b.lab.Origins.RedirectURI()
	for query, want := range map[string]string{
		"":                    "?code=",
		"?":                   "?code=",
		"?flag":               "?flag&code=",
		"?b=2&a=1":            "?b=2&a=1&code=",
		"?a;b":                "?a;b&code=",
		"?a=%7e&b=x+y&c=%zz&": "?a=%7e&b=x+y&c=%zz&code=",
		"?a=b?c":              "?a=b?c&code=",
	} {
		at := b.authorize("redirect_uri", own+query).header.Get("Location")
		if !strings.HasPrefix(at, own+want) || !strings.HasSuffix(at, "&state=s1") {
			t.Errorf("an address with the query %q is sent to %s", query, at)
		}
		at = b.authorize("redirect_uri", own+query, "response_type", "nonsense").header.Get("Location")
		if !strings.HasPrefix(at, own+strings.TrimSuffix(want, "code=")+"error=") {
			t.Errorf("an error for an address with the query %q goes to %s", query, at)
		}
	}
	for bad, says := range map[string]string{
		"#x": "has a fragment", "?a=1#": "has a fragment", "?code=x": "a parameter of the answer itself",
		"?a=1&error=x": "a parameter of the answer itself", "?state": "a parameter of the answer itself",
	} {
		b.authorize("redirect_uri", own+bad).wantShown(t, http.StatusBadRequest, says)
		b.authorize("redirect_uri", own+bad, "response_type", "nonsense").wantShown(t, http.StatusBadRequest, says)
	}
}

// PKCE stands for state where the server will verify it (RFC 9700 §2.1), and only there.
func TestStateIsNotAskedOfAClientWithPKCE(t *testing.T) {
	b := newBench(t)
	kept := b.keptAt(b.authorize("state", ""))
	back := b.login(kept, "alice")
	if q := back.location.Query(); q.Get("code") == "" || q.Has("state") {
		t.Fatalf("the answer is %v, want a code and no state", back.location)
	}
	if r := b.redeem(back.location.Query().Get("code")); r.status != http.StatusOK {
		t.Errorf("the code gives %d %s", r.status, r.body)
	}
	b.off(guard.IDPKCE)
	b.authorize("state", "") // with her session
	if got := b.outcomes(); !slices.Contains(got, "state.require refused") {
		t.Errorf("PKCE is not verified, and the verdicts are %v", got)
	}
}

func TestErrorsGoNowhereOutsideTheLabEvenUnguarded(t *testing.T) {
	b := newBench(t)
	b.off(guard.IDErrorShown, guard.IDRedirectURI, guard.IDRegisteredClient)
	for _, uri := range []string{"https://evil.example/", "javascript:alert(1)", "//evil.example", ""} {
		b.authorize("redirect_uri", uri, "client_id", "x", "response_type", "y").wantShown(t, http.StatusBadRequest, "")
	}
}

func TestADeadEndForgetsTheRequest(t *testing.T) {
	b := newBench(t)
	b.off(guard.IDResume) // for a habit: its least safe value
	kept := b.authorize().location.Query().Get("request")
	b.post(b.url+"/login", url.Values{"request": {kept}, "pick": {"alice"}}).wantShown(t, http.StatusOK, "You are signed in")
}

func TestCountedCodes(t *testing.T) {
	b := newBench(t)
	b.off(guard.IDCodeEntropy)
	if first, second := b.code(), b.code(); first != "1001" || second != "1002" {
		t.Errorf("codes %s and %s, want 1001 and 1002", first, second)
	}
}

func TestLoginIsThrottled(t *testing.T) {
	b := newBench(t)
	try := func(user, password string) reply {
		kept := b.authorize().location.Query().Get("request")
		return b.post(b.url+"/login", url.Values{"request": {kept}, "username": {user}, "password": {password}})
	}
	for i := range triesAtOnce {
		if r := try("alice", "wrong"); r.status != http.StatusForbidden {
			t.Fatalf("try %d answered %d", i+1, r.status)
		}
	}
	r := try("alice", "password123")
	r.wantShown(t, http.StatusTooManyRequests, "Too many wrong passwords")
	if r.header.Get("Retry-After") == "" {
		t.Error("no Retry-After (RFC 6585 §4)")
	}
	if r := try("bob", "wrong"); r.status != http.StatusForbidden {
		t.Errorf("another account is throttled too: %d", r.status)
	}
	b.later(triesEvery)
	if r := try("alice", "password123"); r.location == nil || r.location.Query().Get("code") == "" {
		t.Errorf("after the wait, the right password answers %d", r.status)
	}
}
