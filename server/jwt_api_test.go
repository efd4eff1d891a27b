package main

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/server/attack"
	"oauthlab/server/lab"
	"oauthlab/server/prove"
)

var errNoAccessToken = errors.New("this is another JWT than an access token")

// anotherAPI is a resource server that nobody of the lab wrote: it knows of tokens what
// golang-jwt makes of them, where the lab's API has go-jose and its own hands. It stands in
// for the lab's API, whose key, address and clock it was given, and like that it asks nobody.
type anotherAPI struct {
	lab    *lab.Lab
	key    []byte
	parser *jwt.Parser
}

func (h *house) anotherAPI(t *testing.T, l *lab.Lab) *anotherAPI {
	t.Helper()
	key, err := h.store.Secret(t.Context(), "api")
	if err != nil {
		t.Fatal(err)
	}
	now := func() time.Time { // the learner may have moved the clock since
		l, err := h.labs.Open(t.Context(), l.ID)
		if err != nil {
			t.Error(err)
			return time.Time{}
		}
		return l.Now()
	}
	return &anotherAPI{l, lab.APIKey(key).Signing(l.ID), jwt.NewParser(
		jwt.WithValidMethods([]string{"HS256"}), jwt.WithIssuer(l.Issuer()), jwt.WithAudience(l.API()),
		jwt.WithExpirationRequired(), jwt.WithTimeFunc(now))}
}

// subject returns whose the token is, or why it is refused (RFC 9068 §4).
func (a *anotherAPI) subject(token string) (string, error) {
	var claims jwt.RegisteredClaims
	parsed, err := a.parser.ParseWithClaims(token, &claims, func(*jwt.Token) (any, error) { return a.key, nil })
	if err != nil {
		return "", err
	}
	typ := strings.ToLower(fmt.Sprint(parsed.Header["typ"]))
	if typ != "at+jwt" && typ != "application/at+jwt" {
		return "", errNoAccessToken
	}
	return claims.Subject, nil
}

// ServeHTTP tells the token's user who they are.
func (a *anotherAPI) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	subject, err := a.subject(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "))
	if err != nil {
		http.Error(w, err.Error(), http.StatusUnauthorized)
		return
	}
	fmt.Fprint(w, subject)
}

