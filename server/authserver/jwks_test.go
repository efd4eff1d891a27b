package authserver

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/uuid"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/server/lab"
)

// signBench is a bench whose lab is in the chapter that signs with keys of two halves.
type signBench struct {
	*bench
	server *Server
}

func newSignBench(t *testing.T) *signBench {
	t.Helper()
	var server *Server
	b := newBenchOf(t, func(s *Server) { server = s }).in("v08")
	return &signBench{b, server}
}

// rotate has the lab's keys rotated.
func (b *signBench) rotate(withdraw bool) {
	b.Helper()
	l, err := b.labs.Open(b.Context(), b.lab.ID)
	if err != nil {
		b.Fatal(err)
	}
	if err := b.server.Keys.Rotate(b.Context(), &lab.Handling{Lab: l, Party: event.Auth}, "", withdraw); err != nil {
		b.Fatal(err)
	}
}

// listed are the keys that the bench's issuer publishes, as another library reads them.
func (b *bench) listed() jose.JSONWebKeySet {
	b.Helper()
	r := b.get(b.url + "/jwks")
	var set jose.JSONWebKeySet
	if err := json.Unmarshal([]byte(r.body), &set); err != nil || r.status != http.StatusOK {
		b.Fatalf("the keys are answered %d %s (%v)", r.status, r.body, err)
	}
	return set
}

// kids are the names of the keys in the list, in its order.
func (b *bench) kids() (list []string) {
	b.Helper()
	for _, key := range b.listed().Keys {
		list = append(list, key.KeyID)
	}
	return list
}

