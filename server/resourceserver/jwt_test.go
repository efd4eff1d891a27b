package resourceserver

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"hash"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
)

// What the API says of a token that it reads by itself.
const (
	saysNoJWT     = "This token is no JWT. The API checks signatures, and the server gives out opaque tokens: set both to the same (RFC 9068 section 4)."
	saysHeader    = "The token's header cannot be read. It is a JSON object in base64url (RFC 7515 section 5.2)."
	saysType      = "The token is of another type than at+jwt. Send an access token, and no other JWT (RFC 9068 section 4)."
	saysCritical  = "The token needs an extension that this API does not know. Whoever does not know what stands in crit must refuse the token (RFC 7515 section 4.1.11)."
	saysClaims    = "The token's claims cannot be read. They are a JSON object in base64url, and no JWT inside the JWT (RFC 9068 section 2.2)."
	saysLacks     = "The token lacks a claim. It has iss, exp, aud, sub, client_id, iat and jti (RFC 9068 section 2.2)."
	saysNotYet    = "This token is not good yet. Send it when the time in nbf has come, on the lab's clock (RFC 7519 section 4.1.5)."
	saysAlgorithm = "This token is not signed as was agreed on. This API takes tokens that are signed as its server signs them, whatever their header names (RFC 8725 section 3.1)."
	saysSignature = "The signature does not fit the token. Send the token as the token endpoint gave it: one changed letter breaks its signature (RFC 9068 section 4)."
	saysIssuer    = "This token comes from another server. Get the token from the server that this API belongs to: its issuer stands in the claim iss (RFC 9068 section 4)."
)

// Verdicts on a token that the API reads, as far as one comes.
var (
	algAgreed  = then(hasToken, "jwt-alg passed")
	isSigned   = then(algAgreed, "jwt-signature passed")
	isTrusted  = then(isSigned, "issuer passed")
	isAddress  = then(isTrusted, "audience passed")
	readGood   = then(isAddress, "token-expiry passed", "scope.enforce passed")
	notAgreed  = then(hasToken, "jwt-alg refused: this token is not signed as was agreed on")
	notFitting = then(algAgreed, "jwt-signature refused: the signature does not fit the token")
	notOurs    = then(isTrusted, "audience refused: this token is for another API")
	tooOld     = then(isAddress, "token-expiry refused: this token has expired")
)

// header256 is the header of a good token.
const header256 = `{"alg":"HS256","typ":"at+jwt"}`

// newReadBench is an API that reads tokens by itself: nobody is to be asked.
func newReadBench(t *testing.T) *splitBench {
	t.Helper()
	b := newSplitBench(t)
	b.set(guard.IDTokenCheck, `"signature"`)
	t.Cleanup(func() {
		if n := b.played.count(); n != 0 {
			t.Errorf("it asked the authorization server %d times", n)
		}
	})
	return b
}

// claims are those of a good token of Alice's, with changes, where nil removes.
func (b *splitBench) claims(changes map[string]any) string {
	b.Helper()
	now := b.lab.Now().Unix()
	all := map[string]any{
		"iss": b.lab.Issuer(), "aud": b.lab.API(), "sub": "alice", "client_id": "demo-client", "jti": "flow-1.id", "iat": now, "exp": now + 3600, "scope": "read write profile",
	}
	for name, value := range changes {
		all[name] = value
		if value == nil {
			delete(all, name)
		}
	}
	text, err := json.Marshal(all)
	if err != nil {
		b.Fatal(err)
	}
	return string(text)
}

// jwt is a token with such claims that the authorization server has signed.
func (b *splitBench) jwt(changes map[string]any) string {
	b.Helper()
	return b.signed(header256, b.claims(changes))
}

// signed is a token whatever it says, signed with the key of the lab.
func (b *splitBench) signed(header, claims string) string {
	return signedBy(encoded(header)+"."+encoded(claims), apiKey.Signing(b.lab.ID))
}

func encoded(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }

// signedBy signs with HS256 (RFC 7518 §3.2), without the library.
func signedBy(parts string, key []byte) string { return signedWith(sha256.New, parts, key) }

func signedWith(of func() hash.Hash, parts string, key []byte) string {
	h := hmac.New(of, key)
	h.Write([]byte(parts))
	return parts + "." + encoded(string(h.Sum(nil)))
}

