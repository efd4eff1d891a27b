package authserver

import (
	"encoding/json"
	"maps"
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

// splitBench is a bench whose lab is in the chapter that has introspection.
func splitBench(t *testing.T) *bench {
	t.Helper()
	return newBench(t).in("v06")
}

// asAPI is what the lab's API proves itself with.
func (b *bench) asAPI() string { return basic(lab.ClientAPI, apiKey.Secret(b.lab.ID, lab.ClientAPI)) }

// about asks about a token as the lab's API does.
func (b *bench) about(token string) reply {
	b.Helper()
	return b.ask(url.Values{"token": {token}}.Encode(), b.asAPI())
}

// ask sends a body to the introspection endpoint, with each of the Authorization headers.
func (b *bench) ask(body string, headers ...string) reply {
	b.Helper()
	req, err := http.NewRequestWithContext(b.Context(), http.MethodPost, b.url+"/introspect", strings.NewReader(body))
	if err != nil {
		b.Fatal(err)
	}
	req.Header.Set("Content-Type", form)
	for _, header := range headers {
		req.Header.Add("Authorization", header)
	}
	return b.send(req)
}

// said reads a good answer of the introspection endpoint, which nobody may keep.
func (r reply) said(t *testing.T) (got map[string]any) {
	t.Helper()
	if err := json.Unmarshal([]byte(r.body), &got); err != nil || r.status != http.StatusOK {
		t.Fatalf("answered %d %s (%v)", r.status, r.body, err)
	}
	if kind, keep := r.header.Get("Content-Type"), r.header.Get("Cache-Control"); kind != "application/json" || keep != "no-store" {
		t.Errorf("Content-Type is %q, Cache-Control %q", kind, keep)
	}
	return got
}

// wantWorthless checks the answer about a token that is worth nothing: it says that alone, and
// not why (RFC 7662 §2.2).
func (r reply) wantWorthless(t *testing.T) {
	t.Helper()
	r.said(t)
	if r.body != `{"active":false}`+"\n" {
		t.Errorf("answered %s", r.body)
	}
}

// Of a good token an API learns all that it decides by (RFC 7662 §2.2), whichever form the
// token has.
func TestWhatAGoodTokenIsWorth(t *testing.T) {
	for _, format := range []string{guard.Opaque, guard.JWT} {
		t.Run(format, func(t *testing.T) {
			b := splitBench(t)
			b.set(map[guard.ID]string{guard.IDTokenFormat: format})
			given := b.signIn("scope", "read profile")
			b.later(time.Minute)
			got := b.about(given.AccessToken).said(t)
			s := b.state()
			kept, _ := s.Token(given.AccessToken)
			issued := float64(b.lab.Now().Unix())
			id := kept.Flow + "." + kept.Hash[:16]
			if format == guard.JWT {
				id = claimsIn(t, given.AccessToken)["jti"].(string)
			}
			want := map[string]any{
				"active": true, "scope": "read profile", "client_id": ClientDemo, "token_type": "Bearer", "sub": "alice",
				"iat": issued, "exp": issued + 3600, "aud": "http://localhost:4/" + b.lab.ID.String(), "iss": b.url, "jti": id,
			}
			if !maps.Equal(got, want) {
				t.Errorf("answered\n\t%v, want\n\t%v", got, want)
			}
			if strings.Contains(id, given.AccessToken) {
				t.Errorf("the id %s has the token in it", id)
			}
			if want := []string{"introspection-auth passed", "token-expiry passed"}; !slices.Equal(b.lastOutcomes(), want) {
				t.Errorf("the verdicts are %q, want %q", b.lastOutcomes(), want)
			}
			if last := b.lastRequest(); last.Flow != kept.Flow || last.Flow == "" {
				t.Errorf("the request is told of in the flow %q, the token came of %q", last.Flow, kept.Flow)
			}
		})
	}
}

// lastRequest is the last request in the log.
func (b *bench) lastRequest() event.Event {
	b.Helper()
	all := b.events()
	for _, e := range slices.Backward(all) {
		if e.Request != nil {
			return e
		}
	}
	b.Fatal("no request is in the log")
	return event.Event{}
}

// Whatever a token lacks, an API learns that it is worth nothing, and no more (RFC 7662 §2.2).
func TestWhatIsWorthNothing(t *testing.T) {
	for name, one := range map[string]func(b *bench, good TokenResponse) string{
		"a made-up token":                  func(*bench, TokenResponse) string { return "made-up" },
		"what reads like an opaque one":    func(*bench, TokenResponse) string { return newSecret() },
		"letters outside ASCII":            func(*bench, TokenResponse) string { return "tökén 🌼" },
		"dots":                             func(*bench, TokenResponse) string { return ".." },
		"three words":                      func(*bench, TokenResponse) string { return "a.b.c" },
		"markup":                           func(*bench, TokenResponse) string { return `"><script>alert(1)</script>` },
		"the longest that can be asked of": func(*bench, TokenResponse) string { return strings.Repeat("x", 2048) },
		"a refresh token":                  func(_ *bench, good TokenResponse) string { return good.RefreshToken },
		"a token and a blank":              func(_ *bench, good TokenResponse) string { return good.AccessToken + " " },
		"a token without its last letter":  func(_ *bench, good TokenResponse) string { return good.AccessToken[:len(good.AccessToken)-1] },
		"the hash that the record has":     func(_ *bench, good TokenResponse) string { return guard.TokenHash(good.AccessToken) },
		"an id that an answer had": func(b *bench, good TokenResponse) string {
			return b.about(good.AccessToken).said(b.T)["jti"].(string)
		},
		"a revoked token": func(b *bench, good TokenResponse) string {
			b.refresh(good.RefreshToken).tokens(b.T)
			b.refresh(good.RefreshToken).wantError(b.T, http.StatusBadRequest, "invalid_grant")
			return good.AccessToken
		},
		"a token at its end": func(b *bench, good TokenResponse) string {
			b.later(time.Hour)
			return good.AccessToken
		},
		"a token of another lab": func(b *bench, good TokenResponse) string {
			l, _, err := b.labs.Create(b.Context(), "v06")
			if err != nil {
				b.Fatal(err)
			}
			b.lab, b.url = l, l.Issuer()
			return good.AccessToken
		},
		"a JWT that is not signed, around an opaque token": func(_ *bench, good TokenResponse) string {
			return jwtOf(`{"typ":"at+jwt","alg":"none"}`, `{"jti":"`+good.AccessToken+`"}`, nil)
		},
		"a JWT that somebody else signed, around an opaque token": func(_ *bench, good TokenResponse) string {
			return jwtOf(`{"typ":"at+jwt","alg":"HS256"}`, `{"jti":"`+good.AccessToken+`"}`, []byte("mallory"))
		},
		"a JWT of the server's, around an opaque token": func(b *bench, good TokenResponse) string {
			return jwtOf(`{"typ":"at+jwt","alg":"HS256"}`, `{"jti":"`+good.AccessToken+`"}`, apiKey.Signing(b.lab.ID))
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := splitBench(t)
			good := b.signIn()
			if b.about(good.AccessToken).said(t)["active"] != true {
				t.Fatal("the token is worth nothing before")
			}
			token := one(b, good)
			b.about(token).wantWorthless(t)
		})
	}
}

