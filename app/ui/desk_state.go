package ui

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

// readState reads what the parties hold now.
func (d *desk) readState() {
	if d.session == nil {
		return
	}
	if d.reading.busy {
		d.reading.again = true
		return
	}
	d.reading.busy = true
	var (
		round = d.reading.round
		state api.State
		err   error
	)
	d.call(idle, func(ctx context.Context, s *lab.Session) error {
		ctx, cancel := context.WithTimeout(ctx, callTimeout)
		defer cancel()
		state, err = s.State(ctx)
		return nil // done is told of it below, whatever came
	}, func() {
		again := d.reading.again
		d.reading.busy, d.reading.again = false, false
		switch {
		case round != d.reading.round:
		case err == nil:
			d.takeState(state)
		case isGone(err):
			d.gone()
			return
		default:
			d.complain(err)
			return
		}
		if again && d.screen.StateOpen {
			d.readState()
		}
	})
}

// takeState shows the documents. Of each party it keeps the one before the latest
// that differs.
func (d *desk) takeState(state api.State) {
	s := &d.screen
	before := maps.Clone(s.StateBefore)
	for p, now := range state {
		if was, ok := s.State[p]; ok && differs(pretty(was), pretty(now)) {
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
func (d *desk) forgetState() {
	d.screen.State, d.screen.StateBefore = nil, nil
	d.reading.round++
	if d.screen.StateOpen {
		d.readState()
	}
}

// watchState reads the documents again where the learner looks at them and events
// say that one changed.
func (d *desk) watchState(events []event.Event) {
	changed := slices.ContainsFunc(events, func(e event.Event) bool { return e.Kind == event.KindChange })
	if d.screen.StateOpen && (changed || d.screen.State == nil) {
		d.readState()
	}
}