// The API reads a token that the server signed, and takes it for what it says, in each way in
// which that may be written.
func TestTokensThatTheAPIReads(t *testing.T) {
	now := func(b *splitBench) int64 { return b.lab.Now().Unix() }
	for name, token := range map[string]func(b *splitBench) string{
		"as the server writes it": func(b *splitBench) string { return b.jwt(nil) },
		"with an audience of one": func(b *splitBench) string { return b.jwt(map[string]any{"aud": []string{b.lab.API()}}) },
		"with an audience of several": func(b *splitBench) string {
			return b.jwt(map[string]any{"aud": []string{"https://x.example", b.lab.API()}})
		},
		"with more claims": func(b *splitBench) string {
			return b.jwt(map[string]any{"acr": "1", "roles": []any{1, nil}, "cnf": map[string]any{"x": "y"}})
		},
		"with an end in a fraction":         func(b *splitBench) string { return b.jwt(map[string]any{"exp": float64(now(b)) + 1.5}) },
		"with an end that no clock reaches": func(b *splitBench) string { return b.jwt(map[string]any{"exp": 1e300}) },
		"with an end behind the year 2262":  func(b *splitBench) string { return b.jwt(map[string]any{"exp": 1e10}) },
		"from now on":                       func(b *splitBench) string { return b.jwt(map[string]any{"nbf": now(b)}) },
		"from long ago on":                  func(b *splitBench) string { return b.jwt(map[string]any{"nbf": 1}) },
		"from before all time on":           func(b *splitBench) string { return b.jwt(map[string]any{"nbf": -1e300}) },
		"with the type in capitals":         func(b *splitBench) string { return b.signed(`{"alg":"HS256","typ":"AT+JWT"}`, b.claims(nil)) },
		"with the type in full": func(b *splitBench) string {
			return b.signed(`{"alg":"HS256","typ":"application/at+jwt"}`, b.claims(nil))
		},
		"with the header in another order": func(b *splitBench) string { return b.signed(`{ "typ" : "at+jwt" , "alg":"HS256" }`, b.claims(nil)) },
		"with the name of a key":           func(b *splitBench) string { return b.signed(`{"alg":"HS256","typ":"at+jwt","kid":"1"}`, b.claims(nil)) },
		"with claims on several lines": func(b *splitBench) string {
			return b.signed(header256, strings.ReplaceAll(b.claims(nil), ",", ",\r\n"))
		},
		"with a claim twice: the last holds": func(b *splitBench) string {
			return b.signed(header256, strings.Replace(b.claims(nil), "{", `{"sub":"bob",`, 1))
		},
		"with an audience twice: the last holds": func(b *splitBench) string {
			return b.signed(header256, strings.Replace(b.claims(nil), "{", `{"aud":["https://x.example","y"],`, 1))
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := newReadBench(t)
			if r := b.with(token(b), "/protected"); r.status != http.StatusOK || !strings.HasPrefix(r.body, `{"owner":"alice",`) {
				t.Errorf("answered %d %s", r.status, r.body)
			}
			b.wantVerdicts(readGood...)
			if e, _ := b.lastRequest(); e.Flow != "flow-1" {
				t.Errorf("the request is told of in the flow %q", e.Flow)
			}
		})
	}
}

