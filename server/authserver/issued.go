package authserver

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strings"

	"github.com/google/uuid"
)

// What the server keeps is bounded, so it forgets. So that it never calls unknown what it
// only forgot, the values that come back to it end with a mark by which it knows its own.

// The kinds of value with a mark.
const (
	kindCode    = "code"
	kindRequest = "request" // a request that waits for its login
	kindRefresh = "refresh"
)

// Bytes of a value. Nobody guesses the first of them: RFC 6749 §10.10 asks for a chance of
// at most 2^-128 and better 2^-160. Whoever forges a mark is told that his value is forgotten.
const (
	randomBytes = 20
	markBytes   = 12
)

// issue makes a value of the kind for the lab.
func (s *Server) issue(lab uuid.UUID, kind string) string {
	random := make([]byte, randomBytes, randomBytes+markBytes)
	rand.Read(random) //nolint:errcheck // never returns an error (crypto/rand)
	return base64.RawURLEncoding.EncodeToString(append(random, s.mark(lab, kind, random)...))
}

// issued reports whether the server made the value, as one of the kind for the lab.
func (s *Server) issued(lab uuid.UUID, kind, value string) bool {
	b, err := base64.RawURLEncoding.DecodeString(value)
	if err != nil || len(b) != randomBytes+markBytes || strings.ContainsAny(value, "\r\n") { // which decoding skips
		return false
	}
	return hmac.Equal(b[randomBytes:], s.mark(lab, kind, b[:randomBytes]))
}

func (s *Server) mark(lab uuid.UUID, kind string, random []byte) []byte {
	h := hmac.New(sha256.New, s.Secret)
	h.Write([]byte(kind))
	h.Write(lab[:])
	h.Write(random)
	return h.Sum(nil)[:markBytes]
}
