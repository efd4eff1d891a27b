package authserver

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/uuid"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/server/lab"
	"oauthlab/server/store/storetest"
)

// verified checks a token with the keys that are published, by the name that it gives, as another
// library does it, and returns what it says.
func verified(t *testing.T, set jose.JSONWebKeySet, token string) []byte {
	t.Helper()
	jws, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.RS256, jose.ES256})
	if err != nil {
		t.Fatal(err)
	}
	keys := set.Key(jws.Signatures[0].Protected.KeyID)
	if len(keys) != 1 {
		t.Fatalf("%q names %d keys", jws.Signatures[0].Protected.KeyID, len(keys))
	}
	if keys[0].Algorithm != jws.Signatures[0].Protected.Algorithm {
		t.Errorf("a key of %s signs with %s", keys[0].Algorithm, jws.Signatures[0].Protected.Algorithm)
	}
	payload, err := jws.Verify(keys[0])
	if err != nil {
		t.Fatal(err)
	}
	return payload
}

// newJWTBench is a signBench whose access tokens are JWTs, and are signed with the algorithm.
func newJWTBench(t *testing.T, algorithm string) *signBench {
	t.Helper()
	b := newSignBench(t)
	b.set(map[guard.ID]string{guard.IDTokenFormat: guard.JWT, guard.IDSigningAlg: algorithm})
	return b
}

// From v08 on both tokens are signed with a key of the server's, by the algorithm that the lab is
// set to, and say which key and what they are. Anybody reads them with the published keys.
func TestTokensAreSignedWithThePublishedKeys(t *testing.T) {
	for _, algorithm := range []string{guard.RS256, guard.ES256} {
		t.Run(algorithm, func(t *testing.T) {
			b := newJWTBench(t, algorithm)
			given := b.signsIn("alice", "scope", "openid offline_access")
			again := b.refreshWeb(given.RefreshToken).tokens(t)
			set := b.listed()
			for name, tt := range map[string]struct {
				token, typ string
				says       map[string]any
			}{
				"an ID token":                 {given.IDToken, "JWT", map[string]any{"iss": b.url, "sub": "alice", "aud": ClientWeb}},
				"an access token":             {given.AccessToken, "at+jwt", map[string]any{"iss": b.url, "sub": "alice", "aud": b.lab.API(), "client_id": ClientWeb}},
				"an access token of a second": {again.AccessToken, "at+jwt", map[string]any{"iss": b.url, "sub": "alice", "aud": b.lab.API(), "client_id": ClientWeb}},
			} {
				var claims map[string]any
				if err := json.Unmarshal(verified(t, set, tt.token), &claims); err != nil {
					t.Fatal(err)
				}
				for claim, want := range tt.says {
					if claims[claim] != want {
						t.Errorf("%s has the %s %v, want %v", name, claim, claims[claim], want)
					}
				}
				header := partOf(t, tt.token, 0)
				kid, _ := header["kid"].(string)
				if delete(header, "kid"); !maps.Equal(header, map[string]any{"alg": algorithm, "typ": tt.typ}) || !strings.HasPrefix(kid, strings.ToLower(algorithm)+"-") {
					t.Errorf("%s has the header %v and the kid %q", name, header, kid)
				}
				if !lab.IsStrict(tt.token) {
					t.Errorf("%s is %s", name, tt.token)
				}
			}
			if b.userInfo(given.AccessToken).said(t)["sub"] != "alice" || b.about(given.AccessToken).said(t)["active"] != true {
				t.Error("the server does not know its own token")
			}
			if got := texts(b.bench, b.metadata(), "id_token_signing_alg_values_supported"); !slices.Contains(got, algorithm) || slices.Contains(got, guard.HS256) || slices.Contains(got, "none") {
				t.Errorf("the metadata say %v", got)
			}
			b.set(map[guard.ID]string{guard.IDTokenFormat: guard.Opaque})
			if token := b.signsIn("alice").AccessToken; strings.Contains(token, ".") {
				t.Errorf("set to opaque tokens it gives %s", token)
			}
		})
	}
}

