package authserver

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"fmt"
)

// ahead is how many keys wait for a lab to need them.
const ahead = 8

// KeyPool makes RSA keys before anybody needs them: that takes a processor a moment for each,
// and nobody shall wait for it. Each key that it hands out goes to one lab and to no other.
type KeyPool struct{ made chan *rsa.PrivateKey }

// NewKeyPool makes keys until ctx ends.
func NewKeyPool(ctx context.Context) *KeyPool {
	p := &KeyPool{made: make(chan *rsa.PrivateKey, ahead)}
	go func() {
		for {
			key, err := rsa.GenerateKey(rand.Reader, rsaBits)
			if err != nil {
				return // Take makes its own then
			}
			select {
			case p.made <- key:
			case <-ctx.Done():
				return
			}
		}
	}()
	return p
}

// Take returns a key that nobody else has. Where none is ready, it makes one.
func (p *KeyPool) Take() (*rsa.PrivateKey, error) {
	select {
	case key := <-p.made:
		return key, nil
	default:
	}
	key, err := rsa.GenerateKey(rand.Reader, rsaBits)
	if err != nil {
		return nil, fmt.Errorf("make a key: %w", err)
	}
	return key, nil
}