// A token is good up to the second before its end, and again when the clock is turned back.
func TestATokenIsActiveUntilItsEnd(t *testing.T) {
	b := splitBench(t)
	token := b.signIn().AccessToken
	for _, tt := range []struct {
		later  time.Duration
		active bool
	}{{time.Hour - time.Second, true}, {time.Hour, false}, {100 * 365 * 24 * time.Hour, false}, {0, true}} {
		b.later(tt.later)
		if got := b.about(token).said(t)["active"]; got != tt.active {
			t.Errorf("after %s active is %v", tt.later, got)
		}
	}
}

// Only an API that proves who it is learns anything, and one that does not learns why (RFC 7662
// §2.1, §2.3; RFC 6749 §5.2).
func TestWhoMayAsk(t *testing.T) {
	b := splitBench(t)
	token := b.signIn().AccessToken
	b.register("own-1", "secret")
	secret := apiKey.Secret(b.lab.ID, lab.ClientAPI)
	type list = []string
	about := url.Values{"token": {token}}
	with := func(pairs ...string) string { return changed(maps.Clone(about), pairs).Encode() }
	for name, tt := range map[string]struct {
		headers   list
		body      string
		status    int // 200 for an answer
		challenge string
		code      string
		says      string
		verdict   string // on introspection-auth, "" for none
	}{
		"the API, in the header":                  {list{b.asAPI()}, with(), 200, "", "", "", "passed"},
		"the API, in the header in small letters": {list{strings.Replace(b.asAPI(), "Basic", "basic", 1)}, with(), 200, "", "", "", "passed"},
		"the API, with a hint that is wrong":      {list{b.asAPI()}, with("token_type_hint", "refresh_token"), 200, "", "", "", "passed"},
		"the API, with a hint that nobody knows":  {list{b.asAPI()}, with("token_type_hint", "saml"), 200, "", "", "", "passed"},
		"the API, in the body":                    {nil, with("client_id", lab.ClientAPI, "client_secret", secret), 200, "", "", "", "passed"},
		"the API, in the header and by name in the body": {
			list{b.asAPI()}, with("client_id", lab.ClientAPI), 200, "", "", "", "passed",
		},

		"nobody": {nil, with(), 401, challengeBasic, "invalid_client", "Nobody proved who asks.", "refused"},
		"the API by name alone": {
			nil, with("client_id", lab.ClientAPI), 401, challengeBasic, "invalid_client", "Nobody proved who asks.", "refused",
		},
		"the API with an empty secret": {
			list{basic(lab.ClientAPI, "")}, with(), 401, challengeBasic, "invalid_client", "Nobody proved who asks.", "refused",
		},
		"the API with a wrong secret": {
			list{basic(lab.ClientAPI, "wrong")}, with(), 401, challengeBasic, "invalid_client", "This is not the client's secret.", "refused",
		},
		"the API with a wrong secret in the body": {
			nil, with("client_id", lab.ClientAPI, "client_secret", "wrong"), 401, challengeBasic, "invalid_client", "This is not the client's secret.", "refused",
		},
		"the API with its secret of another lab": {
			list{basic(lab.ClientAPI, apiKey.Secret(uuid.New(), lab.ClientAPI))}, with(), 401, challengeBasic, "invalid_client", "This is not the client's secret.", "refused",
		},
		"the API with the key that signs": {
			list{basic(lab.ClientAPI, string(apiKey.Signing(b.lab.ID)))}, with(), 400, "", "invalid_request", "The parameter client_secret", "",
		},
		"the web app with its own secret": {
			list{basic(ClientWeb, b.webSecret())}, with(), 401, challengeBasic, "invalid_client", "Who asks is no API of this server.", "refused",
		},
		"the web app in the body": {
			nil, with("client_id", ClientWeb, "client_secret", b.webSecret()), 401, challengeBasic, "invalid_client", "Who asks is no API of this server.", "refused",
		},
		"the web app with the API's secret": {
			list{basic(ClientWeb, secret)}, with(), 401, challengeBasic, "invalid_client", "Who asks is no API of this server.", "refused",
		},
		"the learner's own client": {
			list{basic("own-1", "secret")}, with(), 401, challengeBasic, "invalid_client", "Who asks is no API of this server.", "refused",
		},
		"a stranger": {
			list{basic("stranger", secret)}, with(), 401, challengeBasic, "invalid_client", "Who asks is no API of this server.", "refused",
		},
		"a public client": {
			nil, with("client_id", ClientDemo), 401, challengeBasic, "invalid_client", "Nobody proved who asks.", "refused",
		},
		"the token that is asked about": {
			list{"Bearer " + token}, with(), 401, `Bearer realm="OAuth Lab"`, "invalid_client", "The Authorization header is not that of HTTP Basic.", "",
		},
		"a header that cannot be read": {
			list{"Basic x"}, with(), 401, challengeBasic, "invalid_client", "The Authorization header is not that of HTTP Basic.", "",
		},
		"the API twice, in two headers": {
			list{b.asAPI(), b.asAPI()}, with(), 400, "", "invalid_request", "The Authorization header is there more than once.", "",
		},
		"the API twice, in header and body": {
			list{b.asAPI()}, with("client_id", lab.ClientAPI, "client_secret", secret), 400, "", "invalid_request", "The client proves itself twice, in the header and in the body.", "",
		},
		"the API in the header, another in the body": {
			list{b.asAPI()}, with("client_id", ClientWeb), 400, "", "invalid_request", "The header names another client than the body.", "",
		},
		"an assertion": {
			nil, with("client_assertion", "a.b.c"), 400, "", "invalid_client", "This server takes no client assertions.", "",
		},

		"the API without a token":   {list{b.asAPI()}, with("token", ""), 400, "", "invalid_request", "The parameter token is missing.", "passed"},
		"the API with an empty one": {list{b.asAPI()}, "token=", 400, "", "invalid_request", "The parameter token is missing.", "passed"},
		"nobody, without a token":   {nil, "", 401, challengeBasic, "invalid_client", "Nobody proved who asks.", "refused"},
		"the API with two tokens": {
			list{b.asAPI()}, with() + "&" + with(), 400, "", "invalid_request", "The parameter token is sent more than once.", "",
		},
		"the API with a token of several lines": {
			list{b.asAPI()}, "token=a%0D%0Ab", 400, "", "invalid_request", "The parameter token has control characters.", "",
		},
		"the API with a token longer than a parameter": {
			list{b.asAPI()}, with("token", strings.Repeat("x", 2049)), 400, "", "invalid_request", "The parameter token is longer than 2048 bytes.", "",
		},
		"the API with a token longer than a body": {
			list{b.asAPI()}, with("token", strings.Repeat("x", 100<<10)), 413, "", "invalid_request", "The body of the request is longer than 16 KiB.", "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := b.ask(tt.body, tt.headers...)
			if tt.status == http.StatusOK {
				if got := r.said(t); got["active"] != true || got["sub"] != "alice" {
					t.Errorf("answered %s", r.body)
				}
			} else {
				r.wantError(t, tt.status, tt.code)
				if !strings.Contains(r.body, tt.says) || strings.Contains(r.body, "alice") || strings.Contains(r.body, "active") {
					t.Errorf("answered %s, want that it says %q", r.body, tt.says)
				}
			}
			if got := r.header.Get("WWW-Authenticate"); got != tt.challenge {
				t.Errorf("WWW-Authenticate is %q, want %q", got, tt.challenge)
			}
			verdict := ""
			for _, outcome := range b.lastOutcomes() {
				if of, is := strings.CutPrefix(outcome, "introspection-auth "); is {
					verdict = of
				}
			}
			if verdict != tt.verdict {
				t.Errorf("the verdicts are %q, want %q", b.lastOutcomes(), tt.verdict)
			}
		})
	}
}