// The setting counts from the next token on; those of before are as good as they were.
func TestTheAlgorithmChanges(t *testing.T) {
	b := newJWTBench(t, guard.RS256)
	first := b.signsIn("alice")
	b.set(map[guard.ID]string{guard.IDSigningAlg: guard.ES256})
	second := b.signsIn("alice")
	for token, want := range map[string]string{first.AccessToken: "RS256", first.IDToken: "RS256", second.AccessToken: "ES256", second.IDToken: "ES256"} {
		if got := partOf(t, token, 0)["alg"]; got != want {
			t.Errorf("it is signed by %v, want %s", got, want)
		}
		verified(t, b.listed(), token)
	}
	for _, token := range []string{first.AccessToken, second.AccessToken} {
		b.userInfo(token).said(t)
	}
}

// Before there are keys, tokens are signed with secrets, and name no key. What was signed so is
// nothing to a lab that has gone on, and what keys signed nothing to one that went back.
func TestTokensBeforeTheKeys(t *testing.T) {
	b := newSignBench(t)
	b.set(map[guard.ID]string{guard.IDTokenFormat: guard.JWT})
	b.in("v07")
	before := b.signsIn("alice")
	for typ, token := range map[string]string{"JWT": before.IDToken, "at+jwt": before.AccessToken} {
		if header := partOf(t, token, 0); !maps.Equal(header, map[string]any{"alg": guard.HS256, "typ": typ}) {
			t.Errorf("in v07 the header is %v", header)
		}
	}
	b.userInfo(before.AccessToken).said(t)
	b.in("v08")
	b.userInfo(before.AccessToken).wantChallenged(t, http.StatusUnauthorized, "invalid_token")
	b.about(before.AccessToken).wantWorthless(t)
	after := b.signsIn("alice")
	b.in("v07")
	b.userInfo(after.AccessToken).wantChallenged(t, http.StatusUnauthorized, "invalid_token")
	b.about(after.AccessToken).wantWorthless(t)
	b.userInfo(before.AccessToken).said(t)
	b.in("v08").userInfo(after.AccessToken).said(t)
}

// wantWorth checks what both endpoints that are shown a token make of it.
func (b *signBench) wantWorth(when, token string, good bool) {
	b.Helper()
	if !good {
		b.about(token).wantWorthless(b.T)
		b.userInfo(token).wantChallenged(b.T, http.StatusUnauthorized, "invalid_token")
		return
	}
	if got := b.about(token).said(b.T); got["active"] != true || got["sub"] != "alice" {
		b.Errorf("%s, introspection says %v", when, got)
	}
	if got := b.userInfo(token); got.status != http.StatusOK || got.said(b.T)["sub"] != "alice" {
		b.Errorf("%s, UserInfo answers %d %s", when, got.status, got.body)
	}
}

// A rotation breaks no token, not when the key is published no more either: the server knows what
// it has signed. A withdrawal breaks each that the key has signed, to the last.
func TestTokensAfterARotation(t *testing.T) {
	for _, algorithm := range []string{guard.RS256, guard.ES256} {
		t.Run(algorithm, func(t *testing.T) {
			b := newJWTBench(t, algorithm)
			first := b.signsIn("alice")
			b.wantWorth("before", first.AccessToken, true)
			b.rotate(false)
			second := b.signsIn("alice")
			if partOf(t, first.IDToken, 0)["kid"] == partOf(t, second.IDToken, 0)["kid"] {
				t.Error("the new key does not sign at once")
			}
			for _, given := range []TokenResponse{first, second} {
				b.wantWorth("after a rotation", given.AccessToken, true)
				verified(t, b.listed(), given.IDToken)
				verified(t, b.listed(), given.AccessToken)
			}
			b.later(time.Hour - time.Second)
			b.wantWorth("at their end", first.AccessToken, true)
			b.later(2 * time.Hour)
			b.off(guard.IDTokenExpiry)
			if kid := partOf(t, first.IDToken, 0)["kid"]; slices.Contains(b.kids(), kid.(string)) {
				t.Errorf("%v is published still", kid)
			}
			b.wantWorth("published no more, with the expiry off", first.AccessToken, true)
			b.later(0)

			b.rotate(true)
			third := b.signsIn("alice")
			for _, given := range []TokenResponse{first, second} {
				b.wantWorth("after a withdrawal", given.AccessToken, false)
			}
			b.wantWorth("after a withdrawal, a new one", third.AccessToken, true)
			if set := b.listed(); len(set.Keys) != 2 {
				t.Errorf("%d keys are published", len(set.Keys))
			}
		})
	}
}

