package browser

import (
	"context"
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/client"
	"oauthlab/lessons/guard"
)

// How WebCrypto calls what JWS has (Web Cryptography API §18.2, RFC 7518 §3.1): to import the
// key, and to verify.
var algorithms = map[string][2]map[string]any{
	guard.RS256: {{"name": "RSASSA-PKCS1-v1_5", "hash": "SHA-256"}, {"name": "RSASSA-PKCS1-v1_5"}},
	guard.ES256: {{"name": "ECDSA", "namedCurve": "P-256"}, {"name": "ECDSA", "hash": "SHA-256"}},
}

// Verify checks a signature with WebCrypto, see client.Verifier. A key that is not one of the
// algorithm fits nothing. It blocks.
func Verify(ctx context.Context, alg string, key client.JWK, content string, signature []byte) (bool, error) {
	if !app.IsClient {
		return false, errNoBrowser
	}
	jwk := app.Window().Get("JSON").Call("parse", string(key.Raw))
	if !jwk.Truthy() { // null, of which nothing can be asked
		return false, nil
	}
	if alg == guard.HS256 {
		return verifyAsSecret(ctx, jwk, content, signature)
	}
	how, known := algorithms[alg]
	if !known || jwk.Get("alg").String() != alg {
		return false, nil
	}
	public, err := importKey(ctx, "jwk", jwk, how[0], "verify", false)
	if err != nil {
		return false, nil //nolint:nilerr // it is no key of the kind
	}
	return verify(ctx, how[1], public, content, signature)
}

// verifyAsSecret takes a public key, as configurations have it, for the secret of HS256
// (RFC 8725 §2.1).
func verifyAsSecret(ctx context.Context, jwk app.Value, content string, signature []byte) (bool, error) {
	how, known := algorithms[jwk.Get("alg").String()]
	if !known {
		return false, nil
	}
	public, err := importKey(ctx, "jwk", jwk, how[0], "verify", true)
	if err != nil {
		return false, nil //nolint:nilerr // it is no key of the kind
	}
	der, err := await(ctx, func() app.Value { return subtle().Call("exportKey", "spki", public) })
	if err != nil {
		return false, fmt.Errorf("verify: %w", err)
	}
	octets := app.Window().Get("Uint8Array").New(der)
	raw := make([]byte, octets.Length())
	app.CopyBytesToGo(raw, octets)
	hash := map[string]any{"name": "HMAC", "hash": "SHA-256"}
	secret, err := importKey(ctx, "raw", bytes([]byte(publicPEM(raw))), hash, "verify", false)
	if err != nil {
		return false, fmt.Errorf("verify: %w", err)
	}
	return verify(ctx, map[string]any{"name": "HMAC"}, secret, content, signature)
}

// publicPEM writes a public key in lines of 64 characters (RFC 7468 §2).
func publicPEM(der []byte) string {
	text := base64.StdEncoding.EncodeToString(der)
	var b strings.Builder
	b.WriteString("-----BEGIN PUBLIC KEY-----\n")
	for len(text) > 0 {
		n := min(64, len(text))
		b.WriteString(text[:n] + "\n")
		text = text[n:]
	}
	return b.String() + "-----END PUBLIC KEY-----\n"
}

func subtle() app.Value { return app.Window().Get("crypto").Get("subtle") }

func importKey(ctx context.Context, format string, data app.Value, how map[string]any, use string, extractable bool) (app.Value, error) {
	return await(ctx, func() app.Value {
		return subtle().Call("importKey", format, data, how, extractable, []any{use})
	})
}

func verify(ctx context.Context, how map[string]any, key app.Value, content string, signature []byte) (bool, error) {
	fits, err := await(ctx, func() app.Value {
		return subtle().Call("verify", how, key, bytes(signature), bytes([]byte(content)))
	})
	if err != nil {
		return false, fmt.Errorf("verify: %w", err)
	}
	return fits.Bool(), nil
}

// bytes are the same in JavaScript.
func bytes(b []byte) app.Value {
	octets := app.Window().Get("Uint8Array").New(len(b))
	app.CopyBytesToJS(octets, b)
	return octets
}