// What is wrong with a token that the API reads is said in every place (RFC 6750 §3.1), and by
// the verdict where a guard found it. What cannot be read at all is refused by no guard.
func TestTokensThatTheAPIRefuses(t *testing.T) {
	type tokenOf = func(b *splitBench) string
	claim := func(name string, value any) tokenOf {
		return func(b *splitBench) string { return b.jwt(map[string]any{name: value}) }
	}
	header := func(text string) tokenOf {
		return func(b *splitBench) string { return b.signed(text, b.claims(nil)) }
	}
	payload := func(text string) tokenOf {
		return func(b *splitBench) string { return b.signed(header256, text) }
	}
	// parts changes the three parts of a good token.
	parts := func(change func(h, c, s string) string) tokenOf {
		return func(b *splitBench) string {
			p := strings.Split(b.jwt(nil), ".")
			return change(p[0], p[1], p[2])
		}
	}
	for name, tt := range map[string]struct {
		token    tokenOf
		says     string
		verdicts []string
	}{
		"an opaque token":           {func(*splitBench) string { return good }, saysNoJWT, nil},
		"one part":                  {parts(func(h, c, s string) string { return h + c + s }), saysNoJWT, nil},
		"two parts":                 {parts(func(h, c, s string) string { return h + "." + c }), saysNoJWT, nil},
		"four parts":                {parts(func(h, c, s string) string { return h + "." + c + "." + s + "." + s }), saysNoJWT, nil},
		"five parts, as of a JWE":   {parts(func(h, c, s string) string { return h + "." + s + "." + s + "." + c + "." + s }), saysNoJWT, nil},
		"a dot too many":            {parts(func(h, c, s string) string { return h + "." + c + "." + s + "." }), saysNoJWT, nil},
		"an opaque token of 100 KB": {func(*splitBench) string { return strings.Repeat("x", 100<<10) }, saysNoJWT, nil},

		"dots alone":               {func(*splitBench) string { return ".." }, saysHeader, nil},
		"no header":                {parts(func(h, c, s string) string { return "." + c + "." + s }), saysHeader, nil},
		"a header that is no JSON": {header("alg=HS256"), saysHeader, nil},
		"a header that is a list":  {header("[" + header256 + "]"), saysHeader, nil},
		"a header and more":        {header(header256 + header256), saysHeader, nil},
		"a header in plain base64": {parts(func(h, c, s string) string {
			return strings.TrimRight(base64.StdEncoding.EncodeToString([]byte(`{"alg":"HS256","typ":"at+jwt","x":"~~~???>>>"}`)), "=") + "." + c + "." + s
		}), saysHeader, nil},
		"a header with bits that nobody wrote": {parts(func(h, c, s string) string {
			return encoded(`{"alg":"HS256","typ":"at+jwt"} `)[:40] + "J." + c + "." + s
		}), saysHeader, nil},
		"an alg that is a number": {header(`{"alg":256,"typ":"at+jwt"}`), saysHeader, nil},

		"no type":                    {header(`{"alg":"HS256"}`), saysType, nil},
		"a header that is null":      {header(`null`), saysType, nil},
		"the type JWT":               {header(`{"alg":"HS256","typ":"JWT"}`), saysType, nil},
		"an empty type":              {header(`{"alg":"HS256","typ":""}`), saysType, nil},
		"the type of an ID token":    {header(`{"alg":"HS256","typ":"id_token+jwt"}`), saysType, nil},
		"the type with a blank":      {header(`{"alg":"HS256","typ":"at+jwt "}`), saysType, nil},
		"the type of another tree":   {header(`{"alg":"HS256","typ":"text/at+jwt"}`), saysType, nil},
		"two types, the last counts": {header(`{"alg":"HS256","typ":"at+jwt","typ":"JWT"}`), saysType, nil},

		"an extension":              {header(`{"alg":"HS256","typ":"at+jwt","crit":["exp"],"exp":1}`), saysCritical, nil},
		"an extension of JWS":       {header(`{"alg":"HS256","typ":"at+jwt","crit":["b64"],"b64":false}`), saysCritical, nil},
		"an empty list of them":     {header(`{"alg":"HS256","typ":"at+jwt","crit":[]}`), saysCritical, nil},
		"one that is no list":       {header(`{"alg":"HS256","typ":"at+jwt","crit":"exp"}`), saysCritical, nil},
		"one that is null":          {header(`{"alg":"HS256","typ":"at+jwt","crit":null}`), saysCritical, nil},
		"one that is taken back":    {header(`{"alg":"HS256","typ":"at+jwt","crit":["x"],"crit":null}`), saysCritical, nil},
		"a content type":            {header(`{"alg":"HS256","typ":"at+jwt","cty":"JWT"}`), saysClaims, nil},
		"a content type of another": {header(`{"alg":"HS256","typ":"at+jwt","cty":"json"}`), saysClaims, nil},
		"a JWT inside the JWT":      {func(b *splitBench) string { return b.signed(header256, b.jwt(nil)) }, saysClaims, nil},

		"no claims":                  {payload(""), saysClaims, nil},
		"claims that are no JSON":    {payload("sub=alice"), saysClaims, nil},
		"claims that are a list":     {payload("[]"), saysClaims, nil},
		"claims that are a text":     {payload(`"alice"`), saysClaims, nil},
		"claims and more":            {func(b *splitBench) string { return b.signed(header256, b.claims(nil)+"{}") }, saysClaims, nil},
		"claims of 10,001 levels":    {payload(strings.Repeat("[", 10001)), saysClaims, nil},
		"claims that are not base64": {parts(func(h, c, s string) string { return h + "." + c[:len(c)-4] + "+/~-." + s }), saysClaims, nil},
		"an end as a text":           {func(b *splitBench) string { return b.jwt(map[string]any{"exp": fmt.Sprint(b.lab.Now().Unix() + 60)}) }, saysClaims, nil},
		"an end beyond numbers": {func(b *splitBench) string {
			return b.signed(header256, strings.Replace(b.claims(map[string]any{"exp": nil}), "{", `{"exp":1e400,`, 1))
		}, saysClaims, nil},
		"an end in words":               {claim("exp", true), saysClaims, nil},
		"a beginning as a text":         {claim("nbf", "now"), saysClaims, nil},
		"a scope as a list":             {claim("scope", []string{"read"}), saysClaims, nil},
		"a subject that is a number":    {claim("sub", 1), saysClaims, nil},
		"an audience of numbers":        {claim("aud", []int{1}), saysClaims, nil},
		"an audience that is an object": {claim("aud", map[string]any{}), saysClaims, nil},

		"claims that are null":  {payload("null"), saysLacks, nil},
		"no claim at all":       {payload("{}"), saysLacks, nil},
		"no issuer":             {claim("iss", nil), saysLacks, nil},
		"no subject":            {claim("sub", nil), saysLacks, nil},
		"an empty subject":      {claim("sub", ""), saysLacks, nil},
		"no client":             {claim("client_id", nil), saysLacks, nil},
		"no id":                 {claim("jti", nil), saysLacks, nil},
		"no end":                {claim("exp", nil), saysLacks, nil},
		"no time of issue":      {claim("iat", nil), saysLacks, nil},
		"no audience":           {claim("aud", nil), saysLacks, nil},
		"an empty audience":     {claim("aud", ""), saysLacks, nil},
		"an audience of nobody": {claim("aud", []string{}), saysLacks, nil},
		"an audience that is null": {func(b *splitBench) string {
			return b.signed(header256, strings.Replace(b.claims(map[string]any{"aud": nil}), "{", `{"aud":null,`, 1))
		}, saysLacks, nil},

		"from the next second on": {func(b *splitBench) string { return b.jwt(map[string]any{"nbf": b.lab.Now().Unix() + 1}) }, saysNotYet, nil},
		"from never on":           {claim("nbf", 1e300), saysNotYet, nil},

		"alg none": {func(b *splitBench) string {
			return encoded(`{"alg":"none","typ":"at+jwt"}`) + "." + encoded(b.claims(nil)) + "."
		}, saysAlgorithm, notAgreed},
		"alg none, with a signature":     {header(`{"alg":"none","typ":"at+jwt"}`), saysAlgorithm, notAgreed},
		"alg None":                       {header(`{"alg":"None","typ":"at+jwt"}`), saysAlgorithm, notAgreed},
		"alg hs256 in small letters":     {header(`{"alg":"hs256","typ":"at+jwt"}`), saysAlgorithm, notAgreed},
		"an algorithm that nobody knows": {header(`{"alg":"XS256","typ":"at+jwt"}`), saysAlgorithm, notAgreed},
		"no algorithm":                   {header(`{"typ":"at+jwt"}`), saysAlgorithm, notAgreed},
		"HS384 with the right key": {func(b *splitBench) string {
			return signedWith(sha512.New384, encoded(`{"alg":"HS384","typ":"at+jwt"}`)+"."+encoded(b.claims(nil)), apiKey.Signing(b.lab.ID))
		}, saysAlgorithm, notAgreed},
		"two algorithms, the last none": {header(`{"alg":"HS256","alg":"none","typ":"at+jwt"}`), saysAlgorithm, notAgreed},

		"two algorithms, the last good": {header(`{"alg":"none","alg":"HS256","typ":"at+jwt"}`), saysSignature, notFitting},
		"another key": {func(b *splitBench) string {
			return signedBy(encoded(header256)+"."+encoded(b.claims(nil)), []byte("a key that Mallory has made up, 32"))
		}, saysSignature, notFitting},
		"an empty key": {func(b *splitBench) string { return signedBy(encoded(header256)+"."+encoded(b.claims(nil)), nil) }, saysSignature, notFitting},
		"the key of another lab": {func(b *splitBench) string {
			return signedBy(encoded(header256)+"."+encoded(b.claims(nil)), apiKey.Signing(uuid.New()))
		}, saysSignature, notFitting},
		"what the API proves itself with": {func(b *splitBench) string {
			return signedBy(encoded(header256)+"."+encoded(b.claims(nil)), []byte(apiKey.Secret(b.lab.ID, "demo-api")))
		}, saysSignature, notFitting},
		"a key that the token brings": {func(b *splitBench) string {
			key := []byte("a key that Mallory has made up, 32")
			jwk := `{"alg":"HS256","typ":"at+jwt","jwk":{"kty":"oct","k":"` + encoded(string(key)) + `"}}`
			return signedBy(encoded(jwk)+"."+encoded(b.claims(nil)), key)
		}, saysSignature, notFitting},
		"no signature":                 {parts(func(h, c, s string) string { return h + "." + c + "." }), saysSignature, notFitting},
		"half a signature":             {parts(func(h, c, s string) string { return h + "." + c + "." + s[:20] }), saysSignature, notFitting},
		"a signature and more":         {parts(func(h, c, s string) string { return h + "." + c + "." + s + "AAAA" }), saysSignature, notFitting},
		"a signature with padding":     {parts(func(h, c, s string) string { return h + "." + c + "." + s + "=" }), saysSignature, notFitting},
		"a signature in other letters": {parts(func(h, c, s string) string { return h + "." + c + "." + strings.Repeat("~", len(s)) }), saysSignature, notFitting},
		"a signature with bits that nobody wrote": {parts(func(h, c, s string) string {
			const base64url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
			last := strings.IndexByte(base64url, s[len(s)-1])
			return h + "." + c + "." + s[:len(s)-1] + base64url[last+1:last+2]
		}), saysSignature, notFitting},
		"other claims under the signature": {func(b *splitBench) string {
			p, other := strings.Split(b.jwt(nil), "."), strings.Split(b.jwt(map[string]any{"sub": "bob"}), ".")
			return p[0] + "." + other[1] + "." + p[2]
		}, saysSignature, notFitting},
		"a JWT of 100 KB that Mallory wrote": {func(b *splitBench) string {
			return signedBy(encoded(header256)+"."+encoded(b.claims(map[string]any{"jti": strings.Repeat("x", 75<<10), "client_id": strings.Repeat("y", 20<<10)})), []byte("mallory"))
		}, saysSignature, notFitting},

		"another server":               {claim("iss", "https://test.example.com"), saysIssuer, then(isSigned, "issuer refused: this token comes from another server")},
		"the server, with a slash":     {func(b *splitBench) string { return b.jwt(map[string]any{"iss": b.lab.Issuer() + "/"}) }, saysIssuer, then(isSigned, "issuer refused: this token comes from another server")},
		"the API itself as its issuer": {func(b *splitBench) string { return b.jwt(map[string]any{"iss": b.lab.API()}) }, saysIssuer, then(isSigned, "issuer refused: this token comes from another server")},
		"for another API":              {claim("aud", "https://x.example"), saysAudience, notOurs},
		"for other APIs":               {claim("aud", []string{"https://x.example", "y"}), saysAudience, notOurs},
		"for the API, with a slash":    {func(b *splitBench) string { return b.jwt(map[string]any{"aud": b.lab.API() + "/"}) }, saysAudience, notOurs},

		"at its end":                  {func(b *splitBench) string { return b.jwt(map[string]any{"exp": b.lab.Now().Unix()}) }, saysExpired, tooOld},
		"long over":                   {claim("exp", 1), saysExpired, tooOld},
		"over since before all time":  {claim("exp", -1e300), saysExpired, tooOld},
		"over within its last second": {claim("exp", 0.5), saysExpired, tooOld},
	} {
		t.Run(name, func(t *testing.T) {
			b := newReadBench(t)
			token := tt.token(b)
			b.with(token, "/protected").wantError(t, 401, challenged("invalid_token", tt.says), "invalid_token", tt.says)
			b.wantVerdicts(tt.verdicts...)
			if _, decided := b.lastRequest(); len(decided) != len(tt.verdicts)+1 || !strings.Contains(decided[len(decided)-1].Response.Body, tt.says) {
				t.Errorf("the log does not say why: %+v", decided)
			}
			if line := b.logged(); line.Status != 401 {
				t.Errorf("its own log keeps %+v", line)
			}
			b.note(token, `{"text":"a note"}`).wantError(t, 401, challenged("invalid_token", tt.says), "invalid_token", tt.says)
			if n := len(b.state().Notes); n != len(newState().Notes) {
				t.Errorf("it keeps %d notes", n)
			}
		})
	}
}

