package session

import (
	"context"
	"time"

	"oauthlab/app/browser"
	"oauthlab/app/lab"
	"oauthlab/lessons/api"
)

// StateTerm is the address at which the glossary explains the state of the parties. Beside
// a lab, links to it show the state itself.
const StateTerm = "/glossary#state-of-the-parties"

// readEvery is how often what a drawer shows is read at most while it changes.
const readEvery = 200 * time.Millisecond

// DrawerKind is what a drawer shows.
type DrawerKind string

const (
	DrawerNone    DrawerKind = ""
	DrawerState   DrawerKind = "state"   // what the parties hold
	DrawerClients DrawerKind = "clients" // the learner's own clients
)

// Title is what the drawer is called.
func (k DrawerKind) Title() string {
	if k == DrawerClients {
		return "Use your own client"
	}
	return "State of the parties"
}

// Drawer lies over the lower half of the stage. What it shows, the server drew.
type Drawer struct {
	Kind   DrawerKind
	Sheets []api.Sheet // nil until they are read
	Of     string      // id of the sheet that is shown; "" for the first
	JSON   bool        // the state as JSON, not as tables
	Client string      // of the learner's own, the one that it is about; "" for the latest
	Secret string      // of that client, where it was just made: nobody tells it again
}

// ShownSecret returns the client's secret where the learner is told it.
func (d Drawer) ShownSecret() string {
	if d.Shown().ID != sheetConnect {
		return ""
	}
	return d.Secret
}

// Shown returns the sheet that is shown, the zero value before they are read.
func (d Drawer) Shown() api.Sheet { return shownOf(d.Sheets, d.Of) }

// shownOf returns the sheet with the id, or the first.
func shownOf(sheets []api.Sheet, id string) (shown api.Sheet) {
	for i, one := range sheets {
		if i == 0 || one.ID == id {
			shown = one
		}
	}
	return shown
}

// drawerReading is how reading what the drawer shows goes: one at a time, so that an old
// answer never follows a newer one.
type drawerReading struct {
	busy  bool // an answer is awaited
	again bool // something changed since it was asked for
	round int  // answers of an earlier round are about a lab that is no more, or of something else

	pane Pane   // that a narrow screen showed before
	back func() // gives the focus back to what had it before
}

// ToggleDrawer opens a drawer, or closes it.
func (c *Controller) ToggleDrawer(kind DrawerKind) {
	if c.screen.Drawer.Kind == kind {
		c.CloseDrawer()
	} else {
		c.openDrawer(kind)
	}
}

// openDrawer opens the drawer, and moves the focus into it.
func (c *Controller) openDrawer(kind DrawerKind) {
	if c.screen.Drawer.Kind == DrawerNone {
		c.reading.pane, c.reading.back = c.screen.Pane, browser.HoldFocus()
	}
	c.Show(PaneStage)
	c.screen.Drawer = Drawer{Kind: kind}
	c.readAnew()
	c.FocusSoon("drawer-view")
}

// CloseDrawer closes the drawer; the focus goes back to where it was.
func (c *Controller) CloseDrawer() {
	c.uncover()
	c.Show(c.reading.pane)
	c.reading.back()
}

// ShowSheet shows another sheet of the drawer.
func (c *Controller) ShowSheet(id string) {
	c.screen.Drawer.Of = id
	AfterDraw(func() { browser.ScrollToStart("#drawer-view") })
}

// ShowStateAs shows the state as JSON or as tables.
func (c *Controller) ShowStateAs(json bool) {
	c.screen.Drawer.JSON = json
	c.readAnew()
}

// readAnew reads what the drawer shows; answers that are on their way are of no use.
func (c *Controller) readAnew() {
	c.reading.round++
	c.readDrawer()
}

// readDrawer reads what the drawer shows now.
func (c *Controller) readDrawer() {
	if c.session == nil || c.reading.busy {
		c.reading.again = true
		return
	}
	c.reading.busy = true
	var (
		round  = c.reading.round
		drawer = c.screen.Drawer
		sheets []api.Sheet
		err    error
	)
	c.call(Idle, func(ctx context.Context, s *lab.Session) error {
		ctx, cancel := context.WithTimeout(ctx, callTimeout)
		defer cancel()
		if drawer.Kind == DrawerClients {
			sheets, err = s.ClientSheets(ctx, drawer.Client)
		} else {
			sheets, err = s.StateSheets(ctx, drawer.JSON)
		}
		return nil // done is told of it below, whatever came
	}, func() {
		again := c.reading.again || round != c.reading.round
		c.reading.busy, c.reading.again = false, false
		switch {
		case round != c.reading.round:
		case err == nil:
			c.screen.Drawer.Sheets = sheets
		case isGone(err):
			c.gone()
			return
		default:
			c.complain(err)
			return
		}
		if again && c.screen.Drawer.Kind != DrawerNone {
			time.AfterFunc(readEvery, func() { c.draw(c.readDrawer) })
		}
	})
}

// forgetDrawer forgets what the drawer showed, and reads it of the lab that is there now
// where the learner looks at it.
func (c *Controller) forgetDrawer() {
	c.screen.Drawer.Sheets, c.screen.Drawer.Secret = nil, ""
	c.reading.round++
	c.watchDrawer()
}

// watchDrawer reads it again where the learner looks at it: events came, and most change
// something for somebody.
func (c *Controller) watchDrawer() {
	if c.screen.Drawer.Kind != DrawerNone {
		c.readDrawer()
	}
}