// signed writes a token with golang-jwt, as whoever has the shared key can.
func (a *anotherAPI) signed(t *testing.T, method jwt.SigningMethod, header map[string]any, claims jwt.MapClaims) string {
	t.Helper()
	token := jwt.NewWithClaims(method, claims)
	maps.Copy(token.Header, header)
	var key any = a.key
	if method == jwt.SigningMethodNone {
		key = jwt.UnsafeAllowNoneSignatureType
	}
	text, err := token.SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// Two APIs, neither of which knows the other's library, take the same tokens of the same
// client for the same time, and nobody has to ask the authorization server.
func TestJWTsOfTheLabAreReadByAnotherLibrary(t *testing.T) {
	h := openHouse(t)
	c := h.libraryIn(t, "v06", lab.TypePublic, `{"settings":{`+readsJWTs+`}}`)
	another := h.anotherAPI(t, c.lab)
	server := httptest.NewServer(another)
	defer server.Close()
	token := c.signIn()
	refreshed, err := c.config.TokenSource(t.Context(), aged(token)).Token()
	if err != nil {
		t.Fatal(err)
	}
	both := func(when string, status int) {
		t.Helper()
		for name, one := range map[string]string{"first": token.AccessToken, "refreshed": refreshed.AccessToken} {
			got := h.ask(t, http.MethodGet, server.URL, "", "Authorization", "Bearer "+one)
			if own := c.status(one); own != status || got.status != status || status == http.StatusOK && got.body != "alice" {
				t.Errorf("%s, the %s token is answered %d by the lab's API, and %d %s by another; want %d", when, name, own, got.status, got.body, status)
			}
		}
	}
	both("at once", http.StatusOK)
	c.change(`{"clock_offset_seconds":-86400}`)
	both("a day before", http.StatusOK) // issued in the future, which RFC 9068 §4 does not mind
	c.change(`{"clock_offset_seconds":3500}`)
	both("just before their end", http.StatusOK)
	c.change(`{"clock_offset_seconds":3600}`)
	both("at their end", http.StatusUnauthorized)
	c.change(`{"clock_offset_seconds":0}`)
	both("with the clock as it was", http.StatusOK)
	if n := len(sent(h.logOf(t, c.lab.ID), event.API, event.Auth, "/introspect")); n != 0 {
		t.Errorf("the authorization server was asked %d times", n)
	}
}

// jwtAttack is an attack with a token, and what a careful library says of that.
type jwtAttack struct {
	id      string
	refused error // nil of one that no library can notice
}

// jwtAttacks: api-forges signs with the very key that it is verified with, and revoked-jwt
// brings what the server itself signed and took back afterwards. Nothing in either token
// tells: who judges by the token alone must take it, whatever library they use. The first
// ends with keys of two halves, the second with short lives or asking.
func jwtAttacks() []jwtAttack {
	return []jwtAttack{
		{"forged-token", jwt.ErrTokenSignatureInvalid},
		{"alg-none", jwt.ErrTokenSignatureInvalid}, // its method is not among those agreed on
		{"test-server-token", jwt.ErrTokenInvalidIssuer},
		{"print-shop-token", jwt.ErrTokenInvalidAudience},
		{"api-forges", nil},
		{"revoked-jwt", nil},
	}
}

// The lab's API and another come to the same about what Mallory brings. With the lab's guard
// off, which is what the attack needs, its API takes the token, and the other still refuses.
func TestJWTAttacksAreJudgedAlikeByAnotherLibrary(t *testing.T) {
	h := openHouse(t)
	for _, tt := range jwtAttacks() {
		for _, careless := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, careless %t", tt.id, careless), func(t *testing.T) {
				a, err := attack.Find(tt.id)
				if err != nil {
					t.Fatal(err)
				}
				values := maps.Clone(a.Given)
				if careless {
					values = prove.Without(a, "")
				}
				if values == nil { // the print shop's comes about in any lab
					values = map[guard.ID]string{}
				}
				values[guard.IDTokenFormat], values[guard.IDTokenCheck] = guard.JWT, guard.BySignature
				l, err := h.prover().LabWith(t.Context(), a.Chapter, values)
				if err != nil {
					t.Fatal(err)
				}
				if _, err := h.attacks.Run(t.Context(), l, a); err != nil {
					t.Fatal(err)
				}
				taken := tt.refused == nil || careless
				another := h.anotherAPI(t, l)
				log := h.logOf(t, l.ID)
				asked := slices.Concat(sent(log, event.Mallory, event.API, "/api/me"), sent(log, event.Mallory, event.API, "/protected"))
				if len(asked) == 0 {
					t.Fatal("Mallory brought no token to the API")
				}
				for _, e := range asked {
					token := strings.TrimPrefix(headerOf(e, "Authorization"), "Bearer ")
					if strings.Count(token, ".") != 2 || e.Request.Truncated {
						t.Fatalf("she brought %q, which is no JWT", token)
					}
					subject, err := another.subject(token)
					if !errors.Is(err, tt.refused) || tt.refused == nil && subject != "alice" {
						t.Errorf("golang-jwt takes it for %q's (%v), want %v", subject, err, tt.refused)
					}
					i := slices.IndexFunc(log, func(answer event.Event) bool { return answer.Response != nil && answer.Re == e.ID })
					if i < 0 {
						t.Fatalf("%s is not answered", e.Request.URL)
					}
					// 403 is of a token that was taken, and opens less than this.
					if got := log[i].Response.Status; (got != http.StatusUnauthorized) != taken {
						t.Errorf("the lab's API answers %s with %d, and golang-jwt says %v", e.Request.URL, got, err)
					}
				}
			})
		}
	}
}