// A token without the scope is known, and lacks it (RFC 6750 §3.1).
func TestAJWTWithoutTheScope(t *testing.T) {
	for name, scope := range map[string]any{"of another": "profile write", "of one that begins alike": "readonly", "empty": "", "missing": nil} {
		t.Run(name, func(t *testing.T) {
			b := newReadBench(t)
			b.with(b.jwt(map[string]any{"scope": scope}), "/protected").wantError(t, 403, challenged("insufficient_scope", saysScope)+`, scope="read"`, "insufficient_scope", saysScope)
			b.wantVerdicts(then(isAddress, "token-expiry passed", "scope.enforce refused: the token lacks the scope that this needs")...)
		})
	}
}

// What stands in the header is read as it was before there were JWTs.
func TestHowAJWTIsBrought(t *testing.T) {
	b := newReadBench(t)
	token := b.jwt(nil)
	for _, header := range []string{"bearer " + token, "BEARER   " + token} {
		if r := b.ask("GET", "/protected", "", "authorization", header); r.status != http.StatusOK {
			t.Errorf("%.10s is answered %d %s", header, r.status, r.body)
		}
	}
	b.ask("GET", "/protected", "", "Authorization", "Bearer "+token, "Authorization", "Bearer "+token).
		wantError(t, 400, challenged("invalid_request", saysTwoHeader), "invalid_request", saysTwoHeader)
	p := strings.Split(token, ".")
	for name, spoilt := range map[string]string{
		"padding inside": p[0] + "=." + p[1] + "." + p[2], "a line break that is written": p[0] + `.\n` + p[1] + "." + p[2], "a blank": p[0] + ". " + p[1] + "." + p[2],
	} {
		t.Run(name, func(t *testing.T) {
			b.with(spoilt, "/protected").wantError(t, 400, challenged("invalid_request", saysNoToken), "invalid_request", saysNoToken)
		})
	}
	b.ask("GET", "/protected?access_token="+token, "").wantError(t, 400, challenged("invalid_request", saysInURL), "invalid_request", saysInURL)
	b.ask("GET", "/protected", "").wantError(t, 401, bare, "unauthorized", saysNone)
}

