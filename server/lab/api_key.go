package lab

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"

	"github.com/google/uuid"
)

// ClientAPI is the id under which a lab's API is known at its authorization server.
const ClientAPI = "demo-api"

// APIKey is what the authorization server and the API were given by whoever set them up.
// What both know of a lab is made of it, and nobody else has it.
type APIKey []byte

// Secret is what the API of a lab proves itself with (RFC 7662 §2.1): 32 bytes in base64url.
func (k APIKey) Secret(id uuid.UUID) string {
	return base64.RawURLEncoding.EncodeToString(k.of(id, "introspection"))
}

// Signing is the key of a lab with which both sign and verify, of 32 bytes as HS256 needs
// (RFC 7518 §3.2).
func (k APIKey) Signing(id uuid.UUID) []byte { return k.of(id, "signature") }

func (k APIKey) of(id uuid.UUID, use string) []byte {
	h := hmac.New(sha256.New, k)
	h.Write(id[:])
	h.Write([]byte(use))
	return h.Sum(nil)
}