// Who has the key may write anything. What golang-jwt refuses, the lab's API refuses too; where
// the lab is the stricter one, the row says why.
func TestJWTsInOddFormsAreJudgedByTwoLibraries(t *testing.T) {
	h := openHouse(t)
	c := h.libraryIn(t, "v06", lab.TypePublic, `{"settings":{`+readsJWTs+`}}`)
	another := h.anotherAPI(t, c.lab)
	at := func(d time.Duration) int64 { return c.lab.Now().Add(d).Unix() }
	type claims = jwt.MapClaims
	type header = map[string]any
	for name, tt := range map[string]struct {
		method jwt.SigningMethod // nil: HS256
		header header            // nil: at+jwt
		claims claims            // beside those of a good token; nil takes one away
		own    bool              // the lab's API takes it
		other  bool              // golang-jwt does
	}{
		"a good one":                        {nil, nil, nil, true, true},
		"the whole media type":              {nil, header{"typ": "application/at+jwt"}, nil, true, true},
		"a type in capitals":                {nil, header{"typ": "AT+JWT"}, nil, true, true},
		"another type":                      {nil, header{"typ": "JWT"}, nil, false, false},
		"a type that is no text":            {nil, header{"typ": 1}, nil, false, false},
		"no type":                           {nil, header{"typ": nil}, nil, false, false},
		"another hash":                      {jwt.SigningMethodHS512, nil, nil, false, false},
		"none":                              {jwt.SigningMethodNone, nil, nil, false, false},
		"none, and called HS256":            {jwt.SigningMethodNone, header{"alg": "HS256"}, nil, false, false},
		"HS256, and called none":            {nil, header{"alg": "none"}, nil, false, false},
		"HS256, and called hs256":           {nil, header{"alg": "hs256"}, nil, false, false},
		"a list of APIs with this one":      {nil, nil, claims{"aud": []string{"https://other.example", c.lab.API()}}, true, true},
		"a list of other APIs":              {nil, nil, claims{"aud": []string{"https://other.example", c.lab.API() + "/"}}, false, false},
		"an empty list of APIs":             {nil, nil, claims{"aud": []string{}}, false, false},
		"no API":                            {nil, nil, claims{"aud": nil}, false, false},
		"this API and a slash":              {nil, nil, claims{"aud": c.lab.API() + "/"}, false, false},
		"the authorization server as API":   {nil, nil, claims{"aud": c.lab.Issuer()}, false, false},
		"another lab's issuer":              {nil, nil, claims{"iss": c.lab.Issuer()[:len(c.lab.Issuer())-1]}, false, false},
		"no issuer":                         {nil, nil, claims{"iss": nil}, false, false},
		"an end in fractions":               {nil, nil, claims{"exp": float64(at(time.Minute)) + 0.5}, true, true},
		"an end that is past":               {nil, nil, claims{"exp": at(-time.Second)}, false, false},
		"an end in 1970":                    {nil, nil, claims{"exp": 0}, false, false},
		"an end before 1970":                {nil, nil, claims{"exp": -1}, false, false},
		"no end":                            {nil, nil, claims{"exp": nil}, false, false},
		"issued in a minute, like the rest": {nil, nil, claims{"iat": at(time.Minute)}, true, true},
		"good from a minute ago":            {nil, nil, claims{"nbf": at(-time.Minute)}, true, true},

		"good from in a minute": {nil, nil, claims{"nbf": at(time.Minute)}, false, false},

		// golang-jwt reads numbers in quotes, where RFC 7519 §2 has a JSON number.
		"an end as text": {nil, nil, claims{"exp": fmt.Sprint(at(time.Minute))}, false, true},
		// golang-jwt leaves crit to its caller (RFC 7515 §4.1.11).
		"an extension that must be known": {nil, header{"crit": []string{"b64"}, "b64": true}, nil, false, true},
		// golang-jwt knows JWTs, and not what an access token must have besides (RFC 9068 §2.2).
		"no client":        {nil, nil, claims{"client_id": nil}, false, true},
		"no time of issue": {nil, nil, claims{"iat": nil}, false, true},
		"no id":            {nil, nil, claims{"jti": nil}, false, true},
	} {
		t.Run(name, func(t *testing.T) {
			head := header{"typ": "at+jwt"}
			maps.Copy(head, tt.header)
			body := claims{
				"iss": c.lab.Issuer(), "aud": c.lab.API(), "sub": "alice", "client_id": "demo-client",
				"iat": at(0), "exp": at(time.Hour), "jti": "flow.id", "scope": "profile",
			}
			maps.Copy(body, tt.claims)
			maps.DeleteFunc(body, func(_ string, value any) bool { return value == nil })
			method := tt.method
			if method == nil {
				method = jwt.SigningMethodHS256
			}
			token := another.signed(t, method, head, body)
			own := c.status(token)
			if _, err := another.subject(token); (err == nil) != tt.other || (own == http.StatusOK) != tt.own {
				t.Errorf("the lab's API answers %d, want it taken: %t; golang-jwt says %v, want it taken: %t", own, tt.own, err, tt.other)
			}
		})
	}
}

// The lab says that one changed letter breaks a token: so it does, wherever the letter stands
// and whoever checks.
func TestJWTsBreakByAnyLetter(t *testing.T) {
	h := openHouse(t)
	for _, mode := range []string{"the API reads by itself", "the API asks about JWTs"} {
		t.Run(mode, func(t *testing.T) {
			c := h.libraryIn(t, "v06", lab.TypePublic, modes[mode])
			token := c.signIn().AccessToken
			if got := c.status(token); got != http.StatusOK {
				t.Fatalf("the API answers %d", got)
			}
			const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
			parts := strings.Split(token, ".")
			for part, at := range map[string]int{
				"header": len(parts[0]) - 1, "claims": len(parts[0]) + len(parts[1]), "signature": len(token) - 1,
			} {
				was := strings.IndexByte(letters, token[at])
				for _, other := range []int{was ^ 1, was ^ 32} { // in the last bit of six, which may be left over, and in the first
					if got := c.status(token[:at] + letters[other:other+1] + token[at+1:]); got != http.StatusUnauthorized {
						t.Errorf("with %q for %q at the end of its %s, the token is answered %d", letters[other], token[at], part, got)
					}
				}
			}
		})
	}
}

// In a chapter that has no JWTs one is worth nothing, be it of the lab's own: the server knows
// it by an id that everybody can copy, and looks at no signature.
func TestJWTsAreWorthNothingInAnEarlierChapter(t *testing.T) {
	c := openHouse(t).libraryIn(t, "v06", lab.TypePublic, modes["the API reads by itself"])
	token := c.signIn().AccessToken
	c.change(`{"chapter":"v05"}`)
	c.resource = strings.TrimSuffix(c.config.Endpoint.TokenURL, "/token") + "/api/me"
	for _, brought := range []string{token, token[:len(token)-4] + "AAAA", guard.TokenID(token)} {
		if got := c.status(brought); got != http.StatusUnauthorized {
			t.Errorf("the API answers %d to %.8s…", got, brought)
		}
	}
}
