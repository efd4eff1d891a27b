package limit

import (
	"sync"

	"github.com/google/uuid"
)

// ConnLimiter bounds how many follow at once: in one lab, and in all. It is safe for
// concurrent use. A bound of 0 is none.
type ConnLimiter struct {
	PerLab int
	InAll  int

	mu    sync.Mutex // guards both below
	taken map[uuid.UUID]int
	all   int
}

// Full says which bound is reached.
type Full string

// The bounds.
const (
	LabFull Full = "lab"
	AllFull Full = "house"
)

func (f Full) Error() string { return "no seat is free in the " + string(f) }

// Take takes a seat in the lab, which must be given back; or it returns a Full.
func (s *ConnLimiter) Take(lab uuid.UUID) (giveBack func(), err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.InAll > 0 && s.all >= s.InAll:
		return nil, AllFull
	case s.PerLab > 0 && s.taken[lab] >= s.PerLab:
		return nil, LabFull
	}
	if s.taken == nil {
		s.taken = map[uuid.UUID]int{}
	}
	s.taken[lab]++
	s.all++
	return sync.OnceFunc(func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.all--
		if s.taken[lab]--; s.taken[lab] == 0 {
			delete(s.taken, lab)
		}
	}), nil
}

// Taken is how many seats are taken, in all labs.
func (s *ConnLimiter) Taken() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.all
}