// Line breaks have no place in a part, though the library overlooks them (RFC 7515 §2).
func TestNoLineBreaksInAJWT(t *testing.T) {
	b := newReadBench(t)
	token := b.jwt(nil)
	if _, _, e := parse(token, true); e != nil {
		t.Fatal(e)
	}
	for _, spoilt := range []string{token[:4] + "\n" + token[4:], strings.Replace(token, ".", ".\r\n", 1)} {
		if _, _, e := parse(spoilt, true); e == nil {
			t.Errorf("%q is read", spoilt)
		}
	}
}

// A token ends on the lab's clock, and begins on it.
func TestAJWTLivesOnTheLabsClock(t *testing.T) {
	b := newReadBench(t)
	token := b.jwt(map[string]any{"nbf": b.lab.Now().Unix() + 60})
	for _, tt := range []struct {
		at   time.Duration
		says string // "" for an answer
	}{{0, saysNotYet}, {59 * time.Second, saysNotYet}, {time.Minute, ""}, {time.Hour - time.Second, ""}, {time.Hour, saysExpired}, {30 * time.Minute, ""}} {
		b.later(tt.at)
		if r := b.with(token, "/api/me"); tt.says != "" {
			r.wantError(t, 401, challenged("invalid_token", tt.says), "invalid_token", tt.says)
		} else if r.status != http.StatusOK {
			t.Errorf("after %s it is answered %d %s", tt.at, r.status, r.body)
		}
	}
}

// With one guard off the API lets pass what it is about, and says what it would have refused.
func TestWhatIsReadWithoutAGuard(t *testing.T) {
	mallorys := func(b *splitBench, changes map[string]any) string {
		return signedBy(encoded(header256)+"."+encoded(b.claims(changes)), []byte("mallory"))
	}
	for name, tt := range map[string]struct {
		off      guard.ID
		token    func(b *splitBench) string
		owner    string
		verdicts []string
	}{
		"a token that says that it needs no signature": {
			guard.IDJWTAlg, func(b *splitBench) string {
				return encoded(`{"alg":"none","typ":"at+jwt"}`) + "." + encoded(b.claims(map[string]any{"sub": "bob"})) + "."
			}, "bob", then(hasToken, "jwt-alg would-refuse: this token is not signed as was agreed on", "jwt-signature passed", "issuer passed", "audience passed", "token-expiry passed", "scope.enforce passed"),
		},
		"a token that Mallory wrote": {
			guard.IDJWTSignature, func(b *splitBench) string { return mallorys(b, map[string]any{"sub": "bob"}) }, "bob",
			then(algAgreed, "jwt-signature would-refuse: the signature does not fit the token", "issuer passed", "audience passed", "token-expiry passed", "scope.enforce passed"),
		},
		"a token that Mallory wrote, for ever": {
			guard.IDJWTSignature, func(b *splitBench) string {
				return mallorys(b, map[string]any{"exp": 1e300, "jti": strings.Repeat("x", 90<<10)})
			}, "alice",
			then(algAgreed, "jwt-signature would-refuse: the signature does not fit the token", "issuer passed", "audience passed", "token-expiry passed", "scope.enforce passed"),
		},
		"a token of the test server, which has the same key": {
			guard.IDIssuer, func(b *splitBench) string { return b.jwt(map[string]any{"iss": "https://test.example.com"}) }, "alice",
			then(isSigned, "issuer would-refuse: this token comes from another server", "audience passed", "token-expiry passed", "scope.enforce passed"),
		},
		"a token for another API": {
			guard.IDAudience, func(b *splitBench) string { return b.jwt(map[string]any{"aud": "https://x.example"}) }, "alice",
			then(isTrusted, "audience would-refuse: this token is for another API", "token-expiry passed", "scope.enforce passed"),
		},
		"an old token": {
			guard.IDTokenExpiry, func(b *splitBench) string { return b.jwt(map[string]any{"exp": -1e300}) }, "alice",
			then(isAddress, "token-expiry would-refuse: this token has expired", "scope.enforce passed"),
		},
		"a token without a scope": {
			guard.IDScope, func(b *splitBench) string { return b.jwt(map[string]any{"scope": nil}) }, "alice",
			then(isAddress, "token-expiry passed", "scope.enforce would-refuse: the token lacks the scope that this needs"),
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := newReadBench(t)
			b.off(tt.off)
			if r := b.with(tt.token(b), "/protected"); r.status != http.StatusOK || !strings.HasPrefix(r.body, `{"owner":"`+tt.owner+`",`) {
				t.Errorf("answered %d %s", r.status, r.body)
			}
			b.wantVerdicts(tt.verdicts...)
		})
	}
}