// An opaque token has no signature, and a withdrawal is nothing to it; nor to a refresh token, with
// which a client gets a good access token again.
func TestAWithdrawalAndOtherTokens(t *testing.T) {
	b := newSignBench(t)
	opaque := b.signsIn("alice").AccessToken
	b.set(map[guard.ID]string{guard.IDTokenFormat: guard.JWT})
	given := b.signsIn("alice", "scope", "openid offline_access")
	b.rotate(true)
	b.wantWorth("an opaque token", opaque, true)
	b.wantWorth("a JWT", given.AccessToken, false)
	b.wantWorth("after a refresh", b.refreshWeb(given.RefreshToken).tokens(t).AccessToken, true)
}

// A reset has a lab sign with keys that nobody has seen, and what was signed before is nothing.
func TestTokensAfterAReset(t *testing.T) {
	b := newJWTBench(t, guard.ES256)
	old := b.signsIn("alice")
	kids := b.kids()
	if err := b.server.Document().Reset(t.Context(), b.lab); err != nil {
		t.Fatal(err)
	}
	b.wantWorth("after a reset", old.AccessToken, false)
	if got := b.kids(); slices.ContainsFunc(got, func(kid string) bool { return strings.HasPrefix(kid, "es256-") && slices.Contains(kids, kid) }) {
		t.Errorf("the keys are %v, before %v", got, kids)
	}
	b.wantWorth("a new one", b.signsIn("alice").AccessToken, true)
}

// ofAnotherLab is the bench with a lab of its own in the chapter, on the same server.
func (b *signBench) ofAnotherLab() *signBench {
	b.Helper()
	other := b.inAnotherLab().in("v08")
	other.set(map[guard.ID]string{guard.IDTokenFormat: guard.JWT})
	return &signBench{other, b.server}
}

// What one lab has signed is nothing in another, and nothing at an issuer of the same lab with
// keys of its own; nor the other way round.
func TestTokensOfAnotherLab(t *testing.T) {
	b := newJWTBench(t, guard.ES256) // whose keys are made here: no two labs have one
	other := b.ofAnotherLab()
	other.set(map[guard.ID]string{guard.IDSigningAlg: guard.ES256})
	rotated := &signBench{b.at(b.url + "/fault/signature-rotated"), b.server}
	all := map[string]*signBench{"a lab": b, "another lab": other, "an issuer with keys of its own": rotated}
	given := map[string]TokenResponse{}
	for name, at := range all {
		given[name] = at.signsIn("alice")
	}
	for from, tokens := range given {
		for to, at := range all {
			at.wantWorth("of "+from+" at "+to, tokens.AccessToken, from == to)
			kid, _ := partOf(t, tokens.IDToken, 0)["kid"].(string)
			if has := slices.Contains(at.kids(), kid); has != (from == to) {
				t.Errorf("the key of %s is in the list of %s: %t", from, to, has)
			}
		}
	}
}

// signedWith writes a JWT with the standard library, whatever its header says: by RS256 or ES256
// with a private key, by HS256 with a secret, and without a key not at all.
func signedWith(t *testing.T, header, claims string, key any) string {
	t.Helper()
	content := base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + base64.RawURLEncoding.EncodeToString([]byte(claims))
	hash := crypto.SHA256.New()
	hash.Write([]byte(content))
	switch key := key.(type) {
	case nil:
		return content + "."
	case []byte:
		return content + "." + macOf(content, key)
	case *ecdsa.PrivateKey:
		r, s, err := ecdsa.Sign(rand.Reader, key, hash.Sum(nil))
		if err != nil {
			t.Fatal(err)
		}
		return content + "." + base64.RawURLEncoding.EncodeToString(append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...))
	case crypto.Signer:
		signature, err := key.Sign(rand.Reader, hash.Sum(nil), crypto.SHA256)
		if err != nil {
			t.Fatal(err)
		}
		return content + "." + base64.RawURLEncoding.EncodeToString(signature)
	}
	t.Fatalf("nobody signs with a %T", key)
	return ""
}

