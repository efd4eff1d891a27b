package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
)

// Hold waits until nobody else holds the lab, in whichever process, and then holds
// it until release is called. It is for work of many steps that must not mix with
// other work of its kind, and that takes less than leaseLife: whoever dies with a
// lab in hand keeps it for that long. It returns ctx's error when that ends first.
func (s *Store) Hold(ctx context.Context, lab uuid.UUID) (release func(), err error) {
	if err := s.begin(); err != nil {
		return nil, err
	}
	defer s.end()
	for try := 0; ; try++ {
		ack, err := s.publish(ctx, leaseSubject+lab.String(), uuid.NewString(), 0, nil)
		if err == nil {
			return func() { s.free(ctx, lab, ack.Sequence) }, nil
		}
		if !errors.Is(err, errConflict) {
			return nil, fmt.Errorf("hold lab: %w", err)
		}
		if err := pause(ctx, try); err != nil {
			return nil, fmt.Errorf("hold lab: %w", err)
		}
	}
}

// free ends the lease at that place of the stream, and no later one. Where it
// fails the lease ends by itself.
func (s *Store) free(ctx context.Context, lab uuid.UUID, place uint64) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), finishTimeout)
	defer cancel()
	err := s.patiently(ctx, func(ctx context.Context) error { return s.leases.DeleteMsg(ctx, place) })
	if err != nil {
		s.log.Warn("a lab stays held for a while", "lab", lab, "error", err)
	}
}
