package client

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
)

// verifierBytes of chance make a code verifier of 43 characters,
// as RFC 7636 §4.1 recommends.
const verifierBytes = 32

// NewVerifier makes a code verifier (RFC 7636 §4.1). random must be
// unpredictable: a verifier protects only while nobody learns or
// guesses it (§7.1).
func NewVerifier(random io.Reader) (string, error) {
	return randomText(random, verifierBytes)
}

// Derivation is the way from a code verifier to its challenge by
// the method S256, step by step (RFC 7636 §4.2).
type Derivation struct {
	Octets    []byte // ASCII(code_verifier)
	Hash      []byte // SHA256 of these, 32 octets
	Challenge string // BASE64URL-ENCODE of that, 43 characters
}

// Derive goes that way. There is none back: a hash is not undone.
func Derive(verifier string) Derivation {
	octets := []byte(verifier)
	hash := sha256.Sum256(octets)
	return Derivation{
		Octets: octets,
		Hash:   hash[:],
		// Without padding (RFC 7636 appendix A).
		Challenge: base64.RawURLEncoding.EncodeToString(hash[:]),
	}
}

// challenge is what goes ahead for a verifier (RFC 7636 §4.3).
type challenge struct {
	value  string
	method string // "S256" or "plain"
}

// makeVerifier makes the code verifier, the secret of this one
// login, and the challenge that promises it (RFC 7636 §4.1, §4.2).
func (f *flow) makeVerifier() (challenge, error) {
	method := f.Rules.Value(guard.IDPKCEMethod)
	if method == guard.Nothing {
		return challenge{}, nil
	}
	verifier, err := NewVerifier(f.Random)
	if err != nil {
		return challenge{}, err
	}
	f.Verifier = verifier
	ahead := challenge{value: verifier, method: method}
	if method == guard.S256 {
		ahead.value = Derive(verifier).Challenge
	}
	f.note(event.NoteVerifier,
		"The client made a code verifier, and a challenge from it.",
		event.Field{Name: "code_verifier", Value: verifier},
		event.Field{Name: "code_challenge", Value: ahead.value},
		event.Field{Name: "code_challenge_method", Value: method})
	return ahead, nil
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