// asPEM is a public key as configurations have it.
func asPEM(t *testing.T, key crypto.PublicKey) []byte {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
}

// spoilt are tokens that say what a good one says, and that the server did not sign so.
func spoilt(t *testing.T, b *signBench, good string) map[string]string {
	t.Helper()
	ring, err := b.server.Keys.ring(t.Context(), b.lab.ID, "", b.lab.Now())
	if err != nil {
		t.Fatal(err)
	}
	private := map[string]crypto.Signer{}
	kids := map[string]string{}
	for _, key := range ring {
		private[key.Algorithm], kids[key.Algorithm] = opened(t, key), key.ID
	}
	parts := strings.Split(good, ".")
	raw, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	claims := string(raw)
	typ, _ := partOf(t, good, 0)["typ"].(string)
	header := func(alg, kid string) string { return `{"alg":"` + alg + `","kid":"` + kid + `","typ":"` + typ + `"}` }
	rs, es := kids["RS256"], kids["ES256"]
	stranger := b.server.StrangerKey.Of(b.lab.ID)
	foreign, err := b.server.Keys.foreign()
	if err != nil {
		t.Fatal(err)
	}
	foreignPublic, err := json.Marshal(jose.JSONWebKey{Key: stranger.Public(), Algorithm: "ES256", KeyID: "mine"})
	if err != nil {
		t.Fatal(err)
	}
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	last := len(parts[2]) - 1 // of which some bits count
	unwritten := letters[strings.IndexByte(letters, parts[2][last])^1]
	return map[string]string{
		"by a stranger's RSA key":                   signedWith(t, header("RS256", rs), claims, foreign),
		"by a stranger's elliptic key":              signedWith(t, header("ES256", es), claims, stranger),
		"by a stranger's key, of a stranger's name": signedWith(t, header("ES256", StrangerKID), claims, stranger),
		"by a stranger's key in the header":         signedWith(t, `{"alg":"ES256","typ":"`+typ+`","jwk":`+string(foreignPublic)+`}`, claims, stranger),
		"by the right key in no name":               signedWith(t, `{"alg":"RS256","typ":"`+typ+`"}`, claims, private["RS256"]),
		"by the right key in an empty name":         signedWith(t, header("RS256", ""), claims, private["RS256"]),
		"by the right key in a name that is not":    signedWith(t, header("RS256", "rs256-nobody-has-it"), claims, private["RS256"]),
		"by the right key in another case":          signedWith(t, header("RS256", strings.ToUpper(rs)), claims, private["RS256"]),
		"by RSA in the name of the elliptic key":    signedWith(t, header("RS256", es), claims, private["RS256"]),
		"by the elliptic key in the name of RSA":    signedWith(t, header("ES256", rs), claims, private["ES256"]),
		"by RSA, which says ES256":                  signedWith(t, header("ES256", rs), claims, private["RS256"]),
		"by HS256 with the public RSA key":          signedWith(t, header("HS256", rs), claims, asPEM(t, private["RS256"].Public())),
		"by HS256 with the public elliptic key":     signedWith(t, header("HS256", es), claims, asPEM(t, private["ES256"].Public())),
		"by HS256 with the secret of the API":       signedWith(t, header("HS256", rs), claims, apiKey.Signing(b.lab.ID)),
		"by HS256 with the secret of the client":    signedWith(t, `{"alg":"HS256","typ":"`+typ+`"}`, claims, []byte(b.webSecret())),
		"by HS256 with nothing":                     signedWith(t, header("HS256", rs), claims, []byte{}),
		"by none":                                   signedWith(t, header("none", rs), claims, nil),
		"by None":                                   signedWith(t, header("None", rs), claims, nil),
		"by RS256, with no signature":               signedWith(t, header("RS256", rs), claims, nil),
		"by RS512, which says RS256":                signedWith(t, header("RS512", rs), claims, private["RS256"]),
		"by the right key, with an extension":       signedWith(t, `{"alg":"RS256","kid":"`+rs+`","typ":"`+typ+`","crit":["x"],"x":1}`, claims, private["RS256"]),
		"with other claims":                         parts[0] + "." + base64.RawURLEncoding.EncodeToString([]byte(strings.Replace(claims, "alice", "carol", 1))) + "." + parts[2],
		"with another header":                       base64.RawURLEncoding.EncodeToString([]byte(strings.Replace(header("ES256", es), typ, "other", 1))) + "." + parts[1] + "." + parts[2],
		"with padding":                              good + "==",
		"without its last letter":                   good[:len(good)-1],
		"with one letter more":                      good + "A",
		"with a blank":                              good + " ",
		"with bits that nobody wrote":               parts[0] + "." + parts[1] + "." + parts[2][:last] + string(unwritten),
		"in plain base64":                           parts[0] + "." + parts[1] + "." + strings.NewReplacer("-", "+", "_", "/").Replace(parts[2]) + "=",
		"in four parts":                             good + "." + parts[2],
		"in two parts":                              parts[0] + "." + parts[1],
		"as JSON":                                   `{"protected":"` + parts[0] + `","payload":"` + parts[1] + `","signature":"` + parts[2] + `"}`,
	}
}

