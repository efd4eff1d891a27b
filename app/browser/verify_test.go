//go:build !js

package browser_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"oauthlab/app/client"
	"oauthlab/server/native"
)

// signature is what a verifier is shown, and whether it fits.
type signature struct {
	alg, key, content string
	signature         string // in base64url
	fits              bool
}

// signatures are right ones and wrong ones, of which the verifier outside of browsers thinks the
// same (server/native).
func signatures(t *testing.T) map[string]signature {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	rsa1, err := rsa.GenerateKey(rand.Reader, 2048)
	must(err)
	rsa2, err := rsa.GenerateKey(rand.Reader, 2048)
	must(err)
	ec1, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(err)
	ec2, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(err)
	key := func(of any, alg string) string {
		t.Helper()
		text, err := json.Marshal(jose.JSONWebKey{Key: of, KeyID: "k", Algorithm: alg, Use: "sig"})
		must(err)
		return string(text)
	}
	text := base64.RawURLEncoding.EncodeToString
	content, contentEC := text([]byte(`{"alg":"RS256"}`))+".e30", text([]byte(`{"alg":"ES256"}`))+".e30"
	hash, hashEC := sha256.Sum256([]byte(content)), sha256.Sum256([]byte(contentEC))
	byRSA := func(private *rsa.PrivateKey) string {
		t.Helper()
		signed, err := rsa.SignPKCS1v15(rand.Reader, private, crypto.SHA256, hash[:])
		must(err)
		return text(signed)
	}
	byEC := func(private *ecdsa.PrivateKey) string {
		t.Helper()
		r, s, err := ecdsa.Sign(rand.Reader, private, hashEC[:])
		must(err)
		return text(append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...))
	}
	bySecret := func(public any) string {
		t.Helper()
		der, err := x509.MarshalPKIXPublicKey(public)
		must(err)
		mac := hmac.New(sha256.New, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
		mac.Write([]byte(content))
		return text(mac.Sum(nil))
	}
	inASN1, err := ecdsa.SignASN1(rand.Reader, ec1, hashEC[:])
	must(err)
	pss, err := rsa.SignPSS(rand.Reader, rsa1, crypto.SHA256, hash[:], &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash})
	must(err)
	rs, es := key(rsa1.Public(), "RS256"), key(ec1.Public(), "ES256")

	all := map[string]signature{
		"RS256":                                  {"RS256", rs, content, byRSA(rsa1), true},
		"ES256":                                  {"ES256", es, contentEC, byEC(ec1), true},
		"HS256 with the public RSA key":          {"HS256", rs, content, bySecret(rsa1.Public()), true},
		"HS256 with the public elliptic key":     {"HS256", es, content, bySecret(ec1.Public()), true},
		"RS256 by another key":                   {"RS256", rs, content, byRSA(rsa2), false},
		"ES256 by another key":                   {"ES256", es, contentEC, byEC(ec2), false},
		"HS256 with another key":                 {"HS256", rs, content, bySecret(rsa2.Public()), false},
		"RS256 of other content":                 {"RS256", rs, content + "A", byRSA(rsa1), false},
		"ES256 of other content":                 {"ES256", es, contentEC[1:], byEC(ec1), false},
		"HS256 of other content":                 {"HS256", rs, "", bySecret(rsa1.Public()), false},
		"RS256 with a line break in the content": {"RS256", rs, content + "\n", byRSA(rsa1), false},
		"RS256 with the elliptic key":            {"RS256", es, content, byRSA(rsa1), false},
		"ES256 with the RSA key":                 {"ES256", rs, contentEC, byEC(ec1), false},
		"RS256 with the elliptic key, so called": {"RS256", key(ec1.Public(), "RS256"), content, byEC(ec1), false},
		"ES256 with the RSA key, so called":      {"ES256", key(rsa1.Public(), "ES256"), contentEC, byRSA(rsa1), false},
		"RS256 with a key for RS512":             {"RS256", key(rsa1.Public(), "RS512"), content, byRSA(rsa1), false},
		"RS256 with a key for no algorithm":      {"RS256", key(rsa1.Public(), ""), content, byRSA(rsa1), false},
		"RS256 with a private key":               {"RS256", key(rsa1, "RS256"), content, byRSA(rsa1), false},
		"ES256 with a private key":               {"ES256", key(ec1, "ES256"), contentEC, byEC(ec1), false},
		"HS256 with a private key":               {"HS256", key(rsa1, "RS256"), content, bySecret(rsa1.Public()), false},
		"ES256 in ASN.1":                         {"ES256", es, contentEC, text(inASN1), false},
		"PS256, which says RS256":                {"RS256", rs, content, text(pss), false},
		"RS256 without a signature":              {"RS256", rs, content, "", false},
		"ES256 without a signature":              {"ES256", es, contentEC, "", false},
		"ES256 of zeros":                         {"ES256", es, contentEC, text(make([]byte, 64)), false},
		"HS256 without a signature":              {"HS256", rs, content, "", false},
		"none":                                   {"none", rs, content, "", false},
		"none, with a key for it":                {"none", key(rsa1.Public(), "none"), content, "", false},
		"an algorithm that nobody knows":         {"XS256", key(rsa1.Public(), "XS256"), content, byRSA(rsa1), false},
		"a name of JavaScript's":                 {"constructor", `{"alg":"constructor"}`, content, "", false},
		"HS256 with a secret":                    {"HS256", `{"kty":"oct","alg":"HS256","k":"AAAA"}`, content, bySecret(rsa1.Public()), false},
		"HS256 with a secret, called RS256":      {"HS256", `{"kty":"oct","alg":"RS256","k":"AAAA"}`, content, bySecret(rsa1.Public()), false},
		"a key that lacks something":             {"RS256", `{"kty":"RSA","alg":"RS256","e":"AQAB"}`, content, byRSA(rsa1), false},
		"a key of nothing":                       {"RS256", `{}`, content, byRSA(rsa1), false},
		"a key that is null":                     {"RS256", `null`, content, byRSA(rsa1), false},
		"a key that is null, taken for a secret": {"HS256", `null`, content, bySecret(rsa1.Public()), false},
	}
	for name, s := range all {
		raw, err := base64.RawURLEncoding.DecodeString(s.signature)
		must(err)
		if fits, err := native.Verify(t.Context(), s.alg, client.JWK{Raw: json.RawMessage(s.key)}, s.content, raw); err != nil || fits != s.fits {
			t.Errorf("%s: outside of browsers it fits: %t (%v)", name, fits, err)
		}
	}
	return all
}
