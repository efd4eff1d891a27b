package authserver

import (
	"context"
	"sync"
	"time"

	"github.com/google/uuid"
)

// maxSlow bounds how many answers of a lab may take their time at once; others do not.
const maxSlow = 4

// slowAnswers counts the answers that take their time on purpose. The zero value is ready.
type slowAnswers struct {
	mu  sync.Mutex
	now map[uuid.UUID]int // guarded by mu
}

// wait waits for d, or until the caller has gone.
func (s *slowAnswers) wait(ctx context.Context, lab uuid.UUID, d time.Duration) {
	if !s.enter(lab) {
		return
	}
	defer s.leave(lab)
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

func (s *slowAnswers) enter(lab uuid.UUID) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.now[lab] >= maxSlow {
		return false
	}
	if s.now == nil {
		s.now = map[uuid.UUID]int{}
	}
	s.now[lab]++
	return true
}

func (s *slowAnswers) leave(lab uuid.UUID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.now[lab]--; s.now[lab] == 0 {
		delete(s.now, lab)
	}
}
