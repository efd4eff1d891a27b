package native

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"oauthlab/app/client"
	"oauthlab/server/authserver/keytest"
)

// The examples of RFC 7515 appendices A.2 and A.3: the content is the same but for the header.
const (
	exampleClaims = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"

	exampleRSA = `{"kty":"RSA","alg":"RS256","e":"AQAB","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMs` +
		`D1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"}`
	exampleRSASignature = "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K" +
		"0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw"

	exampleEC          = `{"kty":"EC","alg":"ES256","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}`
	exampleECSignature = "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
)

func base64Of(octets []byte) string { return base64.RawURLEncoding.EncodeToString(octets) }

func octetsIn(t *testing.T, text string) []byte {
	t.Helper()
	octets, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return octets
}

// fits asks the verifier, which must be able to tell.
func fits(t *testing.T, alg, key, content string, signature []byte) bool {
	t.Helper()
	fits, err := Verify(t.Context(), alg, client.JWK{Raw: json.RawMessage(key)}, content, signature)
	if err != nil {
		t.Errorf("%s: %v", alg, err)
	}
	return fits
}

// The examples of the RFC fit, and fit no more when one bit is another.
func TestTheExamplesOfTheRFC(t *testing.T) {
	for alg, tt := range map[string]struct{ key, other, content, signature string }{
		"RS256": {exampleRSA, exampleEC, base64Of([]byte(`{"alg":"RS256"}`)) + "." + exampleClaims, exampleRSASignature},
		"ES256": {exampleEC, exampleRSA, base64Of([]byte(`{"alg":"ES256"}`)) + "." + exampleClaims, exampleECSignature},
	} {
		signature := octetsIn(t, tt.signature)
		if !fits(t, alg, tt.key, tt.content, signature) {
			t.Errorf("%s: the example does not fit", alg)
		}
		if fits(t, alg, tt.other, tt.content, signature) {
			t.Errorf("%s: it fits with the other key", alg)
		}
		for i := range signature {
			signature[i] ^= 1
			if fits(t, alg, tt.key, tt.content, signature) {
				t.Errorf("%s: it fits with octet %d changed", alg, i)
			}
			signature[i] ^= 1
		}
		for name, content := range map[string]string{
			"one letter more": tt.content + "Q", "one less": tt.content[:len(tt.content)-1], "no claims": tt.content[:strings.IndexByte(tt.content, '.')+1],
			"nothing": "", "another claim": strings.Replace(tt.content, "eyJpc3Mi", "eyJpc3Nj", 1), "a blank": tt.content + " ", "a line break": tt.content + "\n", "a dot": tt.content + ".",
		} {
			if fits(t, alg, tt.key, content, signature) {
				t.Errorf("%s: it fits with %s", alg, name)
			}
		}
		for name, wrong := range map[string][]byte{"none": nil, "an empty one": {}, "zeros": make([]byte, len(signature)), "one octet more": append(signature[:len(signature):len(signature)], 0), "one less": signature[:len(signature)-1], "it twice": append(signature[:len(signature):len(signature)], signature...)} {
			if fits(t, alg, tt.key, tt.content, wrong) {
				t.Errorf("%s: %s fits", alg, name)
			}
		}
	}
}

// signer is a key in both halves, and its public one as a server writes it.
type signer struct {
	private crypto.Signer
	public  string
}

func newSigner(t *testing.T, alg string, private crypto.Signer, err error) signer {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(jose.JSONWebKey{Key: private.Public(), KeyID: "k", Algorithm: alg, Use: "sig"})
	if err != nil {
		t.Fatal(err)
	}
	return signer{private, string(text)}
}

// signed is a signature as RFC 7518 §3.3 and §3.4 have it, made with the standard library.
func (s signer) signed(t *testing.T, content string) []byte {
	t.Helper()
	hash := sha256.Sum256([]byte(content))
	if key, is := s.private.(*ecdsa.PrivateKey); is {
		r, v, err := ecdsa.Sign(rand.Reader, key, hash[:])
		if err != nil {
			t.Fatal(err)
		}
		size := (key.Params().BitSize + 7) / 8
		return append(r.FillBytes(make([]byte, size)), v.FillBytes(make([]byte, size))...)
	}
	signature, err := s.private.Sign(rand.Reader, hash[:], crypto.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	return signature
}

// asSecret is the signature of HS256 with the public key as the secret.
func (s signer) asSecret(t *testing.T, content string) []byte {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(s.private.Public())
	if err != nil {
		t.Fatal(err)
	}
	return mac(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), content)
}

func mac(key []byte, content string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(content))
	return h.Sum(nil)
}