// One guard that is off leaves the others on; what cannot be read stays out with all of them off.
func TestAGuardOffLeavesTheOtherReadingsOn(t *testing.T) {
	b := newReadBench(t)
	b.off(guard.IDJWTAlg)
	b.with(b.signed(`{"alg":"none","typ":"at+jwt"}`, b.claims(nil)), "/protected").wantError(t, 401, challenged("invalid_token", saysSignature), "invalid_token", saysSignature)
	b.with(b.signed(`{"alg":"None","typ":"at+jwt"}`, b.claims(nil)), "/protected").wantError(t, 401, challenged("invalid_token", saysSignature), "invalid_token", saysSignature)

	b = newReadBench(t)
	b.off(guard.IDJWTSignature)
	b.with(encoded(`{"alg":"none","typ":"at+jwt"}`)+"."+encoded(b.claims(nil))+".", "/protected").wantError(t, 401, challenged("invalid_token", saysAlgorithm), "invalid_token", saysAlgorithm)
	b.with(b.jwt(map[string]any{"iss": "x"})+"x", "/protected").wantError(t, 401, challenged("invalid_token", saysIssuer), "invalid_token", saysIssuer)

	b = newReadBench(t)
	b.off(guard.IDJWTAlg, guard.IDJWTSignature, guard.IDIssuer, guard.IDAudience, guard.IDTokenExpiry, guard.IDScope, guard.IDTokenKnown)
	for name, tt := range map[string]struct{ token, says string }{
		"no JWT":       {"made-up", saysNoJWT},
		"another type": {b.signed(`{"alg":"HS256","typ":"JWT"}`, b.claims(nil)), saysType},
		"an extension": {b.signed(`{"alg":"HS256","typ":"at+jwt","crit":["x"]}`, b.claims(nil)), saysCritical},
		"no subject":   {b.jwt(map[string]any{"sub": nil}), saysLacks},
		"not yet":      {b.jwt(map[string]any{"nbf": 1e10}), saysNotYet},
	} {
		t.Run(name, func(t *testing.T) {
			b.with(tt.token, "/protected").wantError(t, 401, challenged("invalid_token", tt.says), "invalid_token", tt.says)
			b.wantVerdicts()
		})
	}
}

// A token of one lab is worth nothing in another, not with any one guard off: the labs share no
// key, no issuer and no address.
func TestAJWTOfAnotherLab(t *testing.T) {
	for _, off := range []guard.ID{"", guard.IDJWTAlg, guard.IDIssuer, guard.IDAudience} {
		b := newReadBench(t)
		foreign := b.jwt(nil)
		l, _, err := b.labs.Create(t.Context(), "v06")
		if err != nil {
			t.Fatal(err)
		}
		b.lab, b.url = l, l.API()
		b.set(guard.IDTokenCheck, `"signature"`)
		if off != "" {
			b.off(off)
		}
		b.with(foreign, "/protected").wantError(t, 401, challenged("invalid_token", saysSignature), "invalid_token", saysSignature)
		b.wantVerdicts(notFitting...)
	}
}

// A JWT tells whose client it was given to, and nobody is asked for that.
func TestAJWTOfTheLearnersClient(t *testing.T) {
	b := newReadBench(t)
	l, err := b.labs.Open(t.Context(), b.lab.ID)
	if err != nil {
		t.Fatal(err)
	}
	c, _, err := b.labs.Register(t.Context(), l, "My app", "", []string{"http://127.0.0.1/cb"})
	if err != nil {
		t.Fatal(err)
	}
	for token, want := range map[string]event.Party{b.jwt(map[string]any{"client_id": c.ID}): "My app", b.jwt(nil): event.Outside} {
		if b.with(token, "/api/me"); b.from() != want {
			t.Errorf("the request is told of from %s, want %s", b.from(), want)
		}
	}
}

// from is who sent the last request.
func (b *bench) from() event.Party {
	b.Helper()
	e, _ := b.lastRequest()
	return e.From
}

