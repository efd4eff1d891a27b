package session

import (
	"context"
	"time"

	"oauthlab/app/browser"
	"oauthlab/app/lab"
	"oauthlab/lessons/api"
	"oauthlab/lessons/event"
)

// StateTerm is the address at which the glossary explains the state of the parties. Beside
// a lab, links to it show the state itself.
const StateTerm = "/glossary#state-of-the-parties"

// readEvery is how often the state is read at most while it changes.
const readEvery = 200 * time.Millisecond

// State is the drawer with what the parties hold.
type State struct {
	Open   bool
	Sheets []api.Sheet // nil until they are read
	Of     event.Party // whose is shown; "" for the first
	JSON   bool        // as JSON, not as tables
}

// Shown returns the sheet that is shown, the zero value before they are read.
func (s State) Shown() (sheet api.Sheet) {
	for i, one := range s.Sheets {
		if i == 0 || one.Party == s.Of {
			sheet = one
		}
	}
	return sheet
}

// stateReading is how reading what the parties hold goes: one at a time, so that an old
// answer never follows a newer one.
type stateReading struct {
	busy  bool // an answer is awaited
	again bool // something changed since it was asked for
	round int  // answers of an earlier round are about a lab that is no more, or in another shape

	pane Pane   // that a narrow screen showed before
	back func() // gives the focus back to what had it before
}

// ToggleState opens the drawer with what the parties hold now, or closes it.
func (c *Controller) ToggleState() {
	if c.screen.State.Open {
		c.CloseState()
	} else {
		c.openState()
	}
}

// openState opens the drawer, and moves the focus into it.
func (c *Controller) openState() {
	c.reading.pane, c.reading.back = c.screen.Pane, browser.HoldFocus()
	c.Show(PaneStage)
	c.screen.State.Open = true
	c.readState()
	c.FocusSoon("state-view")
}

// CloseState closes the drawer; the focus goes back to where it was.
func (c *Controller) CloseState() {
	c.screen.State.Open = false
	c.Show(c.reading.pane)
	c.reading.back()
}

// ShowState shows what another party holds.
func (c *Controller) ShowState(of event.Party) {
	c.screen.State.Of = of
	AfterDraw(func() { browser.ScrollToStart("#state-view") })
}

// ShowStateAs shows it as JSON or as tables.
func (c *Controller) ShowStateAs(json bool) {
	c.screen.State.JSON = json
	c.reading.round++
	c.readState()
}

// readState reads what the parties hold now.
func (c *Controller) readState() {
	if c.session == nil || c.reading.busy {
		c.reading.again = true
		return
	}
	c.reading.busy = true
	var (
		round  = c.reading.round
		json   = c.screen.State.JSON
		sheets []api.Sheet
		err    error
	)
	c.call(Idle, func(ctx context.Context, s *lab.Session) error {
		ctx, cancel := context.WithTimeout(ctx, callTimeout)
		defer cancel()
		sheets, err = s.Sheets(ctx, json)
		return nil // done is told of it below, whatever came
	}, func() {
		again := c.reading.again || round != c.reading.round
		c.reading.busy, c.reading.again = false, false
		switch {
		case round != c.reading.round:
		case err == nil:
			c.screen.State.Sheets = sheets
		case isGone(err):
			c.gone()
			return
		default:
			c.complain(err)
			return
		}
		if again && c.screen.State.Open {
			time.AfterFunc(readEvery, func() { c.draw(c.readState) })
		}
	})
}

// forgetState forgets what the parties held, and reads it of the lab that is there now where
// the learner looks at it.
func (c *Controller) forgetState() {
	c.screen.State.Sheets = nil
	c.reading.round++
	if c.screen.State.Open {
		c.readState()
	}
}

// watchState reads it again where the learner looks at it: events came, and most change
// something for somebody.
func (c *Controller) watchState() {
	if c.screen.State.Open {
		c.readState()
	}
}