// wantList checks a good list of n pairs of keys, to the last member (RFC 7517 §4, RFC 7518 §6).
func (b *bench) wantList(r reply, pairs int) {
	b.Helper()
	for name, want := range map[string]string{"Content-Type": "application/jwk-set+json", "Cache-Control": "public, max-age=300"} {
		if got := r.header.Values(name); !slices.Equal(got, []string{want}) {
			b.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	var list struct {
		Keys []map[string]any `json:"keys"`
	}
	decoder := json.NewDecoder(strings.NewReader(r.body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&list); err != nil || r.status != http.StatusOK {
		b.Fatalf("the keys are answered %d %s (%v)", r.status, r.body, err)
	}
	if len(list.Keys) != 2*pairs {
		b.Errorf("there are %d keys, want %d", len(list.Keys), 2*pairs)
	}
	wants := [2]map[string]int{{"n": 256, "e": 3}, {"x": 32, "y": 32}} // members that are numbers, with their octets
	says := [2]map[string]any{{"kty": "RSA", "alg": "RS256", "use": "sig"}, {"kty": "EC", "alg": "ES256", "use": "sig", "crv": "P-256"}}
	for i, key := range list.Keys {
		kid, _ := key["kid"].(string)
		if alg, _ := key["alg"].(string); !strings.HasPrefix(kid, strings.ToLower(alg)+"-") {
			b.Errorf("a key of %s is called %s", alg, kid)
		}
		delete(key, "kid")
		for name, octets := range wants[i%2] {
			text, _ := key[name].(string)
			if raw, err := base64.RawURLEncoding.Strict().DecodeString(text); err != nil || len(raw) != octets || name == "e" && text != "AQAB" {
				b.Errorf("%s of %s is %v: %d octets", name, kid, key[name], len(raw))
			}
			delete(key, name)
		}
		if !maps.Equal(key, says[i%2]) {
			b.Errorf("%s says besides %v, want %v", kid, key, says[i%2])
		}
	}
}

// The list has the public halves of the keys that sign and of those that were retired, and no
// other member; a page of any origin reads it, and may keep it for five minutes.
func TestTheListOfKeys(t *testing.T) {
	b := newSignBench(t)
	for pairs := 1; pairs <= 3; pairs++ {
		b.wantList(b.get(b.url+"/jwks"), pairs)
		b.rotate(false)
	}
	b.rotate(true)
	b.wantList(b.get(b.url+"/jwks"), 1)

	want := b.get(b.url + "/jwks")
	head := b.do(http.MethodHead, b.url+"/jwks", "", "")
	if head.body != "" || head.status != http.StatusOK || head.header.Get("Content-Type") != want.header.Get("Content-Type") || head.header.Get("Cache-Control") != want.header.Get("Cache-Control") {
		t.Errorf("HEAD is answered %d %v %q", head.status, head.header, head.body)
	}
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete} {
		if r := b.do(method, b.url+"/jwks", form, "a=b"); r.status != http.StatusMethodNotAllowed || r.header.Get("Allow") != "GET, HEAD" {
			t.Errorf("%s is answered %d %s", method, r.status, r.header.Get("Allow"))
		}
	}
	r := b.asPage(b.url + "/jwks")
	if r.header.Get("Access-Control-Allow-Origin") != "*" || r.header.Get("Access-Control-Allow-Credentials") != "" || r.header.Get("Set-Cookie") != "" {
		t.Errorf("a page is answered %v", r.header)
	}
	b.wantList(r, 1)
	if r := b.get(b.url + "/jwks?a=b&a=c"); r.body != want.body {
		t.Errorf("with a query it is %s", r.body)
	}
	// The request and the answer stand in the log, and nothing is decided.
	all := b.events()
	if e := all[len(all)-1]; e.Response == nil || e.From != event.Auth || e.To != event.Outside || e.Response.Body != want.body {
		t.Errorf("the log ends with %+v", e)
	}
}

// Before their chapter there are no keys, and whoever asks is told when they come.
func TestTheListComesWithItsChapter(t *testing.T) {
	b := newSignBench(t)
	for _, chapter := range guard.Versions() {
		b.in(chapter)
		m := b.metadata()
		if chapter >= "v08" {
			b.wantList(b.get(b.url+"/jwks"), 1)
			if m["jwks_uri"] != b.url+"/jwks" {
				t.Errorf("in %s the metadata say %v", chapter, m["jwks_uri"])
			}
			continue
		}
		for _, address := range []string{b.url + "/jwks", b.url + "/fault/signature-rotated/jwks"} {
			r := b.asPage(address)
			r.wantError(t, http.StatusNotFound, "invalid_request")
			if !strings.Contains(r.body, "This endpoint comes with chapter v08.") || r.header.Get("Access-Control-Allow-Origin") != "*" {
				t.Errorf("in %s, %s says %s, to pages of %q", chapter, address, r.body, r.header.Get("Access-Control-Allow-Origin"))
			}
		}
		if m["jwks_uri"] != nil {
			t.Errorf("in %s the metadata say %v", chapter, m["jwks_uri"])
		}
	}
}

// asPage is get by a page of another origin, which has not read what it is to do.
func (b *bench) asPage(target string) reply {
	b.Helper()
	req, err := http.NewRequestWithContext(b.Context(), http.MethodGet, target, nil)
	if err != nil {
		b.Fatal(err)
	}
	req.Header.Set("Origin", "https://app.example")
	req.Header.Set("Accept", "text/html")
	req.Header.Set("Authorization", "Bearer nonsense") // nobody asks for it
	return b.send(req)
}

// Each issuer of a lab publishes its keys at its own address: those with a fault share the lab's
// keys, unless the fault is in them. Another lab has others.
func TestTheListIsTrueToItsIssuer(t *testing.T) {
	b := newSignBench(t)
	own := b.get(b.url + "/jwks").body
	for _, f := range Faults() {
		at := b.at(b.url + "/fault/" + f.Name)
		if f.part == guard.IDFaultJWKS || f.part == guard.IDFaultMetadata {
			continue
		}
		if got := at.metadata()["jwks_uri"]; got != at.url+"/jwks" {
			t.Errorf("at %s the keys are said to be at %v", f.Name, got)
		}
		if body := at.get(at.url + "/jwks").body; (body == own) == f.ownKeys {
			t.Errorf("%s has keys of its own: %t", f.Name, body != own)
		}
	}
	if r := b.get(b.lab.Origins[event.Auth] + "/" + uuid.NewString() + "/jwks"); r.status != http.StatusNotFound {
		t.Errorf("of no lab it is answered %d %s", r.status, r.body)
	}
	l, _, err := b.labs.Create(t.Context(), "v08")
	if err != nil {
		t.Fatal(err)
	}
	if other := b.get(l.Issuer() + "/jwks").body; other == own {
		t.Error("two labs have the same keys")
	}
}

// The list follows the lab's clock, and that alone.
func TestTheListFollowsTheClock(t *testing.T) {
	b := newSignBench(t)
	first := b.kids()
	b.later(24 * time.Hour)
	b.rotate(false)
	both := b.kids()
	if len(both) != 4 || !slices.Equal(both[:2], first) {
		t.Fatalf("after a rotation there are %v", both)
	}
	for _, at := range []struct {
		clock time.Duration
		want  []string
	}{{25*time.Hour - 1, both}, {25 * time.Hour, both[2:]}, {0, both}, {26 * time.Hour, both[2:]}} {
		b.later(at.clock)
		if got := b.kids(); !slices.Equal(got, at.want) {
			t.Errorf("at %s there are %v, want %v", at.clock, got, at.want)
		}
	}
}

// listFaults are the faults of the list, and what is answered in its place.
var listFaults = map[string]struct {
	status      int
	kind, cache string
	is          func(body, good string) bool
}{
	"jwks-slow":  {200, "application/jwk-set+json", "public, max-age=300", func(body, good string) bool { return body == good }},
	"jwks-empty": {200, "application/jwk-set+json", "public, max-age=300", func(body, _ string) bool { return body == `{"keys":[]}` }},
	"jwks-not-json": {200, "text/html; charset=utf-8", "no-store", func(body, _ string) bool {
		return strings.HasPrefix(body, "<!doctype html>") && !json.Valid([]byte(body))
	}},
	"jwks-failing": {500, "text/plain; charset=utf-8", "no-store", func(body, _ string) bool { return body != "" && !json.Valid([]byte(body)) }},
}

// Each fault of the list changes the list and nothing else, at the issuer that has it and in a
// lab that is set to it, to GET and to HEAD; the log tells of it.
func TestFaultsOfTheList(t *testing.T) {
	for _, f := range Faults() {
		if f.part != guard.IDFaultJWKS {
			continue
		}
		t.Run(f.Name, func(t *testing.T) {
			want, listed := listFaults[f.Name]
			if !listed {
				t.Fatal("nobody says what it changes")
			}
			b := newSignBench(t)
			for range maxSlow { // as many as may take their time do, so that none here must
				b.server.slow.enter(b.lab.ID)
			}
			good := b.get(b.url + "/jwks").body
			check := func(at *bench) {
				t.Helper()
				from := len(b.events())
				for _, method := range []string{http.MethodGet, http.MethodHead} {
					r := at.do(method, at.url+"/jwks", "", "")
					if r.status != want.status || r.header.Get("Content-Type") != want.kind || r.header.Get("Cache-Control") != want.cache || (r.body == "") != (method == http.MethodHead) {
						t.Errorf("%s is answered %d %v %q", method, r.status, r.header, r.body)
					}
					if method == http.MethodGet && !want.is(r.body, good) {
						t.Errorf("it answers %s", r.body)
					}
				}
				if got := b.told(from); !slices.Equal(got, []string{f.Name}) {
					t.Errorf("the log tells of %q", got)
				}
				from = len(b.events())
				given := at.signsIn("alice")
				at.userInfo(given.AccessToken).said(t)
				if got := b.told(from); got != nil {
					t.Errorf("in a login the log tells of %q", got)
				}
				verified(t, b.listedBy(b.lab), given.IDToken) // with the keys that there are
			}
			check(b.at(b.url + "/fault/" + f.Name))
			if r := b.get(b.url + "/jwks"); r.body != good {
				t.Errorf("then the lab answers %s", r.body)
			}
			b.set(map[guard.ID]string{guard.IDFaultJWKS: f.value})
			check(b.bench)
			if r := b.get(b.url + "/fault/token-lower-case-type/jwks"); r.body != good {
				t.Errorf("an issuer with another fault answers %s", r.body)
			}
			b.set(map[guard.ID]string{guard.IDFaultJWKS: guard.NoFault})
			if r := b.get(b.url + "/jwks"); r.body != good {
				t.Errorf("switched off, the lab answers %s", r.body)
			}
		})
	}
}

// listedBy are the keys of a lab that are published now, whatever its list says.
func (b *signBench) listedBy(l *lab.Lab) jose.JSONWebKeySet {
	b.Helper()
	ring, err := b.server.Keys.ring(b.Context(), l.ID, "", l.Now())
	if err != nil {
		b.Fatal(err)
	}
	set, err := b.server.Keys.published(ring, l.Now())
	if err != nil {
		b.Fatal(err)
	}
	return set
}

// A slow list comes after three seconds, and four of a lab at once; a fifth comes at once.
func TestASlowList(t *testing.T) {
	fault := Faults()[slices.IndexFunc(Faults(), func(f Fault) bool { return f.Name == "jwks-slow" })]
	synctest.Test(t, func(t *testing.T) {
		s := &Server{}
		handling := &lab.Handling{Lab: &lab.Lab{ID: uuid.New()}}
		took := make(chan time.Duration)
		answer := func(ctx context.Context) {
			began := time.Now()
			if s.answered(httptest.NewRecorder(), httptest.NewRequestWithContext(ctx, http.MethodGet, "/", nil), handling, &fault) {
				t.Error("there is another answer")
			}
			took <- time.Since(began)
		}
		for range maxSlow {
			go answer(t.Context())
		}
		synctest.Wait()
		go answer(t.Context())
		if d := <-took; d != 0 {
			t.Errorf("a fifth took %s", d)
		}
		for range maxSlow {
			if d := <-took; d != 3*time.Second {
				t.Errorf("it took %s", d)
			}
		}
	})
}

// Whatever comes to the list, it is answered, and leads nowhere.
func TestSpoiltRequestsToTheList(t *testing.T) {
	b := newSignBench(t)
	for _, path := range []string{"/jwks/", "/jwks.json", "/JWKS", "/jwks/x", "/fault/jwks-empty/jwks/", "/fault//jwks", "/.well-known/jwks.json"} {
		r := b.get(b.url + path)
		for r.status == http.StatusTemporaryRedirect || r.status == http.StatusMovedPermanently { // of the mux, to a clean path
			r = b.get(r.location.String())
		}
		if r.status != http.StatusNotFound || strings.Contains(r.body, `"kty"`) {
			t.Errorf("%s is answered %d %s", path, r.status, r.body)
		}
	}
	for _, query := range []string{"?%zz", "?kid=%00", "?" + strings.Repeat("x", 6000)} {
		if r := b.get(b.url + "/jwks" + query); r.status != http.StatusOK && r.status != http.StatusBadRequest {
			t.Errorf("%.20s is answered %d %s", query, r.status, r.body)
		}
	}
}
