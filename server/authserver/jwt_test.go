package authserver

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"oauthlab/lessons/guard"
)

// jwtOf writes a JWT in its compact form (RFC 7515 §7.1), whatever its header says. Without a
// key it has no signature.
func jwtOf(header, claims string, key []byte) string {
	signed := base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + base64.RawURLEncoding.EncodeToString([]byte(claims))
	if key == nil {
		return signed + "."
	}
	return signed + "." + macOf(signed, key)
}

// macOf is the signature of HS256 (RFC 7518 §3.2), made without the library.
func macOf(signed string, key []byte) string {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(signed))
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil))
}

// partOf reads one part of a JWT.
func partOf(t *testing.T, token string, i int) (part map[string]any) {
	t.Helper()
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		t.Fatalf("%q is no JWT", token)
	}
	text, err := base64.RawURLEncoding.Strict().DecodeString(parts[i])
	if err == nil {
		err = json.Unmarshal(text, &part)
	}
	if err != nil {
		t.Fatalf("part %d of %q: %v", i, token, err)
	}
	return part
}

func claimsIn(t *testing.T, token string) map[string]any { t.Helper(); return partOf(t, token, 1) }

// jwtBench is a bench whose server gives out JWTs.
func jwtBench(t *testing.T) *bench {
	t.Helper()
	b := splitBench(t)
	b.set(map[guard.ID]string{guard.IDTokenFormat: guard.JWT})
	return b
}

// Access tokens are opaque unless the lab is set to JWTs.
func TestTokensAreOpaqueByDefault(t *testing.T) {
	b := splitBench(t)
	if token := b.signIn().AccessToken; strings.Contains(token, ".") {
		t.Errorf("the token is %q", token)
	}
	b.in("v05")
	if token := b.signIn().AccessToken; strings.Contains(token, ".") {
		t.Errorf("in v05 the token is %q", token)
	}
}

// A JWT has the form of RFC 9068 §2: what its header says, each claim, and who signed it.
func TestTheFormOfAJWT(t *testing.T) {
	b := jwtBench(t)
	given := b.signIn("scope", "read profile")
	b.signOut()
	token := given.AccessToken
	header := partOf(t, token, 0)
	if len(header) != 2 || header["typ"] != "at+jwt" || header["alg"] != "HS256" {
		t.Errorf("the header is %v (RFC 9068 §2.1)", header)
	}
	claims, now := claimsIn(t, token), float64(b.lab.Now().Unix())
	id, _ := claims["jti"].(string)
	delete(claims, "jti")
	for name, want := range map[string]any{
		"iss": b.url, "sub": "alice", "client_id": ClientDemo, "aud": b.lab.API(), "scope": "read profile", "iat": now, "exp": now + float64(given.ExpiresIn),
	} {
		if claims[name] != want {
			t.Errorf("%s is %v, want %v (RFC 9068 §2.2)", name, claims[name], want)
		}
		delete(claims, name)
	}
	if len(claims) != 0 {
		t.Errorf("it says besides %v", claims)
	}
	if given.ExpiresIn != 3600 || given.TokenType != "Bearer" {
		t.Errorf("the answer is %+v", given)
	}
	signed := token[:strings.LastIndexByte(token, '.')]
	if want := signed + "." + macOf(signed, apiKey.Signing(b.lab.ID)); token != want {
		t.Errorf("the token is\n\t%s, want\n\t%s", token, want)
	}

	// No two have one id, and none of them stands in the record.
	other := b.signIn("scope", "read profile").AccessToken
	if id == "" || claimsIn(t, other)["jti"] == id {
		t.Errorf("the ids are %q and %v", id, claimsIn(t, other)["jti"])
	}
	kept, err := json.Marshal(b.state())
	if err != nil {
		t.Fatal(err)
	}
	for name, secret := range map[string]string{"the token": token, "its id": id, "its signature": token[len(signed):], "the refresh token": given.RefreshToken} {
		if strings.Contains(string(kept), secret) {
			t.Errorf("the record has %s", name)
		}
	}
	if !b.alive(token) || !b.alive(other) {
		t.Error("the server does not know its own tokens")
	}
}