// A signature fits with its own key, by its own algorithm; with whatever else is given for it, it
// does not, and that is no error.
func TestWhatFits(t *testing.T) {
	rsa1, err := keytest.New()
	rs := newSigner(t, "RS256", rsa1, err)
	rsa2, err := keytest.New()
	rs2 := newSigner(t, "RS256", rsa2, err)
	ec1, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	es := newSigner(t, "ES256", ec1, err)
	ec2, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	es2 := newSigner(t, "ES256", ec2, err)
	ec3, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	p384 := newSigner(t, "ES256", ec3, err)
	_, edwards, err := ed25519.GenerateKey(rand.Reader)
	ed := newSigner(t, "EdDSA", edwards, err)

	content := func(alg string) string { return base64Of([]byte(`{"alg":"`+alg+`","kid":"k"}`)) + "." + exampleClaims }
	as := func(key signer, alg string) string {
		t.Helper()
		read := map[string]any{}
		if err := json.Unmarshal([]byte(key.public), &read); err != nil {
			t.Fatal(err)
		}
		if read["alg"] = alg; alg == "" {
			delete(read, "alg")
		}
		text, err := json.Marshal(read)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	hash := sha256.Sum256([]byte(content("ES256")))
	inASN1, err := ecdsa.SignASN1(rand.Reader, ec1, hash[:])
	if err != nil {
		t.Fatal(err)
	}
	var pair struct{ R, S *big.Int }
	if _, err := asn1.Unmarshal(inASN1, &pair); err != nil {
		t.Fatal(err)
	}
	pss, err := rsa.SignPSS(rand.Reader, rsa1, crypto.SHA256, hash[:], &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash})
	if err != nil {
		t.Fatal(err)
	}
	longer := sha512.Sum512([]byte(content("RS256")))
	rs512, err := rsa.SignPKCS1v15(rand.Reader, rsa1, crypto.SHA512, longer[:])
	if err != nil {
		t.Fatal(err)
	}
	private, err := json.Marshal(jose.JSONWebKey{Key: rsa1, KeyID: "k", Algorithm: "RS256"})
	if err != nil {
		t.Fatal(err)
	}
	privateEC, err := json.Marshal(jose.JSONWebKey{Key: ec1, KeyID: "k", Algorithm: "ES256"})
	if err != nil {
		t.Fatal(err)
	}
	secret := []byte("a secret that everybody reads here")
	oct := func(alg string) string {
		return `{"kty":"oct","kid":"k","alg":"` + alg + `","k":"` + base64Of(secret) + `"}`
	}

	for name, tt := range map[string]struct {
		alg, key  string
		content   string // "" of that algorithm
		signature []byte
		fits      bool
	}{
		"RS256":                                  {"RS256", rs.public, "", rs.signed(t, content("RS256")), true},
		"ES256":                                  {"ES256", es.public, "", es.signed(t, content("ES256")), true},
		"ES256 by two numbers":                   {"ES256", es.public, "", append(pair.R.FillBytes(make([]byte, 32)), pair.S.FillBytes(make([]byte, 32))...), true},
		"ES256 in ASN.1":                         {"ES256", es.public, "", inASN1, false},
		"RS256 by another key":                   {"RS256", rs2.public, "", rs.signed(t, content("RS256")), false},
		"ES256 by another key":                   {"ES256", es2.public, "", es.signed(t, content("ES256")), false},
		"RS256 of another content":               {"RS256", rs.public, content("ES256"), rs.signed(t, content("RS256")), false},
		"RS256 with the elliptic key":            {"RS256", es.public, "", rs.signed(t, content("RS256")), false},
		"ES256 with the RSA key":                 {"ES256", rs.public, "", es.signed(t, content("ES256")), false},
		"RS256 with the elliptic key, so called": {"RS256", as(es, "RS256"), "", es.signed(t, content("RS256")), false},
		"ES256 with the RSA key, so called":      {"ES256", as(rs, "ES256"), "", rs.signed(t, content("ES256")), false},
		"RS256 of a token that says ES256":       {"RS256", rs.public, content("ES256"), rs.signed(t, content("ES256")), false},
		"a key for no algorithm":                 {"RS256", as(rs, ""), "", rs.signed(t, content("RS256")), false},
		"a key for another":                      {"RS256", as(rs, "RS512"), "", rs.signed(t, content("RS256")), false},
		"PS256, which says RS256":                {"RS256", rs.public, "", pss, false},
		"RS512, which says RS256":                {"RS256", rs.public, "", rs512, false},
		"ES256 on another curve":                 {"ES256", p384.public, "", p384.signed(t, content("ES256")), false},
		"a private key":                          {"RS256", string(private), "", rs.signed(t, content("RS256")), false},
		"a private elliptic key":                 {"ES256", string(privateEC), "", es.signed(t, content("ES256")), false},
		"none":                                   {"none", as(rs, "none"), "", nil, false},
		"none, with no key":                      {"none", `{}`, "", nil, false},
		"no algorithm":                           {"", as(rs, ""), "", rs.signed(t, content("")), false},

		"HS256 with the public RSA key":        {"HS256", rs.public, "", rs.asSecret(t, content("HS256")), true}, // as it is told
		"HS256 with the public elliptic key":   {"HS256", es.public, "", es.asSecret(t, content("HS256")), true},
		"HS256 with another's":                 {"HS256", rs2.public, "", rs.asSecret(t, content("HS256")), false},
		"HS256 with nothing":                   {"HS256", rs.public, "", mac(nil, content("HS256")), false},
		"HS256 with the key as it is written":  {"HS256", rs.public, "", mac([]byte(rs.public), content("HS256")), false},
		"HS256 with a secret":                  {"HS256", oct("HS256"), "", mac(secret, content("HS256")), false}, // no public key is one
		"HS256 with a secret, called RS256":    {"HS256", oct("RS256"), "", mac(secret, content("HS256")), false},
		"HS256 with a private key":             {"HS256", string(private), "", rs.asSecret(t, content("HS256")), false},
		"HS256 without a signature":            {"HS256", rs.public, "", nil, false},
		"RS256 by the public key as a secret":  {"RS256", rs.public, "", rs.asSecret(t, content("RS256")), false},
		"HS256 by RSA":                         {"HS256", rs.public, "", rs.signed(t, content("HS256")), false},
		"HS384 with the public key":            {"HS384", as(rs, "HS384"), "", rs.asSecret(t, content("HS384")), false},
		"a key of Edwards, which says RS256":   {"RS256", as(ed, "RS256"), "", ed.signedPlain(t, content("RS256")), false},
		"a key that is null":                   {"RS256", "null", "", rs.signed(t, content("RS256")), false},
		"a key that is nothing":                {"RS256", "{}", "", rs.signed(t, content("RS256")), false},
		"a key that is no JSON":                {"RS256", "", "", rs.signed(t, content("RS256")), false},
		"a key that is a list":                 {"HS256", "[]", "", rs.asSecret(t, content("HS256")), false},
		"a key of a kind that nobody knows":    {"HS256", `{"kty":"XX","alg":"HS256"}`, "", mac(nil, content("HS256")), false},
		"a key that lacks something":           {"RS256", `{"kty":"RSA","alg":"RS256","e":"AQAB"}`, "", rs.signed(t, content("RS256")), false},
		"a key that is no point of the curve":  {"ES256", `{"kty":"EC","alg":"ES256","crv":"P-256","x":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","y":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}`, "", es.signed(t, content("ES256")), false},
		"a key of RSA with an exponent of one": {"RS256", `{"kty":"RSA","alg":"RS256","e":"AQ","n":"` + base64Of(rsa1.N.Bytes()) + `"}`, "", padded(content("RS256")), false},
	} {
		t.Run(name, func(t *testing.T) {
			if tt.content == "" {
				tt.content = content(tt.alg)
			}
			if got := fits(t, tt.alg, tt.key, tt.content, tt.signature); got != tt.fits {
				t.Errorf("it fits: %t", got)
			}
		})
	}
}