// It takes POST and nothing else (RFC 7662 §2.1): what stands in a URI ends in logs.
func TestIntrospectionTakesPOST(t *testing.T) {
	b := splitBench(t)
	token := url.Values{"token": {b.signIn().AccessToken}}.Encode()
	for _, method := range []string{"GET", "PUT", "DELETE"} {
		r := b.do(method, b.url+"/introspect?"+token, "", "")
		r.wantError(t, http.StatusMethodNotAllowed, "invalid_request")
		if got := r.header.Get("Allow"); got != "POST" {
			t.Errorf("%s: Allow is %q", method, got)
		}
	}
	for name, r := range map[string]reply{
		"in the query": b.do("POST", b.url+"/introspect?"+token, form, token),
		"as JSON":      b.do("POST", b.url+"/introspect", "application/json", `{"token":"x"}`),
		"as nothing":   b.do("POST", b.url+"/introspect", "", token),
	} {
		t.Run(name, func(t *testing.T) { r.wantError(t, http.StatusBadRequest, "invalid_request") })
	}
}

// With its guard off the server answers anybody, and says what it would have refused.
func TestIntrospectionWithoutCredentials(t *testing.T) {
	b := splitBench(t)
	b.off(guard.IDIntrospectionAuth)
	token := b.signIn().AccessToken
	about := url.Values{"token": {token}}.Encode()
	for name, headers := range map[string][]string{
		"nobody": nil, "a wrong secret": {basic(lab.ClientAPI, "wrong")}, "the web app": {basic(ClientWeb, b.webSecret())}, "a stranger": {basic("stranger", "x")},
	} {
		t.Run(name, func(t *testing.T) {
			if got := b.ask(about, headers...).said(t); got["active"] != true || got["sub"] != "alice" {
				t.Errorf("answered %v", got)
			}
			if want := []string{"introspection-auth would-refuse", "token-expiry passed"}; !slices.Equal(b.lastOutcomes(), want) {
				t.Errorf("the verdicts are %q, want %q", b.lastOutcomes(), want)
			}
		})
	}
	b.ask("token=made-up").wantWorthless(t)
	b.ask("").wantError(t, http.StatusBadRequest, "invalid_request")
}

