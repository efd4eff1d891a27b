package native

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"

	"github.com/go-jose/go-jose/v4"

	"oauthlab/app/client"
	"oauthlab/lessons/guard"
	"oauthlab/server/lab"
)

var _ client.Verifier = Verify

// Verify checks a signature, see client.Verifier. A key that is not one of the algorithm fits
// nothing.
func Verify(_ context.Context, alg string, key client.JWK, content string, signature []byte) (bool, error) {
	var public jose.JSONWebKey
	if json.Unmarshal(key.Raw, &public) != nil || !public.IsPublic() {
		return false, nil
	}
	if alg == guard.HS256 {
		return verifyAsSecret(public, content, signature)
	}
	if public.Algorithm != alg || !lab.IsStrict(content) {
		return false, nil
	}
	jws, err := jose.ParseSignedCompact(content+"."+base64.RawURLEncoding.EncodeToString(signature), []jose.SignatureAlgorithm{jose.SignatureAlgorithm(alg)})
	if err != nil {
		return false, nil //nolint:nilerr // it is signed otherwise
	}
	_, err = jws.Verify(public)
	return err == nil, nil
}

// verifyAsSecret takes a public key, as configurations have it, for the secret of HS256
// (RFC 8725 §2.1).
func verifyAsSecret(public jose.JSONWebKey, content string, signature []byte) (bool, error) {
	der, err := x509.MarshalPKIXPublicKey(public.Key)
	if err != nil {
		return false, fmt.Errorf("verify: %w", err)
	}
	mac := hmac.New(sha256.New, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
	mac.Write([]byte(content)) // never fails
	return hmac.Equal(mac.Sum(nil), signature), nil
}