// signedPlain signs as Ed25519 does, without a hash before.
func (s signer) signedPlain(t *testing.T, content string) []byte {
	t.Helper()
	signature, err := s.private.Sign(rand.Reader, []byte(content), crypto.Hash(0))
	if err != nil {
		t.Fatal(err)
	}
	return signature
}

// padded is what a signature of RS256 is before it is raised to a power (RFC 8017 §9.2): to the
// first power, anybody can.
func padded(content string) []byte {
	hash := sha256.Sum256([]byte(content))
	octets := append([]byte{0, 1}, make([]byte, 256-3-19-32-0)...)
	for i := 2; i < len(octets); i++ {
		octets[i] = 0xff
	}
	octets = append(octets, 0)
	octets = append(octets, 0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20)
	return append(octets, hash[:]...)
}

// Whatever it is shown, the verifier answers.
func FuzzVerify(f *testing.F) {
	f.Add("RS256", exampleRSA, "a.b", []byte("c"))
	f.Add("ES256", exampleEC, "a.b", make([]byte, 64))
	f.Add("HS256", exampleEC, "", []byte{})
	f.Add("none", "null", ".", []byte(nil))
	f.Add("HS256", `{"kty":"oct","k":"AA"}`, "a.b", []byte("x"))
	f.Add("EdDSA", `{"kty":"OKP","crv":"Ed25519","alg":"EdDSA","x":"AA"}`, "a.b", []byte("x"))
	f.Fuzz(func(t *testing.T, alg, key, content string, signature []byte) {
		if ok, err := Verify(t.Context(), alg, client.JWK{Raw: json.RawMessage(key)}, content, signature); ok || err != nil {
			t.Errorf("%q by %q with %q fits: %t, %v", content, alg, key, ok, err)
		}
	})
}