// What the server did not sign, to the last letter, is no token of its, whatever it says; and the
// good one is good after all that.
func TestJWTsThatTheServerDidNotSign(t *testing.T) {
	for _, algorithm := range []string{guard.RS256, guard.ES256} {
		b := newJWTBench(t, algorithm)
		given := b.signsIn("alice")
		for name, token := range spoilt(t, b, given.AccessToken) {
			if token == given.AccessToken {
				t.Fatalf("%s is the good one", name)
			}
			t.Run(algorithm+", "+name, func(t *testing.T) {
				if got := b.of(t).about(token).said(t); len(got) != 1 || got["active"] != false {
					t.Errorf("introspection says %v", got)
				}
				r := b.of(t).userInfoBy(http.MethodPost, url.Values{"access_token": {token}}.Encode(), "Content-Type", form)
				r.wantChallenged(t, http.StatusUnauthorized, "invalid_token")
			})
		}
		for name, token := range map[string]string{"an ID token": given.IDToken, "the id alone": guard.TokenID(given.AccessToken), "its hash": guard.TokenHash(given.AccessToken)} {
			if got := b.about(token).said(t); got["active"] != false {
				t.Errorf("of %s introspection says %v", name, got)
			}
			b.userInfo(token).wantChallenged(t, http.StatusUnauthorized, "invalid_token")
		}
		b.wantWorth("after all that", given.AccessToken, true)
	}
}

// A line break has no place in a token, though base64 decoders pass over it (RFC 7515 §2): parameters
// may have none, nor may the token in the body of a request to UserInfo.
func TestLineBreaksInAToken(t *testing.T) {
	for _, chapter := range []string{"v07", "v08"} {
		b := newJWTBench(t, guard.RS256)
		b.in(chapter)
		good := b.signsIn("alice").AccessToken
		for _, at := range []int{0, 20, strings.IndexByte(good, '.') + 20, len(good) - 20, len(good)} {
			for _, lineBreak := range []string{"\n", "\r", "\r\n"} {
				token := good[:at] + lineBreak + good[at:]
				r := b.userInfoBy(http.MethodPost, url.Values{"access_token": {token}}.Encode(), "Content-Type", form)
				r.wantChallenged(t, http.StatusUnauthorized, "invalid_token")
				b.about(token).wantError(t, http.StatusBadRequest, "invalid_request")
			}
		}
		b.wantWorth("without one", good, true)
	}
}

// A token that one signs with a copy of the key, and that the server never gave out, is not known.
func TestATokenThatNobodyGaveOut(t *testing.T) {
	b := newJWTBench(t, guard.RS256)
	b.signsIn("alice")
	for _, id := range []string{"", "made-up", "." + uuid.NewString()} {
		token, err := b.server.Keys.SignAccessToken(t.Context(), b.lab.ID, b.lab.Now(), "", AccessTokenClaims{
			Issuer: b.url, Expires: b.lab.Now().Add(time.Hour).Unix(), Audience: Audiences{b.lab.API()}, Subject: "alice", ClientID: ClientWeb, Issued: b.lab.Now().Unix(), ID: id, Scope: "openid",
		})
		if err != nil {
			t.Fatal(err)
		}
		b.wantWorth("never given out", token, false)
	}
}

