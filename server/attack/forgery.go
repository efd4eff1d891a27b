package attack

import (
	"context"
	"crypto/ecdsa"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"oauthlab/app/client"
	"oauthlab/lessons/api"
	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/server/lab"
)

// maxForgery bounds the header and the claims of a token that a learner writes, in bytes.
const maxForgery = 2 << 10

// ErrForgery says that a learner's token cannot be written.
var ErrForgery = errors.New("header and claims are JSON objects of at most 2 KB each, and the key is mallory, public or none")

// Forge writes a token as Mallory can, whatever its header says, and shows it to the API if that
// is wanted. She has a key of her own, and what the server publishes.
func (rn *Runner) Forge(ctx context.Context, l *lab.Lab, f api.Forgery) (api.Forged, error) {
	if !isObject(f.Header) || !isObject(f.Claims) {
		return api.Forged{}, ErrForgery
	}
	s := rn.scene(l)
	content := base64.RawURLEncoding.EncodeToString([]byte(f.Header)) + "." + base64.RawURLEncoding.EncodeToString([]byte(f.Claims))
	signature, err := s.forgedSignature(ctx, f.Key, content)
	if err != nil {
		return api.Forged{}, err
	}
	forged := api.Forged{Token: content + "." + base64.RawURLEncoding.EncodeToString(signature)}
	if !f.Send {
		return forged, nil
	}
	answer, err := s.send(ctx, client.Request{
		Method: http.MethodGet, URL: l.API() + "/protected", Header: []event.Field{{Name: "Authorization", Value: "Bearer " + forged.Token}},
	})
	forged.Status, forged.Answer = answer.Status, answer.Body
	return forged, err
}

func isObject(text string) bool {
	var object map[string]json.RawMessage
	return len(text) <= maxForgery && json.Unmarshal([]byte(text), &object) == nil && object != nil
}

// forgedSignature signs the content of a JWS with one of the keys (RFC 7515 §5.1).
func (s *Scene) forgedSignature(ctx context.Context, key, content string) ([]byte, error) {
	switch key {
	case api.KeyNone:
		return nil, nil
	case api.KeyMallory:
		return signES256(s.hers.Of(s.Lab.ID), content)
	case api.KeyPublic:
		public, err := s.published(ctx, guard.RS256)
		if err != nil {
			return nil, err
		}
		secret, err := lab.PublicPEM(public.Key)
		if err != nil {
			return nil, err
		}
		mac := hmac.New(sha256.New, secret)
		mac.Write([]byte(content)) // never fails
		return mac.Sum(nil), nil
	}
	return nil, ErrForgery
}

// signES256 signs as RFC 7518 §3.4 has it: two numbers of 32 bytes each.
func signES256(key *ecdsa.PrivateKey, content string) ([]byte, error) {
	hash := sha256.Sum256([]byte(content))
	r, s, err := ecdsa.Sign(rand.Reader, key, hash[:])
	if err != nil {
		return nil, fmt.Errorf("forge a token: %w", err)
	}
	const size = 32
	return append(r.FillBytes(make([]byte, size)), s.FillBytes(make([]byte, size))...), nil
}