// A token lives for as long as the answer says, and says the same of itself.
func TestAJWTEndsWhenTheAnswerSays(t *testing.T) {
	for setting, want := range map[string]int{"1h": 3600, "10s": 10} {
		b := jwtBench(t)
		b.set(map[guard.ID]string{guard.IDTokenLifetime: setting})
		given := b.signIn()
		claims := claimsIn(t, given.AccessToken)
		if lasts := claims["exp"].(float64) - claims["iat"].(float64); given.ExpiresIn != want || lasts != float64(want) {
			t.Errorf("of %s the answer says %d, the token %v", setting, given.ExpiresIn, lasts)
		}
		b.later(time.Duration(want) * time.Second)
		b.about(given.AccessToken).wantWorthless(t)
	}
}

// A client that has an API of its own gets tokens for that, in either form.
func TestATokenNamesTheAPIOfItsClient(t *testing.T) {
	for _, format := range []string{guard.Opaque, guard.JWT} {
		b := splitBench(t)
		b.set(map[guard.ID]string{guard.IDTokenFormat: format})
		site := b.lab.Origins.MallorySite(b.lab.ID)
		code := b.code("client_id", ClientPrints, "redirect_uri", site)
		token := b.redeem(code, "client_id", ClientPrints, "redirect_uri", site).tokens(t).AccessToken
		want := b.lab.Origins.PrintShop(b.lab.ID)
		if got := b.about(token).said(t)["aud"]; got != want {
			t.Errorf("%s: the server says that it is for %v, want %s", format, got, want)
		}
		if format == guard.JWT && claimsIn(t, token)["aud"] != want {
			t.Errorf("the token says that it is for %v, want %s", claimsIn(t, token)["aud"], want)
		}
	}
}

// A refresh gives a JWT again, with an id of its own and of the same authorization.
func TestARefreshGivesAJWTAgain(t *testing.T) {
	b := jwtBench(t)
	first := b.signIn("scope", "read profile")
	b.later(time.Minute)
	second := b.refresh(first.RefreshToken, "scope", "read").tokens(t)
	was, is := claimsIn(t, first.AccessToken), claimsIn(t, second.AccessToken)
	for name, want := range map[string]any{
		"sub": "alice", "client_id": ClientDemo, "aud": was["aud"], "iss": was["iss"], "scope": "read", "iat": was["iat"].(float64) + 60, "exp": was["exp"].(float64) + 60,
	} {
		if is[name] != want {
			t.Errorf("%s is %v, want %v", name, is[name], want)
		}
	}
	flow := func(claims map[string]any) string {
		of, _, _ := strings.Cut(claims["jti"].(string), ".")
		return of
	}
	if was["jti"] == is["jti"] || flow(was) != flow(is) || flow(was) == "" {
		t.Errorf("the ids are %v and %v", was["jti"], is["jti"])
	}
	if b.about(second.AccessToken).said(t)["scope"] != "read" || b.about(first.AccessToken).said(t)["scope"] != "read profile" {
		t.Error("the server says otherwise")
	}
	if strings.Count(first.RefreshToken, ".") != 0 {
		t.Errorf("the refresh token is %q", first.RefreshToken)
	}
}

