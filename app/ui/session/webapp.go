package session

import (
	"context"
	"slices"

	"oauthlab/app/browser"
	"oauthlab/app/lab"
	"oauthlab/lessons/event"
)

// startPage is the page of the web app that begins a login.
const startPage = "start"

// NoSteps says why the requests of a client on a server are not shown before they are sent.
const NoSteps = "The web app's requests are sent by its server: they cannot be held here."

// RunsWebApp reports whether the chapter's flow is that of the web app, and not of the client
// in the page.
func (c *Controller) RunsWebApp() bool { return c.content.Chapter.Client == event.Webapp }

// OpenWebApp opens the web app in Alice's browser.
func (c *Controller) OpenWebApp() { c.openApp(FrameApp, "", openFrame) }

// openApp opens a page of the web app, with Alice signed out unless she stays signed in. frame
// is what her browser shows then.
func (c *Controller) openApp(frame Frame, page string, open func(context.Context, string) error) {
	c.screen.Frame = frame
	c.Show(PaneBrowser)
	leave := c.startOver()
	c.call(running, func(ctx context.Context, s *lab.Session) error {
		if err := leave(ctx, s); err != nil {
			return err
		}
		return open(ctx, s.Lab().Webapp+page)
	}, nil)
}

// asksWho reports whether the sign-in page waits in Alice's browser, for a login of the web app.
func (s Screen) asksWho() bool { return s.Frame == FrameApp && s.View.Alice.AsksWho() }

// leaveSignIn shows the diagram where the answer comes back to the web app: what it does with
// it happens there.
func (c *Controller) leaveSignIn(events []event.Event) {
	back := slices.ContainsFunc(events, func(e event.Event) bool {
		return e.Note != nil && e.Note.Name == event.NoteCallback && e.From == event.Webapp
	})
	if !back || c.screen.Frame != FrameApp || !c.RunsWebApp() {
		return
	}
	if c.screen.Notice.Calm { // it said how to get here
		c.Dismiss()
	}
	if c.screen.Pane == PaneBrowser {
		c.Show(PaneStage)
	}
}

// askAgain opens the sign-in page anew, where the frame may show the browser's own error page
// by now.
func (c *Controller) askAgain() {
	browser.FreshFrame(holder, frameID, frameTitle, c.screen.View.Alice.Address.URL)
}
