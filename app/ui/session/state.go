package session

import (
	"context"
	"maps"
	"slices"

	"oauthlab/app/lab"
	"oauthlab/lessons/api"
	"oauthlab/lessons/event"
)

// stateReading is how reading the parties' documents goes: one at a time, so that
// an old answer never follows a newer one.
type stateReading struct {
	busy  bool // an answer is awaited
	again bool // something changed since it was asked for
	round int  // answers of an earlier round are about a lab that is no more
}

// ReadState reads what the parties hold now.
func (c *Controller) ReadState() {
	if c.session == nil {
		return
	}
	if c.reading.busy {
		c.reading.again = true
		return
	}
	c.reading.busy = true
	var (
		round = c.reading.round
		state api.State
		err   error
	)
	c.call(Idle, func(ctx context.Context, s *lab.Session) error {
		ctx, cancel := context.WithTimeout(ctx, callTimeout)
		defer cancel()
		state, err = s.State(ctx)
		return nil // done is told of it below, whatever came
	}, func() {
		again := c.reading.again
		c.reading.busy, c.reading.again = false, false
		switch {
		case round != c.reading.round:
		case err == nil:
			c.takeState(state)
		case isGone(err):
			c.gone()
			return
		default:
			c.complain(err)
			return
		}
		if again && c.screen.StateOpen {
			c.ReadState()
		}
	})
}

// takeState shows the documents. Of each party it keeps the one before the latest
// that differs.
func (c *Controller) takeState(state api.State) {
	s := &c.screen
	before := maps.Clone(s.StateBefore)
	for p, now := range state {
		if was, ok := s.State[p]; ok && differs(Pretty(was), Pretty(now)) {
			if before == nil {
				before = api.State{}
			}
			before[p] = was
		}
	}
	s.State, s.StateBefore = state, before
}

// forgetState forgets the documents, and reads those of the lab that is there now
// where the learner looks at them.
func (c *Controller) forgetState() {
	c.screen.State, c.screen.StateBefore = nil, nil
	c.reading.round++
	if c.screen.StateOpen {
		c.ReadState()
	}
}

// watchState reads the documents again where the learner looks at them and events
// say that one changed.
func (c *Controller) watchState(events []event.Event) {
	changed := slices.ContainsFunc(events, func(e event.Event) bool { return e.Kind == event.KindChange })
	if c.screen.StateOpen && (changed || c.screen.State == nil) {
		c.ReadState()
	}
}
