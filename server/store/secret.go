package store

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"

	"github.com/nats-io/nats.go/jetstream"
)

// Secret returns the 32 random bytes of that name. Whichever process asks first
// makes them; all that share the store get the same, always. A name consists of
// letters, digits, '-', '_' and '.'.
func (s *Store) Secret(ctx context.Context, name string) ([]byte, error) {
	if err := s.begin(); err != nil {
		return nil, err
	}
	defer s.end()
	e, err := s.secrets.Get(ctx, name)
	if errors.Is(err, jetstream.ErrKeyNotFound) {
		fresh := make([]byte, 32)
		rand.Read(fresh) // never fails
		if _, err = s.secrets.Create(ctx, name, fresh); err == nil {
			return fresh, nil
		}
		if !errors.Is(err, jetstream.ErrKeyExists) {
			return nil, fmt.Errorf("make secret %q: %w", name, err)
		}
		e, err = s.secrets.Get(ctx, name) // another process was quicker
	}
	if err != nil {
		return nil, fmt.Errorf("get secret %q: %w", name, err)
	}
	return e.Value(), nil
}