// Without the guard of the signature a token may say anything, but what it says is bounded: a
// subject that fills the lab is refused, and nothing is lost.
func TestASubjectThatFillsTheLab(t *testing.T) {
	b := newReadBench(t)
	b.off(guard.IDJWTSignature)
	r := b.note(b.jwt(map[string]any{"sub": strings.Repeat("x", 200<<10)}), `{"text":"a note"}`)
	if r.status != http.StatusInsufficientStorage {
		t.Errorf("answered %d %.300s", r.status, r.body)
	}
	if r := b.with(b.jwt(nil), "/protected"); r.status != http.StatusOK {
		t.Errorf("after that it answers %d %.300s", r.status, r.body)
	}
	if n := len(b.state().Notes); n != len(newState().Notes) {
		t.Errorf("it keeps %d notes", n)
	}
}

const saysNoAccessToken = "This JWT is no access token. Send an access token, and no other JWT (RFC 9068 section 4)."

// readGoodV07 are the verdicts on a good token from v07 on.
func readGoodV07(kind, signature, audience, scope string) []string {
	return then(hasToken, "token-type "+kind, "jwt-alg passed", "jwt-signature "+signature, "issuer passed", "audience "+audience, "token-expiry passed", "scope.enforce "+scope)
}

// In v07 a guard decides about what kind of JWT the API takes: both truths. Before, what is no
// access token cannot be read, whatever is switched off.
func TestTheTypeOfAToken(t *testing.T) {
	const no = "this JWT is no access token"
	types := map[string]struct {
		header string
		passes bool
	}{
		"at+jwt":             {`{"alg":"HS256","typ":"at+jwt"}`, true},
		"application/at+jwt": {`{"alg":"HS256","typ":"application/at+jwt"}`, true},
		"AT+JWT":             {`{"alg":"HS256","typ":"AT+JWT"}`, true},
		"Application/At+Jwt": {`{"alg":"HS256","typ":"Application/At+Jwt"}`, true},
		"JWT":                {`{"alg":"HS256","typ":"JWT"}`, false},
		"jwt":                {`{"alg":"HS256","typ":"jwt"}`, false},
		"none":               {`{"alg":"HS256"}`, false},
		"an empty one":       {`{"alg":"HS256","typ":""}`, false},
		"null":               {`{"alg":"HS256","typ":null}`, false},
		"a blank too many":   {`{"alg":"HS256","typ":"at+jwt "}`, false},
		"of another tree":    {`{"alg":"HS256","typ":"text/at+jwt"}`, false},
		"with a parameter":   {`{"alg":"HS256","typ":"at+jwt;v=1"}`, false},
		"an ID token's":      {`{"alg":"HS256","typ":"id_token+jwt"}`, false},
		"a logout token's":   {`{"alg":"HS256","typ":"logout+jwt"}`, false},
		"a DPoP proof's":     {`{"alg":"HS256","typ":"dpop+jwt"}`, false},
	}
	for name, tt := range map[string]struct {
		chapter  string
		on       bool
		says     string   // of another type; "" where it is taken
		verdicts []string // on another type
		good     []string // on an access token
	}{
		"in v07, on":  {"v07", true, saysNoAccessToken, then(hasToken, "token-type refused: "+no), readGoodV07("passed", "passed", "passed", "passed")},
		"in v07, off": {"v07", false, "", readGoodV07("would-refuse: "+no, "passed", "passed", "passed"), readGoodV07("passed", "passed", "passed", "passed")},
		"in v06, on":  {"v06", true, saysType, nil, readGood},
		"in v06, off": {"v06", false, saysType, nil, readGood},
	} {
		b := newReadBench(t)
		b.in(tt.chapter)
		if !tt.on {
			b.off(guard.IDTokenType)
		}
		for of, kind := range types {
			t.Run(name+": "+of, func(t *testing.T) {
				b.T = t
				token := b.signed(kind.header, b.claims(nil))
				r := b.with(token, "/protected")
				switch {
				case !kind.passes && tt.says != "":
					r.wantError(t, 401, challenged("invalid_token", tt.says), "invalid_token", tt.says)
					b.wantVerdicts(tt.verdicts...)
					b.note(token, `{"text":"a note"}`).wantError(t, 401, challenged("invalid_token", tt.says), "invalid_token", tt.says)
					if n := len(b.state().Notes); n != len(newState().Notes) {
						t.Errorf("it keeps %d notes", n)
					}
					return
				case kind.passes:
					b.wantVerdicts(tt.good...)
				default:
					b.wantVerdicts(tt.verdicts...)
				}
				if r.status != http.StatusOK || !strings.HasPrefix(r.body, `{"owner":"alice",`) {
					t.Errorf("answered %d %s", r.status, r.body)
				}
			})
		}
	}
}

// idToken is what the server gives a client that asks who signs in: signed with the client's own
// secret, for the client, and good for nothing at an API (OpenID Connect Core §2).
func (b *splitBench) idToken(changes map[string]any) string {
	b.Helper()
	all := map[string]any{"aud": "demo-web", "azp": "demo-web", "nonce": "n-1", "at_hash": guard.HashOfToken("x"), "client_id": nil, "jti": nil, "scope": nil}
	for name, value := range changes {
		all[name] = value
	}
	return signedBy(encoded(`{"alg":"HS256","typ":"JWT"}`)+"."+encoded(b.claims(all)), []byte("the web app's own secret"))
}