// A hint is an ID token of this issuer for this client, whichever of the server's keys signed it,
// as long as that is not withdrawn: two rotations ago too (OpenID Connect Core §3.1.2.1).
func TestHintsThatKeysSigned(t *testing.T) {
	b := newJWTBench(t, guard.ES256)
	given := b.signsIn("alice")
	takes := func(when, hint string, want bool) {
		t.Helper()
		r := b.asksWho("id_token_hint", hint, "prompt", promptNone)
		if want {
			b.codeIn(r)
			return
		}
		if got := b.carried(r); got.Get("error") != codeLoginRequired || got.Has("code") {
			t.Errorf("%s is answered %v", when, got)
		}
	}
	takes("a good one", given.IDToken, true)
	takes("an access token", given.AccessToken, false)
	for name, hint := range spoilt(t, b, given.IDToken) {
		takes(name, hint, false)
	}
	takes("of another lab", b.ofAnotherLab().signsIn("alice").IDToken, false)
	for _, name := range []string{"token-lower-case-type", "signature-rotated"} {
		at := b.at(b.url + "/fault/" + name)
		theirs := at.signsIn("alice").IDToken
		takes("of an issuer with a fault", theirs, false)
		at.codeIn(at.asksWho("id_token_hint", theirs, "prompt", promptNone))
		at.wantRefused(at.asksWho("id_token_hint", given.IDToken, "prompt", promptNone), codeLoginRequired)
	}

	b.rotate(false)
	takes("of the key before", given.IDToken, true)
	b.rotate(false)
	b.later(3 * time.Hour) // then she has to sign in again
	b.inAnotherBrowser().signsIn("alice")
	b.signsIn("alice")
	takes("of a key that is published no more", given.IDToken, true)
	b.later(0)
	latest := b.signsIn("alice").IDToken
	b.rotate(true)
	takes("of a key that is withdrawn", given.IDToken, false)
	takes("of the last of those", latest, false)
	takes("of the new one", b.signsIn("alice").IDToken, true)
}

