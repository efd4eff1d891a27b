package lab

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"

	"github.com/google/uuid"
)

// StrangerKey is what the keys are made of with which somebody signs who is not the
// authorization server: Mallory, whose site publishes hers, or a server with a fault.
type StrangerKey []byte

// Of is the key of a lab's stranger, for ES256.
func (k StrangerKey) Of(id uuid.UUID) *ecdsa.PrivateKey {
	raw := Derive(k, id, "a stranger's key")
	for {
		key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), raw)
		if err == nil {
			return key
		}
		sum := sha256.Sum256(raw) // one number in 2^32 is none of the curve's
		raw = sum[:]
	}
}
