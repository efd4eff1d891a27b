package client

import (
	"context"
	"encoding/base64"
	"fmt"
	"io"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
)

// verifierBytes of chance make a code verifier of 43 characters,
// as RFC 7636 §4.1 recommends.
const verifierBytes = 32

// challenge is what goes ahead for a verifier (RFC 7636 §4.3).
type challenge struct {
	value  string
	method string // "S256" or "plain"
}

// makeVerifier makes the code verifier, the secret of this one
// login, and the challenge that promises it (RFC 7636 §4.1, §4.2).
func (f *flow) makeVerifier(ctx context.Context) (challenge, error) {
	method := f.Rules.Value(guard.IDPKCEMethod)
	if method == guard.Nothing {
		return challenge{}, nil
	}
	verifier, err := randomText(f.Random, verifierBytes)
	if err != nil {
		return challenge{}, err
	}
	f.Verifier = verifier
	ahead := challenge{guard.Challenge(method, verifier), method}
	return ahead, f.note(ctx, event.NoteVerifier,
		"The client made a code verifier, and a challenge from it.",
		event.Field{Name: "code_verifier", Value: verifier},
		event.Field{Name: "code_challenge", Value: ahead.value},
		event.Field{Name: "code_challenge_method", Value: method})
}

// randomText returns n unpredictable bytes as text that is safe in
// a URL: base64url without padding (RFC 4648 §5).
func randomText(random io.Reader, n int) (string, error) {
	b := make([]byte, n)
	if _, err := io.ReadFull(random, b); err != nil {
		return "", fmt.Errorf("read random bytes: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(b), nil
}