// What each fault of the signature changes, and that it changes nothing else.
func TestFaultsOfTheSignature(t *testing.T) {
	const own, nobodys = "one of the server's", "nobody's"
	type looks struct {
		alg, kid, jku string
		fits          bool // by a key of the list, in the name that it gives or in none
		listed        int  // keys
	}
	for name, want := range map[string]map[string]looks{
		"":                           {"RS256": {"RS256", own, "", true, 2}, "ES256": {"ES256", own, "", true, 2}},
		"signature-rotated":          {"RS256": {"RS256", own, "", true, 4}, "ES256": {"ES256", own, "", true, 4}},
		"signature-missing-kid":      {"RS256": {"RS256", "", "", true, 2}, "ES256": {"ES256", "", "", true, 2}},
		"signature-unknown-kid":      {"RS256": {"RS256", nobodys, "", true, 2}, "ES256": {"ES256", nobodys, "", true, 2}},
		"signature-jku":              {"RS256": {"ES256", nobodys, "keys", false, 2}, "ES256": {"ES256", nobodys, "keys", false, 2}},
		"signature-hs256-public-key": {"RS256": {"HS256", own, "", false, 2}, "ES256": {"HS256", own, "", false, 2}},
		"id-token-unsigned":          {"RS256": {"none", own, "", false, 2}, "ES256": {"none", own, "", false, 2}},
		"id-token-wrong-key":         {"RS256": {"RS256", own, "", false, 2}, "ES256": {"ES256", own, "", false, 2}},
	} {
		for algorithm, want := range want {
			t.Run(algorithm+" "+name, func(t *testing.T) {
				b := newJWTBench(t, algorithm)
				at := b.bench
				if name != "" {
					at = b.at(b.url + "/fault/" + name)
				}
				given := at.signsIn("alice")
				header := partOf(t, given.IDToken, 0)
				kid, _ := header["kid"].(string)
				set := at.listed()
				got := looks{listed: len(set.Keys)}
				got.alg, _ = header["alg"].(string)
				switch got.kid = kid; {
				case len(set.Key(kid)) > 0:
					got.kid = own
				case kid != "":
					got.kid = nobodys
				}
				if jku, has := header["jku"]; has {
					if got.jku = "keys"; jku != b.lab.Origins.MalloryKeys(b.lab.ID) {
						t.Errorf("it says that its key is at %v", jku)
					}
				}
				if jws, err := jose.ParseSignedCompact(given.IDToken, []jose.SignatureAlgorithm{jose.RS256, jose.ES256}); err == nil {
					for _, key := range set.Keys {
						if _, err := jws.Verify(key.Key); err == nil {
							got.fits = true
						}
					}
				}
				if got != want {
					t.Errorf("it looks like %+v, want %+v", got, want)
				}
				if header["typ"] != "JWT" || len(header) > 4 {
					t.Errorf("the header is %v", header)
				}
				if claims := claimsIn(t, given.IDToken); claims["iss"] != at.url || claims["sub"] != "alice" || claims["nonce"] != "n1" || claims["at_hash"] != guard.HashOfToken(given.AccessToken) {
					t.Errorf("it says %v", claims)
				}
				verified(t, set, given.AccessToken) // in which nothing is wrong
				at.userInfo(given.AccessToken).said(t)

				parts := strings.Split(given.IDToken, ".")
				switch name {
				case "signature-hs256-public-key":
					key := set.Key(kid)[0]
					if key.Algorithm != algorithm || parts[2] != macOf(parts[0]+"."+parts[1], asPEM(t, key.Key)) {
						t.Errorf("it is not signed with the public key of %s", kid)
					}
				case "signature-jku":
					jws, err := jose.ParseSignedCompact(given.IDToken, []jose.SignatureAlgorithm{jose.ES256})
					if err != nil {
						t.Fatal(err)
					}
					if _, err := jws.Verify(b.server.StrangerKey.Of(b.lab.ID).Public()); err != nil || kid != StrangerKID {
						t.Errorf("it is not signed with Mallory's key: %v, %s", err, kid)
					}
				case "id-token-unsigned":
					if parts[2] != "" {
						t.Errorf("it has the signature %s", parts[2])
					}
				case "":
					return
				}
				if got := b.told(0); !slices.Equal(got, []string{name}) {
					t.Errorf("the log tells of %q", got)
				}
				if after := b.signsIn("alice").IDToken; len(verified(t, b.listed(), after)) == 0 {
					t.Error("the lab's own is empty")
				}
			})
		}
	}
}

// Whatever is shown as a token of the server's own, it is taken apart without a fault, and is
// never good.
func FuzzSignedHere(f *testing.F) {
	for _, seed := range []string{
		"", "..", "a.b.c", "eyJhbGciOiJSUzI1NiIsImtpZCI6InJzMjU2LXgifQ.e30.c2ln", "eyJhbGciOiJub25lIn0.e30.", "eyJhbGciOiJSUzI1NiIsImtpZCI6WzFdfQ.e30.c2ln",
		"eyJhbGciOiJFUzI1NiIsImp3ayI6e319.e30.AA", "{}", `{"payload":"","signatures":[]}`, strings.Repeat(".", 5000),
	} {
		f.Add(seed)
	}
	db := storetest.Open(f)
	labs := &lab.Labs{Store: db, Now: time.Now, Parties: []lab.Document{own(db)}}
	l, _, err := labs.Create(f.Context(), "v08")
	if err != nil {
		f.Fatal(err)
	}
	s := &Server{Party: event.Auth, Keys: NewKeys(db, quickKey)}
	handling := &lab.Handling{Lab: l, Party: event.Auth}
	f.Fuzz(func(t *testing.T, token string) {
		if payload, ok, err := s.signedHere(t.Context(), handling, token); err != nil || ok {
			t.Errorf("%q is taken, for %s (%v)", token, payload, err)
		}
	})
}
