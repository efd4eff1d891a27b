package lab

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strings"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/uuid"
)

// ClientAPI is the id under which a lab's API is known at its authorization server.
const ClientAPI = "demo-api"

// APIKey is what the authorization server and the API were given by whoever set them up.
// What both know of a lab is made of it, and nobody else has it.
type APIKey []byte

// Secret is what an API of a lab proves itself with (RFC 7662 §2.1): 32 bytes in base64url.
// client is the id under which it asks.
func (k APIKey) Secret(id uuid.UUID, client string) string {
	use := "introspection"
	if client != ClientAPI {
		use += " by " + client
	}
	return base64.RawURLEncoding.EncodeToString(Derive(k, id, use))
}

// Signing is the key of a lab with which both sign and verify, of 32 bytes as HS256 needs
// (RFC 7518 §3.2).
func (k APIKey) Signing(id uuid.UUID) []byte { return Derive(k, id, "signature") }

// Signed reports whether a JWT in its compact form was signed with the key of a lab (RFC 7515
// §5.2), to the last letter: the library forgives bits that nobody wrote.
func (k APIKey) Signed(id uuid.UUID, token string) bool {
	if !IsStrict(token) {
		return false
	}
	signed, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.HS256})
	if err != nil {
		return false
	}
	_, err = signed.Verify(k.Signing(id))
	return err == nil
}

// IsStrict reports whether each part of a JWT is written in its one form: libraries forgive bits
// that nobody wrote, and line breaks (RFC 7515 §2).
func IsStrict(token string) bool {
	if strings.ContainsAny(token, "\r\n") {
		return false
	}
	for part := range strings.SplitSeq(token, ".") {
		if _, err := base64.RawURLEncoding.Strict().DecodeString(part); err != nil {
			return false
		}
	}
	return true
}

// Derive makes 32 bytes for one use in one lab, which are random to whoever does not know the
// key.
func Derive(key []byte, id uuid.UUID, use string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write(id[:])
	h.Write([]byte(use))
	return h.Sum(nil)
}