// With the guard of its age off an old token is active, and says itself how old it is. One that
// was taken back is not.
func TestAnOldTokenIsActiveWithoutExpiry(t *testing.T) {
	b := splitBench(t)
	b.off(guard.IDTokenExpiry)
	given := b.signIn()
	b.later(time.Hour)
	if got := b.about(given.AccessToken).said(t); got["active"] != true || got["exp"] != float64(b.lab.Now().Add(time.Hour).Unix()) {
		t.Errorf("answered %v", got)
	}
	if !slices.Contains(b.lastOutcomes(), "token-expiry would-refuse") {
		t.Errorf("the verdicts are %q", b.lastOutcomes())
	}
	b.later(0)
	b.refresh(given.RefreshToken).tokens(t)
	b.refresh(given.RefreshToken).wantError(t, http.StatusBadRequest, "invalid_grant")
	b.about(given.AccessToken).wantWorthless(t)
}

// Before its chapter there is no introspection, and the metadata promise none (RFC 8414 §2).
func TestIntrospectionComesWithItsChapter(t *testing.T) {
	b := newBench(t)
	metadata := func() (m Metadata) {
		t.Helper()
		r := b.get(strings.TrimSuffix(b.url, b.lab.ID.String()) + ".well-known/oauth-authorization-server/" + b.lab.ID.String())
		if err := json.Unmarshal([]byte(r.body), &m); err != nil || m.Issuer != b.url {
			t.Fatalf("the metadata are %s (%v)", r.body, err)
		}
		return m
	}
	for _, chapter := range []string{"v03", "v04", "v05"} {
		b.in(chapter)
		r := b.about("x")
		r.wantError(t, http.StatusNotFound, "invalid_request")
		if !strings.Contains(r.body, "This endpoint comes with chapter v06.") {
			t.Errorf("%s answers %s", chapter, r.body)
		}
		if m := metadata(); m.IntrospectionEndpoint != "" || m.IntrospectionEndpointAuthMethodsSupported != nil {
			t.Errorf("the metadata of %s promise %q and %q", chapter, m.IntrospectionEndpoint, m.IntrospectionEndpointAuthMethodsSupported)
		}
	}
	b.in("v06")
	b.about("x").wantWorthless(t)
	if m := metadata(); m.IntrospectionEndpoint != b.url+"/introspect" || !slices.Equal(m.IntrospectionEndpointAuthMethodsSupported, []string{"client_secret_basic", "client_secret_post"}) {
		t.Errorf("the metadata promise %q and %q", m.IntrospectionEndpoint, m.IntrospectionEndpointAuthMethodsSupported)
	}
}

// The API asks about tokens, and gets none: it is no client (RFC 6749 §1.1).
func TestTheAPIGetsNoToken(t *testing.T) {
	b := splitBench(t)
	if at := b.authorize("client_id", lab.ClientAPI); at.location != nil {
		t.Errorf("it is sent on to %s", at.location)
	}
	b.proveWith(b.code(), b.lab.Origins.RedirectURI(), []string{b.asAPI()}).wantError(t, http.StatusBadRequest, "invalid_grant")
}

// A token of before the chapter names no API, for there was one alone (RFC 7662 §2.2: aud is
// optional).
func TestATokenOfBeforeTheChapter(t *testing.T) {
	b := newBench(t).in("v05")
	token := b.signIn().AccessToken
	b.in("v06")
	got := b.about(token).said(t)
	if _, has := got["aud"]; has || got["active"] != true {
		t.Errorf("answered %v", got)
	}
}
