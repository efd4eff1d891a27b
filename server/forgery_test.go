package main

import (
	"crypto/ecdsa"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"oauthlab/lessons/api"
	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/server/lab"
	"oauthlab/server/limit"
)

// forger is a lab in which Mallory writes tokens.
type forger struct {
	*stateOf
	keys map[string]jose.JSONWebKey // of the authorization server, by algorithm
}

func (h *house) forgerIn(t *testing.T, settings string) *forger {
	t.Helper()
	f := &forger{stateOf: h.stateIn(t, "v08")}
	f.change(`{"settings":{` + settings + `}}`)
	f.keys = map[string]jose.JSONWebKey{}
	for _, key := range f.list(f.lab.Issuer() + "/jwks").Keys {
		f.keys[key.Algorithm] = key
	}
	return f
}

// list reads a list of keys.
func (f *forger) list(at string) (set jose.JSONWebKeySet) {
	f.Helper()
	if r := f.h.ask(f.T, http.MethodGet, at, ""); r.status != http.StatusOK || json.Unmarshal([]byte(r.body), &set) != nil {
		f.Fatalf("%s answers %d %s", at, r.status, r.body)
	}
	return set
}

// post sends a body to an address of the lab's API, as the page does.
func (f *forger) post(rest, body string) reply {
	f.Helper()
	return f.h.ask(f.T, http.MethodPost, f.api(rest), body, "Authorization", "Bearer "+f.key, "Content-Type", "application/json")
}

// forges has Mallory write a token.
func (f *forger) forges(one api.Forgery) (got api.Forged) {
	f.Helper()
	text, err := json.Marshal(one)
	if err != nil {
		f.Fatal(err)
	}
	r := f.post("/forgeries", string(text))
	if r.status != http.StatusOK || json.Unmarshal([]byte(r.body), &got) != nil {
		f.Fatalf("%s is answered %d %s", text, r.status, r.body)
	}
	return got
}

// claims are those of a token that would open Alice's things, with changes, where nil removes.
func (f *forger) claims(changes map[string]any) string {
	f.Helper()
	now := f.lab.Now().Unix()
	all := map[string]any{
		"iss": f.lab.Issuer(), "aud": f.lab.API(), "sub": "alice", "client_id": "demo-client", "jti": "flow-1.id", "iat": now, "exp": now + 3600, "scope": "read write profile",
	}
	for name, value := range changes {
		all[name] = value
		if value == nil {
			delete(all, name)
		}
	}
	text, err := json.Marshal(all)
	if err != nil {
		f.Fatal(err)
	}
	return string(text)
}

func (f *forger) header(alg, kid string) string {
	return `{"alg":"` + alg + `","kid":"` + kid + `","typ":"at+jwt"}`
}

