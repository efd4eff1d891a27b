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

	"oauthlab/lessons/guard"
	"oauthlab/server/lab"
	"oauthlab/server/store"
)

// bareChallenge is for a request that brings nothing (RFC 6750 §3.1).
const bareChallenge = `Bearer realm="OAuth Lab"`

// userInfoBy sends a request to the UserInfo endpoint, with headers, name and value.
func (b *bench) userInfoBy(method, body string, header ...string) reply {
	b.Helper()
	req, err := http.NewRequestWithContext(b.Context(), method, b.url+"/userinfo", strings.NewReader(body))
	if err != nil {
		b.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Add(header[i], header[i+1])
	}
	return b.send(req)
}

// userInfo asks with a token.
func (b *bench) userInfo(token string) reply {
	b.Helper()
	return b.userInfoBy(http.MethodGet, "", "Authorization", "Bearer "+token)
}

// wantChallenged checks a refusal of the endpoint, and what its challenge says (RFC 6750 §3).
func (r reply) wantChallenged(t *testing.T, status int, code string) {
	t.Helper()
	r.wantError(t, status, code)
	challenge := r.header.Get("WWW-Authenticate")
	if !strings.HasPrefix(challenge, bareChallenge+`, error="`+code+`", error_description="`) || strings.ContainsAny(challenge, "§\\") || strings.Count(challenge, `"`)%2 != 0 {
		t.Errorf("the challenge is %s", challenge)
	}
	if has, want := strings.HasSuffix(challenge, `", scope="openid"`), status == http.StatusForbidden; has != want {
		t.Errorf("the challenge is %s", challenge)
	}
	if strings.Contains(r.body, "alice@") || strings.Contains(r.body, "preferred_username") {
		t.Errorf("the refusal tells %s", r.body)
	}
}

// What is told goes as far as the scope (OpenID Connect Core §5.4), in the types of §5.1, for a
// token of either form.
func TestClaimsByScope(t *testing.T) {
	alice := map[string]any{"sub": "alice", "name": "Alice", "preferred_username": "alice", "email": "alice@example.com", "email_verified": true}
	only := func(claims map[string]any, names ...string) map[string]any {
		some := maps.Clone(claims)
		maps.DeleteFunc(some, func(name string, _ any) bool { return !slices.Contains(names, name) })
		return some
	}
	// Mallory typed Alice's address when she signed up, and nobody has looked.
	mallory := map[string]any{"sub": "mallory", "name": "Mallory", "preferred_username": "mallory", "email": "alice@example.com", "email_verified": false}
	for name, tt := range map[string]struct {
		user, scope string
		want        map[string]any
	}{
		"openid alone":                 {"alice", "openid", only(alice, "sub")},
		"a profile":                    {"alice", "openid profile", only(alice, "sub", "name", "preferred_username")},
		"an address":                   {"alice", "openid email", only(alice, "sub", "email", "email_verified")},
		"all":                          {"alice", "openid profile email", alice},
		"all, with what else there is": {"alice", "email read write openid offline_access profile", alice},
		"words that nobody knows":      {"alice", "openid address phone", only(alice, "sub")},
		"Mallory's":                    {"mallory", "openid profile email", mallory},
		"Mallory's address":            {"mallory", "openid email", only(mallory, "sub", "email", "email_verified")},
		"Bob's":                        {"bob", "openid profile email", map[string]any{"sub": "bob", "name": "Bob", "preferred_username": "bob", "email": "bob@example.com", "email_verified": true}},
		"of a user of the seed":        {"zoe", "openid profile email", map[string]any{"sub": "zoe", "name": "Zoe at work", "preferred_username": "zoe"}}, // who has no address
	} {
		for _, format := range []string{guard.Opaque, guard.JWT} {
			t.Run(name+", "+format, func(t *testing.T) {
				b := openBench(t)
				b.seedUser("zoe", "Zoe at work")
				b.set(map[guard.ID]string{guard.IDTokenFormat: format})
				token := b.signsIn(tt.user, "scope", tt.scope).AccessToken
				b.signOut() // the token is what counts
				for way, r := range map[string]reply{
					"GET":                   b.userInfo(token),
					"POST":                  b.userInfoBy(http.MethodPost, "", "Authorization", "Bearer "+token),
					"POST of a form":        b.userInfoBy(http.MethodPost, "a=b", "Authorization", "bearer   "+token, "Content-Type", form),
					"POST in the body":      b.userInfoBy(http.MethodPost, "access_token="+token, "Content-Type", form),
					"the same in a charset": b.userInfoBy(http.MethodPost, "a=b&access_token="+token, "Content-Type", form+"; charset=UTF-8"),
				} {
					if got := r.said(t); !maps.Equal(got, tt.want) {
						t.Errorf("%s is answered %v, want %v", way, got, tt.want)
					}
					if r.header.Get("Pragma") != "no-cache" || r.header.Get("WWW-Authenticate") != "" {
						t.Errorf("%s is answered with %v", way, r.header)
					}
				}
				head := b.userInfoBy(http.MethodHead, "", "Authorization", "Bearer "+token)
				if head.status != http.StatusOK || head.body != "" || head.header.Get("Content-Type") != "application/json" {
					t.Errorf("HEAD is answered %d %v %q", head.status, head.header, head.body)
				}
			})
		}
	}
}

