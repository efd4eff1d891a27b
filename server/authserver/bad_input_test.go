package authserver

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/server/endpoint"
	"oauthlab/server/lab"
)

// defects are the ways in which one parameter can be wrong. Each returns the encoded
// form of the values with that one spoilt.
func defects() map[string]func(v url.Values, name string) string {
	set := func(value string) func(url.Values, string) string {
		return func(v url.Values, name string) string {
			v.Set(name, value)
			return v.Encode()
		}
	}
	return map[string]func(url.Values, string) string{
		"missing":            func(v url.Values, name string) string { v.Del(name); return v.Encode() },
		"empty":              set(""),
		"repeated":           func(v url.Values, name string) string { v.Add(name, v.Get(name)); return v.Encode() },
		"overlong":           set(strings.Repeat("x", endpoint.MaxParameter+1)),
		"not UTF-8":          set("\xff\xfe"),
		"control characters": set("a\r\nLocation: http://evil.example/"),
		"markup":             set(`"><script>alert(1)</script>`),
		"right to left":      set("\u202egnp.exe"),
	}
}

// Every parameter of the authorization request, spoilt in every way: a page or a
// redirect inside the lab, with a code of the specification, and both in the log.
func TestSpoiltAuthorizationRequests(t *testing.T) {
	b := newBench(t)
	for name := range b.request() {
		for defect, spoil := range defects() {
			for _, method := range []string{http.MethodGet, http.MethodPost} {
				t.Run(method+" "+name+" "+defect, func(t *testing.T) {
					before := len(b.events())
					form := spoil(b.request(), name)
					r := b.get(b.url + "/authorize?" + form)
					if method == http.MethodPost {
						r = b.do(method, b.url+"/authorize", "application/x-www-form-urlencoded", form)
					}
					b.wantHarmless(t, r)
					if r.location != nil && strings.HasSuffix(r.location.Path, "/login") {
						b.wantHarmless(t, b.login(b.keptAt(r), "alice"))
						b.signOut()
					}
					if len(b.events()) < before+2 {
						t.Error("the request or its answer is not in the log")
					}
				})
			}
		}
	}
}

// wantHarmless checks an answer of the authorization endpoint to bad input.
func (b *bench) wantHarmless(t *testing.T, r reply) {
	t.Helper()
	if strings.Contains(r.body, "<script>alert") || r.header.Get("X-Injected") != "" {
		t.Errorf("what was sent reached the page: %s", r.body)
	}
	switch {
	case r.status == http.StatusBadRequest && r.location == nil:
	case r.status == http.StatusSeeOther && r.location != nil && b.lab.Origins.Contains(r.location.String()):
		if e := r.location.Query().Get("error"); e != "" && e != "invalid_request" && e != "unsupported_response_type" {
			t.Errorf("error code %q", e)
		}
	default:
		t.Errorf("answer %d to %v: %.300s", r.status, r.location, r.body)
	}
}

// Every parameter of the token request, spoilt in every way, in the body and in the
// query: an error of RFC 6749 §5.2 with a hint, and the code is still good at the end.
func TestSpoiltTokenRequests(t *testing.T) {
	b := newBench(t)
	code := b.code()
	codes := map[string]bool{
		"invalid_request": true, "invalid_client": true, "invalid_grant": true, "unsupported_grant_type": true,
	}
	for name := range b.redemption(code) {
		for defect, spoil := range defects() {
			if name == "redirect_uri" && (defect == "missing" || defect == "empty") {
				continue // OAuth 2.1 does not ask for it
			}
			t.Run(name+" "+defect, func(t *testing.T) {
				r := b.do("POST", b.url+"/token", form, spoil(b.redemption(code), name))
				var e endpoint.Error
				if err := json.Unmarshal([]byte(r.body), &e); err != nil || !codes[e.Code] || e.Description == "" || e.Hint == "" {
					t.Fatalf("answer %d %s", r.status, r.body)
				}
				if r.status != http.StatusBadRequest {
					t.Errorf("status %d with %s, want 400", r.status, e.Code)
				}
			})
		}
		t.Run(name+" in the query", func(t *testing.T) {
			v := b.redemption(code)
			misplaced := url.Values{name: v[name]}
			v.Del(name)
			b.do("POST", b.url+"/token?"+misplaced.Encode(), form, v.Encode()).wantError(t, 400, "invalid_request")
		})
	}
	if r := b.redeem(code); r.status != http.StatusOK {
		t.Errorf("after all that the code gives %d %s", r.status, r.body)
	}
}

// foreignURIs look like the lab's own addresses, and are not.
func foreignURIs(o lab.Origins) []string {
	return []string{
		"https://evil.example/", "http://localhost:1@evil.example/", "http://user:pass@localhost:1/callback",
		"//evil.example/callback", `http://localhost:1\@evil.example/`, "http://localhost:1.evil.example/callback",
		"http://evil.example#http://localhost:1/callback", "http://localhost:11/callback", "http://localhost/callback",
		"https://localhost:1/callback", "javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "ftp://localhost:1/callback",
		"http://127.0.0.1:1/callback", "http://[::1]:1/callback", "http://LOCALHOST.evil.example:1/", "http://localhost:1%2eevil.example/",
		"http:///callback", "/callback", "callback", "http://", "\u2215\u2215evil.example",
	}
}

// nearURIs stand on the lab's own origin, and are not registered all the same.
func nearURIs(o lab.Origins) []string {
	return []string{
		o[event.Lab] + "/callback/", o[event.Lab] + "/callback/../evil", o[event.Lab] + "/callback?x=1", o[event.Lab] + "/callback#x", o[event.Lab] + "/CALLBACK",
		o[event.Lab] + "/callback%2f", o[event.Lab] + "/", o[event.Lab], o[event.Lab] + "/callback;x", o[event.Lab] + "//callback",
	}
}

func TestForeignRedirectURIs(t *testing.T) {
	b := newBench(t)
	for _, uri := range append(foreignURIs(b.lab.Origins), nearURIs(b.lab.Origins)...) {
		b.authorize("redirect_uri", uri).wantShown(t, http.StatusBadRequest, "This redirect URI is not registered")
	}
}

// With everything off, Mallory's origin is reachable, and nothing outside the lab is.
func TestWithEverythingOffTheWorldIsStillOutOfReach(t *testing.T) {
	b := newBench(t)
	var all []guard.ID
	for _, p := range guard.Catalogue() {
		for _, part := range p.Parts {
			if part.Kind != guard.Setting { // which is never off
				all = append(all, part.ID)
			}
		}
	}
	b.off(all...)
	for _, uri := range foreignURIs(b.lab.Origins) {
		for _, responseType := range []string{"code", "nonsense"} {
			r := b.authorize("redirect_uri", uri, "client_id", "stranger", "response_type", responseType)
			if r.location != nil {
				t.Errorf("%s: the server sends the browser to %s", uri, r.location)
			}
		}
	}
	if r := b.authorize("redirect_uri", b.lab.Origins.MallorySite(b.lab.ID), "response_type", "nonsense"); r.location == nil ||
		!strings.HasPrefix(r.location.String(), b.lab.Origins[event.Mallory]+"/") {
		t.Errorf("Mallory is out of reach: %d to %v", r.status, r.location)
	}
}

func TestADeletedLabIsUnknown(t *testing.T) {
	b := newBench(t)
	code := b.code()
	if err := b.labs.Store.Delete(t.Context(), b.lab.ID); err != nil {
		t.Fatal(err)
	}
	b.authorize().wantError(t, http.StatusNotFound, "invalid_request")
	b.redeem(code).wantError(t, http.StatusNotFound, "invalid_request")
}