// Tokens of either form live beside each other, whatever the lab is set to meanwhile, and both
// end with the login.
func TestBothFormsLiveTogether(t *testing.T) {
	b := splitBench(t)
	opaque := b.signIn("scope", "read")
	b.set(map[guard.ID]string{guard.IDTokenFormat: guard.JWT})
	jwt := b.refresh(opaque.RefreshToken).tokens(t)
	b.set(map[guard.ID]string{guard.IDTokenFormat: guard.Opaque})
	again := b.refresh(jwt.RefreshToken).tokens(t)
	if dots := []int{strings.Count(opaque.AccessToken, "."), strings.Count(jwt.AccessToken, "."), strings.Count(again.AccessToken, ".")}; !slices.Equal(dots, []int{0, 2, 0}) {
		t.Fatalf("the tokens have dots %v", dots)
	}
	for _, one := range []TokenResponse{opaque, jwt, again} {
		if got := b.about(one.AccessToken).said(t); got["active"] != true || got["scope"] != "read" || got["aud"] != b.lab.API() {
			t.Errorf("of %q the server says %v", one.AccessToken, got)
		}
	}
	b.refresh(jwt.RefreshToken).wantError(t, http.StatusBadRequest, "invalid_grant") // a second use
	for _, one := range []TokenResponse{opaque, jwt, again} {
		b.about(one.AccessToken).wantWorthless(t)
	}
}

// A JWT is worth something as the server wrote it, to the last letter, and nothing otherwise:
// its id is in it for all to read.
func TestAJWTThatIsNotTheServers(t *testing.T) {
	b := jwtBench(t)
	good := b.signIn().AccessToken
	parts := strings.Split(good, ".")
	id := claimsIn(t, good)["jti"].(string)
	text, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	claims, hs256 := string(text), `{"alg":"HS256","typ":"at+jwt"}`
	key := apiKey.Signing(b.lab.ID)
	last := strings.IndexByte(base64url, good[len(good)-1])
	for name, token := range map[string]string{
		"signed with another key":                   jwtOf(hs256, claims, []byte("a key that Mallory has made up, 32")),
		"signed with the key of all labs":           jwtOf(hs256, claims, apiKey),
		"signed with its own id":                    jwtOf(hs256, claims, []byte(id)),
		"of alg none":                               jwtOf(`{"alg":"none","typ":"at+jwt"}`, claims, nil),
		"of alg none, with a signature":             jwtOf(`{"alg":"none","typ":"at+jwt"}`, claims, key),
		"of an alg that was not agreed":             jwtOf(`{"alg":"HS384","typ":"at+jwt"}`, claims, key),
		"of no alg":                                 jwtOf(`{"typ":"at+jwt"}`, claims, key),
		"of two algs":                               jwtOf(`{"alg":"none","alg":"HS256","typ":"at+jwt"}`, claims, key),
		"without its signature":                     parts[0] + "." + parts[1] + ".",
		"without its header":                        "." + parts[1] + "." + parts[2],
		"its signature alone":                       ".." + parts[2],
		"its claims alone":                          parts[1],
		"its id alone":                              id,
		"the secret in its id":                      id[strings.IndexByte(id, '.')+1:],
		"of other claims":                           parts[0] + "." + base64.RawURLEncoding.EncodeToString([]byte(strings.Replace(claims, "alice", "carol", 1))) + "." + parts[2],
		"with a last letter that has the same bits": good[:len(good)-1] + base64url[last+1:last+2],
		"with padding":                              good + "=",
		"of four parts":                             good + ".",
		"with a blank":                              " " + good,
		"of a made-up id":                           jwtOf(hs256, strings.Replace(claims, id, "flow.made-up", 1), key),
		"of no id":                                  jwtOf(hs256, `{"sub":"alice"}`, key),
		"of an id of a list":                        jwtOf(hs256, `{"jti":["`+id+`"]}`, key),
	} {
		t.Run(name, func(t *testing.T) {
			if token == good {
				t.Fatal("it is the good one")
			}
			b.about(token).wantWorthless(t)
		})
	}
	if b.about(good).said(t)["active"] != true {
		t.Error("the good one is worth nothing")
	}
	b.off(guard.IDTokenExpiry, guard.IDIntrospectionAuth) // neither guard is about that
	b.ask(url.Values{"token": {jwtOf(hs256, claims, []byte("mallory"))}}.Encode()).wantWorthless(t)
}

// base64url is its alphabet (RFC 4648 §5). The last letter of a signature of HS256 has two bits
// that mean nothing, and are zero.
const base64url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
