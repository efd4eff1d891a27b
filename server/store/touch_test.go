package store

import (
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
)

// Whoever uses a lab touches it with each request. The store looks at its documents
// once in an eighth of their life, and whenever it cannot know that this has passed.
func TestALabInUseIsLookedAtNowAndThen(t *testing.T) {
	var looks atomic.Int64
	s, err := Open(t.Context(), Options{Dir: t.TempDir(), LabTTL: time.Hour, Timed: func(operation string, _ time.Duration) {
		if operation == "touch" {
			looks.Add(1)
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	lab, other := uuid.New(), uuid.New()
	for _, id := range []uuid.UUID{lab, other} {
		if err := For[state](s, Auth).Create(t.Context(), id, state{}); err != nil {
			t.Fatal(err)
		}
	}
	touch := func(what string, id uuid.UUID, want int64) {
		t.Helper()
		looks.Store(0)
		if err := s.Touch(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		if got := looks.Load(); got != want {
			t.Errorf("%s: %d looks, want %d", what, got, want)
		}
	}
	eighth := time.Hour / 8
	touch("first", lab, 1)
	touch("just again", lab, 0)
	touch("another lab", other, 1)
	s.touched.Add(lab, time.Now().Add(-eighth))
	touch("after an eighth", lab, 1)
	touch("just after that", lab, 0)
	s.touched.Add(lab, time.Now().Add(time.Minute))
	touch("after the clock was put back", lab, 1)

	if err := s.Delete(t.Context(), lab); err != nil {
		t.Fatal(err)
	}
	if err := s.Touch(t.Context(), lab); !errors.Is(err, ErrNotFound) {
		t.Errorf("a lab that was just deleted: %v", err)
	}
}
