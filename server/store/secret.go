package store

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"

	"github.com/google/uuid"
)

// Secret returns the 32 random bytes of that name. Whichever process asks first
// makes them; all that share the store get the same, always. A name consists of
// letters, digits, '-', '_' and '.'.
func (s *Store) Secret(ctx context.Context, name string) ([]byte, error) {
	if err := s.begin(); err != nil {
		return nil, err
	}
	defer s.end()
	for try := 0; ; try++ {
		m, err := s.get(ctx, secretsName, oneRead{LastOf: secretSubject + name})
		if err == nil {
			return m.data, nil
		}
		if !errors.Is(err, errNoMessage) {
			return nil, fmt.Errorf("get secret %q: %w", name, err)
		}
		fresh := make([]byte, 32)
		rand.Read(fresh) // never fails
		_, err = s.publish(ctx, secretSubject+name, uuid.NewString(), 0, fresh)
		if err == nil {
			return fresh, nil
		}
		if !errors.Is(err, errConflict) { // else another process was quicker, or is about to be
			return nil, fmt.Errorf("make secret %q: %w", name, err)
		}
		if err := pause(ctx, try); err != nil {
			return nil, fmt.Errorf("make secret %q: %w", name, err)
		}
	}
}