// The token has header and claims as they were written, to the letter, and is signed with the key
// that was chosen, whatever the header says. It is shown to nobody unless that is wanted.
func TestWhatMalloryWrites(t *testing.T) {
	f := openHouse(t).forgerIn(t, readsJWTs)
	before := len(f.h.logOf(t, f.lab.ID))
	const claims = `{ "sub" : "älice" ,"exp":1e3, "sub":"bob"}`
	for _, header := range []string{`{}`, `{"alg":"RS256","kid":"x"}`, "\n{\"alg\":\"none\"}\t", `{"alg":["HS256",null],"crit":["b64"]}`} {
		content := base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + base64.RawURLEncoding.EncodeToString([]byte(claims))
		for _, key := range []string{api.KeyMallory, api.KeyPublic, api.KeyNone} {
			got := f.forges(api.Forgery{Header: header, Claims: claims, Key: key})
			signature, fits := strings.CutPrefix(got.Token, content+".")
			if !fits || got.Status != 0 || got.Answer != "" {
				t.Fatalf("by %s it is %+v", key, got)
			}
			raw, err := base64.RawURLEncoding.Strict().DecodeString(signature)
			if err != nil {
				t.Fatal(err)
			}
			switch key {
			case api.KeyNone:
				if signature != "" {
					t.Errorf("it has the signature %s", signature)
				}
			case api.KeyPublic:
				der, err := x509.MarshalPKIXPublicKey(f.keys[guard.RS256].Key)
				if err != nil {
					t.Fatal(err)
				}
				mac := hmac.New(sha256.New, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
				mac.Write([]byte(content))
				if !hmac.Equal(raw, mac.Sum(nil)) {
					t.Error("it is not signed with the public key")
				}
			case api.KeyMallory:
				set := f.list(f.lab.Origins.MalloryKeys(f.lab.ID))
				public, is := set.Keys[0].Key.(*ecdsa.PublicKey)
				hash := sha256.Sum256([]byte(content))
				if len(set.Keys) != 1 || !is || len(raw) != 64 || !ecdsa.Verify(public, hash[:], new(big.Int).SetBytes(raw[:32]), new(big.Int).SetBytes(raw[32:])) {
					t.Errorf("it is not signed with her key, as her site has it: %+v", set)
				}
			}
		}
	}
	for _, e := range f.h.logOf(t, f.lab.ID)[before:] {
		if e.To == event.API {
			t.Errorf("the API is shown %+v", e.Request)
		}
	}
}

// What cannot be written is refused in words, and nobody is asked anything.
func TestWhatMalloryCannotWrite(t *testing.T) {
	f := openHouse(t).forgerIn(t, readsJWTs)
	long := func(n int) string { return `{"x":"` + strings.Repeat("x", n-8) + `"}` } // n octets
	for _, key := range []string{api.KeyMallory, api.KeyPublic, api.KeyNone} {
		if got := f.forges(api.Forgery{Header: long(2048), Claims: long(2048), Key: key}); len(got.Token) < 2*2048*4/3 {
			t.Errorf("the longest is %d octets", len(got.Token))
		}
	}
	before := len(f.h.logOf(t, f.lab.ID))
	good := api.Forgery{Header: `{"alg":"none"}`, Claims: `{"sub":"alice"}`, Key: api.KeyNone, Send: true}
	for name, change := range map[string]func(one *api.Forgery){
		"no header":                func(one *api.Forgery) { one.Header = "" },
		"no claims":                func(one *api.Forgery) { one.Claims = "" },
		"a header that is no JSON": func(one *api.Forgery) { one.Header = "alg=none" },
		"a header that is a list":  func(one *api.Forgery) { one.Header = "[]" },
		"a header that is null":    func(one *api.Forgery) { one.Header = "null" },
		"a header that is a text":  func(one *api.Forgery) { one.Header = `"alg"` },
		"a header that is cut":     func(one *api.Forgery) { one.Header = `{"alg":` },
		"a header and more":        func(one *api.Forgery) { one.Header = "{}{}" },
		"a header that is long":    func(one *api.Forgery) { one.Header = long(2049) },
		"claims that are no JSON":  func(one *api.Forgery) { one.Claims = "alice" },
		"claims that are a list":   func(one *api.Forgery) { one.Claims = `["alice"]` },
		"claims that are null":     func(one *api.Forgery) { one.Claims = " null " },
		"claims that are true":     func(one *api.Forgery) { one.Claims = "true" },
		"claims that are long":     func(one *api.Forgery) { one.Claims = long(2049) },
		"claims that are deep":     func(one *api.Forgery) { one.Claims = strings.Repeat("[", 2000) },
		"no key":                   func(one *api.Forgery) { one.Key = "" },
		"a key that is not":        func(one *api.Forgery) { one.Key = "server" },
		"a key in capitals":        func(one *api.Forgery) { one.Key = "NONE" },
		"the server's own key":     func(one *api.Forgery) { one.Key = f.keys[guard.RS256].KeyID },
	} {
		one := good
		change(&one)
		text, err := json.Marshal(one)
		if err != nil {
			t.Fatal(err)
		}
		if f.post("/forgeries", string(text)).refusedWith(t, http.StatusBadRequest, "bad_forgery"); t.Failed() {
			t.Fatal(name)
		}
	}
	for name, tt := range map[string]struct {
		body   string
		status int
	}{
		"nothing": {"", 400}, "no JSON": {"x", 400}, "a list": {"[]", 400}, "null": {"null", 400}, "an object of nothing": {"{}", 400}, "a header that is an object": {`{"header":{},"claims":"{}","key":"none"}`, 400},
		"a member that is not": {`{"header":"{}","claims":"{}","key":"none","secret":"x"}`, 400}, "two": {`{"header":"{}","claims":"{}","key":"none"}{}`, 400}, "far too much": {`{"header":"` + strings.Repeat("x", 1<<20) + `"}`, 413},
	} {
		if r := f.post("/forgeries", tt.body); r.status != tt.status || !strings.Contains(r.body, `"error"`) {
			t.Errorf("%s is answered %d %.300s", name, r.status, r.body)
		}
	}
	text, _ := json.Marshal(good) //nolint:errchkjson // texts
	for name, header := range map[string][]string{
		"without the lab's key": {"Content-Type", "application/json"}, "with another": {"Content-Type", "application/json", "Authorization", "Bearer " + f.key + "x"},
		"with that of another lab": {"Content-Type", "application/json", "Authorization", "Bearer " + f.h.stateIn(t, "v08").key},
	} {
		if r := f.h.ask(t, http.MethodPost, f.api("/forgeries"), string(text), header...); r.status != http.StatusUnauthorized || strings.Contains(r.body, `"token"`) {
			t.Errorf("%s it is answered %d %s", name, r.status, r.body)
		}
	}
	for _, method := range []string{http.MethodGet, http.MethodPut, http.MethodDelete} {
		if r := f.h.ask(t, method, f.api("/forgeries"), "", "Authorization", "Bearer "+f.key); r.status != http.StatusMethodNotAllowed || r.header.Get("Allow") != "POST" {
			t.Errorf("%s is answered %d %s", method, r.status, r.header.Get("Allow"))
		}
	}
	for _, e := range f.h.logOf(t, f.lab.ID)[before:] {
		if e.Note == nil || e.Note.Name != event.NoteCallRefused {
			t.Errorf("the log tells %+v", e)
		}
	}
	for _, chapter := range guard.Versions() {
		if chapter >= "v08" {
			continue
		}
		f.change(`{"chapter":"` + chapter + `"}`)
		for _, rest := range []string{"/forgeries", "/rotate-keys"} {
			if r := f.post(rest, string(text)); r.status != http.StatusNotFound || !strings.Contains(r.body, "chapter v08") {
				t.Errorf("in %s, %s is answered %d %s", chapter, rest, r.status, r.body)
			}
		}
	}
}

// Shown to the API, the request is Mallory's in the log, and the answer is what the learner is told.
// With every guard on, none of her keys opens anything; with that off which would have refused it,
// each does.
func TestMalloryShowsWhatSheWrote(t *testing.T) {
	h := openHouse(t)
	for name, tt := range map[string]struct {
		header func(f *forger) string
		key    string
		by     guard.ID
	}{
		"by her own key":              {func(f *forger) string { return f.header("ES256", f.keys[guard.ES256].KeyID) }, api.KeyMallory, guard.IDJWTSignature},
		"by the public key":           {func(f *forger) string { return f.header("HS256", f.keys[guard.RS256].KeyID) }, api.KeyPublic, guard.IDJWTAlg},
		"by nothing":                  {func(f *forger) string { return f.header("none", "") }, api.KeyNone, guard.IDJWTAlg},
		"by nothing, as if by RSA":    {func(f *forger) string { return f.header("RS256", f.keys[guard.RS256].KeyID) }, api.KeyNone, guard.IDJWTSignature},
		"by her own key, in no name":  {func(f *forger) string { return `{"alg":"ES256","typ":"at+jwt"}` }, api.KeyMallory, guard.IDJWTSignature},
		"by her own key, of her name": {func(f *forger) string { return f.header("ES256", "mallorys-key") }, api.KeyMallory, guard.IDJWTSignature},
	} {
		t.Run(name, func(t *testing.T) {
			f := h.forgerIn(t, readsJWTs)
			for _, on := range []bool{true, false} {
				if !on {
					f.change(`{"guards":{"` + string(tt.by) + `":false}}`)
					f.change(`{"clock_offset_seconds":60}`) // beyond the limit of unknown keys
				}
				before := len(f.h.logOf(t, f.lab.ID))
				got := f.forges(api.Forgery{Header: tt.header(f), Claims: f.claims(nil), Key: tt.key, Send: true})
				want := http.StatusOK
				if on {
					want = http.StatusUnauthorized
				}
				if opens := strings.Contains(got.Answer, `"owner":"alice"`); got.Status != want || opens == on || !on && !strings.Contains(got.Answer, "passport") {
					t.Errorf("with the guard on, %t, it is answered %d %s", on, got.Status, got.Answer)
				}
				log := f.h.logOf(t, f.lab.ID)[before:]
				asked := sent(log, event.Mallory, event.API, "/protected")
				if len(asked) != 1 || headerOf(asked[0], "Authorization") != "Bearer "+got.Token || asked[0].Request.Method != http.MethodGet {
					t.Fatalf("the log has %+v", asked)
				}
				answer := slices.IndexFunc(log, func(e event.Event) bool { return e.Response != nil && e.Re == asked[0].ID })
				if answer < 0 || log[answer].To != event.Mallory || log[answer].From != event.API || log[answer].Response.Status != got.Status || log[answer].Response.Body != got.Answer {
					t.Errorf("the log does not have the answer %d %s", got.Status, got.Answer)
				}
				outcome := event.WouldRefuse
				if on {
					outcome = event.Refused
				}
				if !slices.ContainsFunc(log, func(e event.Event) bool {
					return e.Verdict != nil && e.Verdict.Guard == string(tt.by) && e.Verdict.Outcome == outcome && e.From == event.API
				}) {
					t.Errorf("it is not %s that is said to decide", tt.by)
				}
			}
		})
	}
}

// With every guard on no forgery opens anything, whatever stands in header and claims, be the API
// one that reads tokens or one that asks; nor does any fault the servers.
func TestNoForgeryOpensAnything(t *testing.T) {
	h := openHouseWith(t, func(c *setup) {
		many := limit.Rate{Most: 1 << 20, Per: time.Minute}
		c.Bounds.APIRate, c.Bounds.FlowRate = many, many
	})
	for name, settings := range map[string]string{
		"an API that reads, of RSA": readsJWTs, "an API that reads, of ES256": readsJWTs + `,"id-signature.algorithm":"ES256"`, "an API that asks": `"jwt-signature.tokens":"jwt"`, "opaque tokens": `"jwt-signature.tokens":"opaque"`,
	} {
		t.Run(name, func(t *testing.T) {
			f := h.forgerIn(t, settings)
			keys := []string{api.KeyMallory, api.KeyPublic, api.KeyNone}
			hers, err := json.Marshal(f.list(f.lab.Origins.MalloryKeys(f.lab.ID)).Keys[0])
			if err != nil {
				t.Fatal(err)
			}
			rs, es := f.keys[guard.RS256].KeyID, f.keys[guard.ES256].KeyID
			members := map[string][]string{
				"alg": {`"RS256"`, `"ES256"`, `"HS256"`, `"none"`, `"None"`, `"HS512"`, `"PS256"`, `"EdDSA"`, `""`, `null`, `["RS256","none"]`, ``},
				"kid": {`"` + rs + `"`, `"` + es + `"`, `""`, `null`, ``, `1`, `"../../dev/null"`, `"' OR 1=1 --"`},
				"typ": {`"at+jwt"`, `"application/at+jwt"`, `"JWT"`, `""`, ``},
				"jku": {`"` + f.lab.Origins.MalloryKeys(f.lab.ID) + `"`, ``, ``}, "jwk": {string(hers), ``, ``}, "x5u": {`"` + f.lab.Origins.MallorySite(f.lab.ID) + `"`, ``, ``}, "x5c": {`["MIIB"]`, ``, ``, ``},
				"crit": {`["exp"]`, `[]`, ``, ``, ``, ``}, "b64": {`false`, ``, ``, ``}, "cty": {`"JWT"`, ``, ``, ``, ``}, "zip": {`"DEF"`, ``, ``, ``},
			}
			says := map[string][]any{
				"sub": {"alice", "alice", "bob", "", nil, "mallory"}, "iss": {f.lab.Issuer(), f.lab.Issuer(), f.lab.Issuer() + "/fault/signature-rotated", f.lab.Origins.MallorySite(f.lab.ID), nil},
				"aud": {f.lab.API(), []string{f.lab.API()}, nil, "*"}, "exp": {1e12, 1e300, f.lab.Now().Unix() + 60, -1, nil}, "scope": {"read write profile openid", "", nil}, "nbf": {nil, 0, 1e300},
				"jti": {"flow-1.id", "", nil, strings.Repeat("x", 500)}, "client_id": {"demo-client", "demo-web", "demo-api", nil},
			}
			seeded := rand.New(rand.NewPCG(8, 256)) //nolint:gosec // the same each time
			header := func() string {
				var parts []string
				for _, name := range []string{"alg", "kid", "typ", "jku", "jwk", "x5u", "x5c", "crit", "b64", "cty", "zip"} {
					if value := members[name][seeded.IntN(len(members[name]))]; value != "" {
						parts = append(parts, fmt.Sprintf("%q:%s", name, value))
					}
				}
				return "{" + strings.Join(parts, ",") + "}"
			}
			claims := func() string {
				changes := map[string]any{}
				for _, name := range []string{"sub", "iss", "aud", "exp", "scope", "nbf", "jti", "client_id"} {
					if seeded.IntN(3) == 0 { // most are as they should be
						changes[name] = says[name][seeded.IntN(len(says[name]))]
					}
				}
				return f.claims(changes)
			}
			var all []api.Forgery
			for _, key := range keys { // what is right but for the key, in each name
				if settings != readsJWTs {
					break // once is enough
				}
				for _, alg := range members["alg"] {
					for _, kid := range members["kid"] {
						head := `"typ":"at+jwt"`
						if alg != "" {
							head += `,"alg":` + alg
						}
						if kid != "" {
							head += `,"kid":` + kid
						}
						all = append(all, api.Forgery{Header: "{" + head + "}", Claims: f.claims(nil), Key: key})
					}
				}
			}
			for range 100 {
				all = append(all, api.Forgery{Header: header(), Claims: claims(), Key: keys[seeded.IntN(len(keys))]})
			}
			for i, one := range all {
				one.Send = true
				if strings.HasPrefix(name, "an API that reads") && i%20 == 0 {
					f.change(fmt.Sprintf(`{"clock_offset_seconds":%d}`, i)) // so that unknown keys are looked for again
				}
				got := f.forges(one)
				if got.Status != http.StatusUnauthorized || strings.Contains(got.Answer, "owner") || strings.Contains(got.Answer, "passport") {
					t.Errorf("%+v opens: %d %s", one, got.Status, got.Answer)
				}
				if i%7 != 0 {
					continue
				}
				if r := f.h.ask(t, http.MethodGet, f.lab.Issuer()+"/userinfo", "", "Authorization", "Bearer "+got.Token); r.status != http.StatusUnauthorized {
					t.Errorf("UserInfo answers %d %s to %+v", r.status, r.body, one)
				}
			}
			for _, e := range f.h.logOf(t, f.lab.ID) {
				if e.Request != nil && e.To == event.Mallory && e.From != event.Outside {
					t.Errorf("%s has asked Mallory: %s", e.From, e.Request.URL)
				}
			}
		})
	}
}

// Keys are rotated over the lab's API: what was signed goes on, until the key is withdrawn and the
// API's list is old; and the API's limit is nothing to who has a good token.
func TestKeysAreRotatedOverTheAPI(t *testing.T) {
	h := openHouse(t)
	for _, algorithm := range []string{guard.RS256, guard.ES256} {
		t.Run(algorithm, func(t *testing.T) {
			c := h.libraryIn(t, "v08", lab.TypePublic, `{"settings":{`+readsJWTs+`,"id-signature.algorithm":"`+algorithm+`"}}`)
			f := &forger{stateOf: c.stateOf}
			rotate := func(body string) {
				t.Helper()
				if r := f.post("/rotate-keys", body); r.status != http.StatusNoContent || r.body != "" {
					t.Fatalf("%s is answered %d %s", body, r.status, r.body)
				}
			}
			wants := func(when string, status int, tokens ...string) {
				t.Helper()
				for i, token := range tokens {
					if got := c.status(token); got != status {
						t.Errorf("%s, token %d is answered %d, want %d", when, i+1, got, status)
					}
				}
			}
			first := c.signIn().AccessToken
			wants("before", 200, first)
			rotate(`{}`)
			second := c.signIn().AccessToken
			wants("after a rotation", 200, first, second)
			rotate(`{"withdraw":true}`)
			third := c.signIn().AccessToken
			wants("after a withdrawal, by the list of before", 200, first, second)
			c.change(`{"clock_offset_seconds":31}`) // beyond the limit of unknown keys
			wants("then a new one", 200, third)
			wants("and by the list that has that", 401, first, second)
			c.change(`{"clock_offset_seconds":400}`)
			wants("when the list is too old", 401, first, second)
			wants("and a new one", 200, third)
			c.change(`{"guards":{"retired-keys":false},"clock_offset_seconds":800}`)
			wants("without the guard", 200, first, second, third)

			for _, body := range []string{"[]", "x", `{"withdraw":"yes"}`, `{"withdraw":1}`, `{"how":true}`} {
				if r := f.post("/rotate-keys", body); r.status != http.StatusBadRequest {
					t.Errorf("%s is answered %d %s", body, r.status, r.body)
				}
			}
			if r := h.ask(t, http.MethodPost, f.api("/rotate-keys"), "{}", "Content-Type", "application/json"); r.status != http.StatusUnauthorized {
				t.Errorf("without the lab's key it is answered %d %s", r.status, r.body)
			}
			changes := 0
			for _, e := range h.logOf(t, c.lab.ID) {
				if e.Change != nil && e.Change.What == "key" {
					changes++
				}
			}
			if changes != 2+2+4+2+2 { // retired, stored; withdrawn, retired, stored
				t.Errorf("%d changes of keys are told", changes)
			}
		})
	}
}