// seedUser gives the lab a user as a seed does.
func (b *bench) seedUser(username, name string) {
	b.Helper()
	err := store.For[lab.Settings](b.labs.Store, lab.KindSettings).Update(b.Context(), b.lab.ID, func(s *lab.Settings, _ *store.Outbox) error {
		s.Users = append(s.Users, lab.User{Username: username, Name: name, PasswordHash: fixtures()[0].hash})
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
}

// The request and its verdict stand in the log, in the flow of the login.
func TestUserInfoFollowsItsFlow(t *testing.T) {
	b := openBench(t)
	given := b.signsIn("alice")
	kept, _ := b.keptToken(given.AccessToken)
	b.userInfo(given.AccessToken).said(t)
	if want := []string{"token-expiry passed"}; !slices.Equal(b.lastOutcomes(), want) {
		t.Errorf("the verdicts are %q, want %q", b.lastOutcomes(), want)
	}
	if last := b.lastRequest(); last.Flow != kept.Flow || last.Flow == "" {
		t.Errorf("the request is told of in the flow %q, the token came of %q", last.Flow, kept.Flow)
	}
	b.userInfoBy(http.MethodPost, "access_token="+given.AccessToken, "Content-Type", form).said(t)
	if last := b.lastRequest(); last.Flow != kept.Flow {
		t.Errorf("by POST it is told of in the flow %q", last.Flow)
	}
}

// Who brings nothing made no mistake, and is told the scheme alone (RFC 6750 §3.1). A cookie is
// no token, nor is what stands in the address (§2.3), or what another scheme brings.
func TestUserInfoWithoutAToken(t *testing.T) {
	b := openBench(t)
	token := b.signsIn("alice").AccessToken // her browser has a session
	for name, r := range map[string]reply{
		"GET":                        b.userInfoBy(http.MethodGet, ""),
		"POST":                       b.userInfoBy(http.MethodPost, ""),
		"POST of a form":             b.userInfoBy(http.MethodPost, "a=b", "Content-Type", form),
		"an empty header":            b.userInfoBy(http.MethodGet, "", "Authorization", ""),
		"the word Bearer":            b.userInfoBy(http.MethodGet, "", "Authorization", "Bearer"),
		"Bearer and a blank":         b.userInfoBy(http.MethodGet, "", "Authorization", "Bearer  "),
		"an empty one in the body":   b.userInfoBy(http.MethodPost, "access_token=", "Content-Type", form),
		"a token without its scheme": b.userInfoBy(http.MethodGet, "", "Authorization", token),
		"Basic":                      b.userInfoBy(http.MethodGet, "", "Authorization", basic(ClientWeb, b.webSecret())),
		"DPoP":                       b.userInfoBy(http.MethodGet, "", "Authorization", "DPoP "+token),
		"in the address":             b.get(b.url + "/userinfo?access_token=" + token),
		"in a body of JSON":          b.userInfoBy(http.MethodPost, `{"access_token":"`+token+`"}`, "Content-Type", "application/json"),
		"in a body that is no form":  b.userInfoBy(http.MethodPost, "access_token="+token, "Content-Type", "text/plain"),
		"in a body without a type":   b.userInfoBy(http.MethodPost, "access_token="+token),
		"in a body that is cut off":  b.userInfoBy(http.MethodPost, "access_token="+token+"%z", "Content-Type", form),
		"in a body, by GET":          b.userInfoBy(http.MethodGet, "access_token="+token, "Content-Type", form),
		"under another name":         b.userInfoBy(http.MethodPost, "token="+token, "Content-Type", form),
	} {
		t.Run(name, func(t *testing.T) {
			r.wantError(t, http.StatusUnauthorized, "unauthorized")
			if got := r.header.Get("WWW-Authenticate"); got != bareChallenge {
				t.Errorf("the challenge is %s", got)
			}
		})
	}
	b.userInfo(token).said(t)
}

// A token that is brought twice is refused, the same one too (RFC 6750 §2, §3.1).
func TestUserInfoWithTwoTokens(t *testing.T) {
	b := openBench(t)
	token := b.signsIn("alice").AccessToken
	bearer := "Bearer " + token
	for name, r := range map[string]reply{
		"header and body":                b.userInfoBy(http.MethodPost, "access_token="+token, "Content-Type", form, "Authorization", bearer),
		"Basic and body":                 b.userInfoBy(http.MethodPost, "access_token="+token, "Content-Type", form, "Authorization", basic(ClientWeb, b.webSecret())),
		"twice in the body":              b.userInfoBy(http.MethodPost, "access_token="+token+"&access_token="+token, "Content-Type", form),
		"another in the body":            b.userInfoBy(http.MethodPost, "access_token=x&access_token="+token, "Content-Type", form),
		"two headers":                    b.userInfoBy(http.MethodGet, "", "Authorization", bearer, "Authorization", bearer),
		"two headers by POST":            b.userInfoBy(http.MethodPost, "", "Authorization", bearer, "Authorization", "Basic x"),
		"two headers, one of them empty": b.userInfoBy(http.MethodGet, "", "Authorization", bearer, "Authorization", ""),
	} {
		t.Run(name, func(t *testing.T) { r.wantChallenged(t, http.StatusBadRequest, "invalid_request") })
	}
}

// What is not an access token of this issuer that is good is none (RFC 6750 §3.1), of either
// form.
func TestUserInfoWithABadToken(t *testing.T) {
	for name, of := range map[string]func(b *bench, good TokenResponse) string{
		"made up":                    func(*bench, TokenResponse) string { return "made-up" },
		"what reads like one":        func(*bench, TokenResponse) string { return newSecret() },
		"dots":                       func(*bench, TokenResponse) string { return ".." },
		"the ID token":               func(_ *bench, good TokenResponse) string { return good.IDToken },
		"the refresh token":          func(_ *bench, good TokenResponse) string { return good.RefreshToken },
		"a code":                     func(b *bench, _ TokenResponse) string { return b.codeIn(b.asksWho()) },
		"cut off":                    func(_ *bench, good TokenResponse) string { return good.AccessToken[:len(good.AccessToken)-1] },
		"with a letter more":         func(_ *bench, good TokenResponse) string { return good.AccessToken + "x" },
		"with a word more":           func(_ *bench, good TokenResponse) string { return good.AccessToken + " " + good.AccessToken },
		"in quotes":                  func(_ *bench, good TokenResponse) string { return `"` + good.AccessToken + `"` },
		"with letters outside ASCII": func(*bench, TokenResponse) string { return "tökén🌼" },
		"markup":                     func(*bench, TokenResponse) string { return `"><script>alert(1)</script>` },
		"long":                       func(*bench, TokenResponse) string { return strings.Repeat("x", 10_000) },
		"what the record has":        func(_ *bench, good TokenResponse) string { return guard.TokenHash(good.AccessToken) },
		"what introspection calls it": func(b *bench, good TokenResponse) string {
			return b.about(good.AccessToken).said(b.T)["jti"].(string)
		},
		"of another lab": func(b *bench, _ TokenResponse) string { return b.inAnotherLab().signsIn("alice").AccessToken },
		"of another issuer": func(b *bench, _ TokenResponse) string {
			return b.at(b.url + "/fault/token-lower-case-type").signsIn("alice").AccessToken
		},
		"revoked by a second use of the code": func(b *bench, _ TokenResponse) string {
			code := b.codeIn(b.asksWho())
			token := b.redeemWeb(code).tokens(b.T).AccessToken
			b.userInfo(token).said(b.T)
			b.redeemWeb(code).wantError(b.T, http.StatusBadRequest, "invalid_grant")
			return token
		},
		"revoked by a second refresh": func(b *bench, good TokenResponse) string {
			b.refreshWeb(good.RefreshToken).tokens(b.T)
			b.userInfo(good.AccessToken).said(b.T)
			b.refreshWeb(good.RefreshToken).wantError(b.T, http.StatusBadRequest, "invalid_grant")
			return good.AccessToken
		},
		"from before a reset": func(b *bench, good TokenResponse) string {
			b.userInfo(good.AccessToken).said(b.T)
			if err := own(b.labs.Store).Reset(b.Context(), b.lab); err != nil {
				b.Fatal(err)
			}
			return good.AccessToken
		},
		"expired": func(b *bench, good TokenResponse) string {
			b.later(time.Hour - time.Second)
			b.userInfo(good.AccessToken).said(b.T)
			b.later(time.Hour)
			return good.AccessToken
		},
		"expired, and without openid": func(b *bench, _ TokenResponse) string {
			token := b.signsIn("alice", "scope", "read").AccessToken
			b.later(time.Hour)
			return token
		},
	} {
		for _, format := range []string{guard.Opaque, guard.JWT} {
			t.Run(name+", "+format, func(t *testing.T) {
				b := openBench(t)
				b.set(map[guard.ID]string{guard.IDTokenFormat: format})
				bad := of(b, b.signsIn("alice", "scope", "openid profile email offline_access"))
				b.userInfo(bad).wantChallenged(t, http.StatusUnauthorized, "invalid_token")
				b.userInfoBy(http.MethodPost, url.Values{"access_token": {bad}}.Encode(), "Content-Type", form).wantChallenged(t, http.StatusUnauthorized, "invalid_token")
			})
		}
	}
}

// A JWT is worth something as the server wrote it, and nothing otherwise.
func TestUserInfoWithAJWTThatIsNotTheServers(t *testing.T) {
	b := openBench(t)
	b.set(map[guard.ID]string{guard.IDTokenFormat: guard.JWT})
	good := b.signsIn("alice", "scope", "openid email").AccessToken
	claims, err := json.Marshal(claimsIn(t, good))
	if err != nil {
		t.Fatal(err)
	}
	id := claimsIn(t, good)["jti"].(string)
	parts := strings.Split(good, ".")
	for name, token := range map[string]string{
		"of alg none":                      jwtOf(`{"alg":"none","typ":"at+jwt"}`, string(claims), nil),
		"signed by the client":             jwtOf(`{"alg":"HS256","typ":"at+jwt"}`, string(claims), []byte(b.webSecret())),
		"without its signature":            parts[0] + "." + parts[1] + ".",
		"its id":                           id,
		"with a last letter that is alike": good[:len(good)-1] + base64url[strings.IndexByte(base64url, good[len(good)-1])+1:][:1],
	} {
		t.Run(name, func(t *testing.T) { b.userInfo(token).wantChallenged(t, http.StatusUnauthorized, "invalid_token") })
	}
	if got := b.userInfo(good).said(t)["email"]; got != "alice@example.com" {
		t.Errorf("the good one is told %v", got)
	}
}

// A token that was granted without openid opens nothing here, and the challenge says what it
// lacks (OpenID Connect Core §5.3, RFC 6750 §3.1).
func TestUserInfoWithoutOpenID(t *testing.T) {
	for _, format := range []string{guard.Opaque, guard.JWT} {
		t.Run(format, func(t *testing.T) {
			b := openBench(t)
			b.set(map[guard.ID]string{guard.IDTokenFormat: format})
			b.signsIn("alice")
			wide := b.signsIn("alice", "scope", "openid email offline_access")
			for name, token := range map[string]string{
				"of the web app":             b.signsIn("alice", "scope", "read profile email").AccessToken,
				"of a public client":         b.signIn("scope", "openid profile email").AccessToken,
				"of a narrower refresh":      b.refreshWeb(wide.RefreshToken, "scope", "email offline_access").tokens(t).AccessToken,
				"of what was asked for once": b.signsIn("alice", "scope", "").AccessToken,
			} {
				t.Run(name, func(t *testing.T) { b.userInfo(token).wantChallenged(t, http.StatusForbidden, "insufficient_scope") })
			}
			if got := b.userInfo(wide.AccessToken).said(t)["email"]; got != "alice@example.com" {
				t.Errorf("the wide one is told %v", got)
			}
		})
	}
}

// Where nobody looks at the age of tokens, an old one opens the door: the guard says so.
func TestUserInfoWithTheExpiryOff(t *testing.T) {
	b := openBench(t)
	token := b.signsIn("alice").AccessToken
	b.later(2 * time.Hour)
	b.userInfo(token).wantChallenged(t, http.StatusUnauthorized, "invalid_token")
	if want := []string{"token-expiry refused"}; !slices.Equal(b.lastOutcomes(), want) {
		t.Errorf("the verdicts are %q, want %q", b.lastOutcomes(), want)
	}
	b.off(guard.IDTokenExpiry)
	b.userInfo(token).said(t)
	if want := []string{"token-expiry would-refuse"}; !slices.Equal(b.lastOutcomes(), want) {
		t.Errorf("the verdicts are %q, want %q", b.lastOutcomes(), want)
	}
}

// A page of any origin may ask, with a token and without a cookie (CORS), and reads why it is
// refused.
func TestPagesReadUserInfo(t *testing.T) {
	b := openBench(t)
	token := b.signsIn("alice").AccessToken
	const page = "https://app.example"
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		may := b.userInfoBy(http.MethodOptions, "", "Origin", page, "Access-Control-Request-Method", method, "Access-Control-Request-Headers", "authorization")
		if may.status != http.StatusNoContent || may.header.Get("Access-Control-Allow-Origin") != "*" || may.header.Get("Access-Control-Allow-Headers") != "authorization" {
			t.Errorf("the preflight of %s is answered %d with %v", method, may.status, may.header)
		}
		for status, authorization := range map[int]string{http.StatusOK: "Bearer " + token, http.StatusUnauthorized: "Bearer x"} {
			got := b.userInfoBy(method, "", "Origin", page, "Authorization", authorization)
			if got.status != status || got.header.Get("Access-Control-Allow-Origin") != "*" || got.header.Get("Access-Control-Allow-Credentials") != "" ||
				!strings.Contains(got.header.Get("Access-Control-Expose-Headers"), "Www-Authenticate") {
				t.Errorf("%s is answered %d with %v", method, got.status, got.header)
			}
		}
	}
}

func TestUserInfoTakesGETAndPOST(t *testing.T) {
	b := openBench(t)
	token := b.signsIn("alice").AccessToken
	for _, method := range []string{http.MethodPut, http.MethodDelete, http.MethodPatch, "PROPFIND"} {
		r := b.userInfoBy(method, "", "Authorization", "Bearer "+token)
		r.wantError(t, http.StatusMethodNotAllowed, "invalid_request")
		if got := r.header.Get("Allow"); got != "GET, HEAD, POST" {
			t.Errorf("allowed are %q", got)
		}
	}
}

// Before its chapter, the endpoint says which one brings it, whatever token there is.
func TestUserInfoComesWithItsChapter(t *testing.T) {
	b := openBench(t)
	token := b.signsIn("alice").AccessToken
	for _, chapter := range []string{"v01", "v03", "v06"} {
		b.in(chapter)
		for _, r := range []reply{b.userInfo(token), b.userInfoBy(http.MethodPost, "access_token="+token, "Content-Type", form), b.userInfoBy(http.MethodPut, "")} {
			r.wantError(t, http.StatusNotFound, "invalid_request")
			if !strings.Contains(r.body, "comes with chapter v07") || r.header.Get("WWW-Authenticate") != "" {
				t.Errorf("in %s it says %s", chapter, r.body)
			}
		}
	}
	b.in("v07").userInfo(token).said(t)
}

// Whatever comes, it is refused, and nothing is a fault.
func TestSpoiltUserInfoRequests(t *testing.T) {
	b := openBench(t)
	for _, kind := range []string{"", form, "multipart/form-data", "multipart/form-data; boundary=x", "application/json", form + ", " + form, "x/y; =", "\xff"} {
		for _, body := range []string{"", "access_token", "access_token=%zz", "access_token=\xff\xfe", "access_token=a%00b", "access_token=%0d%0aX-Injected:x", "&&&;;;===", "--x\r\n\r\n--x--", `{"access_token":["x"]}`, strings.Repeat("access_token=x&", 900)} {
			for _, authorization := range []string{"", "Bearer", "Bearer \xff\xfe", "Bearer a b", "bearer\tx", "Bearer ,", "BEARER x", strings.Repeat("Bearer ", 500), ", Bearer x", "Bearer x, Basic y"} {
				req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, b.url+"/userinfo", strings.NewReader(body))
				if err != nil {
					t.Fatal(err)
				}
				for name, value := range map[string]string{"Content-Type": kind, "Authorization": authorization} {
					if value != "" {
						req.Header[name] = []string{value}
					}
				}
				r := b.send(req)
				if r.status != http.StatusBadRequest && r.status != http.StatusUnauthorized || r.header.Get("X-Injected") != "" || !strings.HasPrefix(r.header.Get("WWW-Authenticate"), bareChallenge) {
					t.Errorf("%q of %q with %.40q is answered %d %s", body, kind, authorization, r.status, r.body)
				}
			}
		}
	}
}
