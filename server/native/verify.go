package native

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
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
		return VerifyAsSecret(public, content, signature)
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

// VerifyAsSecret takes a public key, as configurations have it, for the secret of HS256
// (RFC 8725 §2.1).
func VerifyAsSecret(public jose.JSONWebKey, content string, signature []byte) (bool, error) {
	secret, err := lab.PublicPEM(public.Key)
	if err != nil {
		return false, fmt.Errorf("verify: %w", err)
	}
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(content)) // never fails
	return hmac.Equal(mac.Sum(nil), signature), nil
}