// An ID token that is shown as an access token is stopped by each of four checks alone (RFC 9068
// §4, RFC 8725 §3.11); with all of them off it opens Alice's things.
func TestAnIDTokenAsAnAccessToken(t *testing.T) {
	four := []guard.ID{guard.IDTokenType, guard.IDJWTSignature, guard.IDAudience, guard.IDScope}
	const (
		kind      = "this JWT is no access token"
		signature = "the signature does not fit the token"
		audience  = "this token is for another API"
		scope     = "the token lacks the scope that this needs"
	)
	would := func(reason string) string { return "would-refuse: " + reason }
	all := readGoodV07(would(kind), would(signature), would(audience), would(scope))
	for name, tt := range map[string]struct {
		on       guard.ID
		status   int
		code     string
		says     string
		verdicts []string
	}{
		"its type":      {guard.IDTokenType, 401, "invalid_token", saysNoAccessToken, then(hasToken, "token-type refused: "+kind)},
		"its signature": {guard.IDJWTSignature, 401, "invalid_token", saysSignature, then(all[:4], "jwt-signature refused: "+signature)},
		"its audience":  {guard.IDAudience, 401, "invalid_token", saysAudience, then(all[:6], "audience refused: "+audience)},
		"its scope":     {guard.IDScope, 403, "insufficient_scope", saysScope, then(all[:8], "scope.enforce refused: "+scope)},
	} {
		t.Run(name+" alone", func(t *testing.T) {
			b := newReadBench(t)
			b.in("v07")
			for _, id := range four {
				if id != tt.on {
					b.off(id)
				}
			}
			want := challenged(tt.code, tt.says)
			if tt.status == 403 {
				want += `, scope="read"`
			}
			b.with(b.idToken(nil), "/protected").wantError(t, tt.status, want, tt.code, tt.says)
			b.wantVerdicts(tt.verdicts...)
		})
	}
	t.Run("all of them on: the first refuses", func(t *testing.T) {
		b := newReadBench(t)
		b.in("v07")
		b.with(b.idToken(nil), "/protected").wantError(t, 401, challenged("invalid_token", saysNoAccessToken), "invalid_token", saysNoAccessToken)
		b.wantVerdicts(then(hasToken, "token-type refused: "+kind)...)
	})
	t.Run("all of them off: it is taken", func(t *testing.T) {
		b := newReadBench(t)
		b.in("v07")
		b.off(four...)
		if r := b.with(b.idToken(nil), "/protected"); r.status != http.StatusOK || !strings.HasPrefix(r.body, `{"owner":"alice",`) {
			t.Errorf("answered %d %s", r.status, r.body)
		}
		b.wantVerdicts(all...)
	})
	t.Run("all of them off, in v06: it cannot be read", func(t *testing.T) {
		b := newReadBench(t)
		b.off(four...)
		b.with(b.idToken(nil), "/protected").wantError(t, 401, challenged("invalid_token", saysType), "invalid_token", saysType)
		b.wantVerdicts()
	})
}

// The guard of the type is about the type alone: what no API can read stays out with it off, and
// an access token has the claims of one.
func TestWhatIsNotReadWithoutTheType(t *testing.T) {
	b := newReadBench(t)
	b.in("v07")
	b.off(guard.IDTokenType, guard.IDJWTAlg, guard.IDJWTSignature, guard.IDIssuer, guard.IDAudience, guard.IDTokenExpiry, guard.IDScope)
	for name, tt := range map[string]struct{ token, says string }{
		"no JWT":                        {"made-up", saysNoJWT},
		"a type that is a number":       {b.signed(`{"alg":"HS256","typ":1}`, b.claims(nil)), saysHeader},
		"an ID token with an extension": {b.signed(`{"alg":"HS256","typ":"JWT","crit":["x"]}`, b.claims(nil)), saysCritical},
		"an ID token inside a JWT":      {b.signed(`{"alg":"HS256","typ":"JWT","cty":"JWT"}`, b.claims(nil)), saysClaims},
		"an ID token of a list":         {b.signed(`{"alg":"HS256","typ":"JWT"}`, "[]"), saysClaims},
		"an ID token from later on":     {b.signed(`{"alg":"HS256","typ":"JWT"}`, b.claims(map[string]any{"nbf": 1e10})), saysNotYet},
		"an access token without a sub": {b.signed(header256, b.claims(map[string]any{"sub": nil})), saysLacks},
		"an access token without a jti": {b.signed(`{"alg":"HS256","typ":"AT+jwt"}`, b.claims(map[string]any{"jti": nil})), saysLacks},
	} {
		t.Run(name, func(t *testing.T) {
			b.with(tt.token, "/protected").wantError(t, 401, challenged("invalid_token", tt.says), "invalid_token", tt.says)
			b.wantVerdicts()
		})
	}
}

// A JWT that says of nobody opens nobody's things, though nothing stops it.
func TestATokenOfNobody(t *testing.T) {
	b := newReadBench(t)
	b.in("v07")
	b.off(guard.IDTokenType, guard.IDJWTSignature, guard.IDAudience, guard.IDScope)
	token := b.idToken(map[string]any{"sub": nil})
	for _, path := range []string{"/protected", "/api/me"} {
		if r := b.with(token, path); strings.Contains(r.body, "alice") || strings.Contains(r.body, "photos\":[{") || r.status >= 500 {
			t.Errorf("%s answers %d %s", path, r.status, r.body)
		}
	}
}
