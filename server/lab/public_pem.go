package lab

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
)

// PublicPEM is a public key as configurations have it (RFC 7468 §13), which whoever mistakes HS256
// for RS256 takes for a secret (RFC 8725 §2.1).
func PublicPEM(public any) ([]byte, error) {
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		return nil, fmt.Errorf("write a public key: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), nil
}
