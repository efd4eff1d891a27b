package ui

import (
	"context"
	"time"

	"oauthlab/app/browser"
	"oauthlab/app/client"
	"oauthlab/app/lab"
	"oauthlab/lessons/guard"
)

// The frame that stands for Alice's browser: its id, what it says it is, and the
// element that holds it.
const (
	frameID    = "alice"
	frameTitle = "Alice's browser"
	holderID   = "alice-holder"
	holder     = "#" + holderID
)

// run starts the flow in the frame.
func (d *desk) run() {
	d.stepping = false
	d.flow()
}

// flow runs the flow in the frame, at once or in steps.
func (d *desk) flow() {
	d.screen.Frame = frameHere
	d.show(paneBrowser)
	d.begin(openFrame)
}

// openFrame opens a page in Alice's browser.
func openFrame(_ context.Context, url string) error {
	browser.FreshFrame(holder, frameID, frameTitle, url)
	return nil
}

// runInTab starts the flow in a tab of its own, by full redirects.
func (d *desk) runInTab() {
	d.stepping = false
	d.screen.Frame = frameInTab
	browser.DropFrame(holder)
	d.begin(func(_ context.Context, url string) error {
		browser.OpenTab(url)
		return nil
	})
}

// begin signs Alice out, unless she stays signed in, and lets the client begin.
func (d *desk) begin(open func(context.Context, string) error) {
	before, leave := d.hook(), d.startOver()
	d.call(running, func(ctx context.Context, s *lab.Session) error {
		if err := leave(ctx, s); err != nil {
			return err
		}
		c := newClient(s, open)
		c.Before = before
		return c.Begin(ctx)
	}, nil)
}

// startOver clears away what an earlier login left on the screen, and returns what signs
// Alice out, unless she stays signed in.
func (d *desk) startOver() func(context.Context, *lab.Session) error {
	d.screen.Waiting = ""
	d.makeWay()
	stay := d.screen.StayIn
	return func(ctx context.Context, s *lab.Session) error {
		if stay {
			return nil
		}
		return s.SignOut(ctx)
	}
}

// finish takes the callback: the client checks it and redeems the code at once,
// as real apps do, unless the learner does that by hand. It waits for nothing else: an
// answer comes once.
func (d *desk) finish(url string) {
	d.show(paneStage)
	if d.screen.Frame == frameEmpty { // the callback came by a full tab
		d.screen.Frame = frameHere
	}
	d.acted = true
	before, byHand := d.hook(), d.screen.ByHand
	waiting := ""
	d.call(idle, func(ctx context.Context, s *lab.Session) error {
		c := newClient(s, nil)
		c.Before = before
		code, err := c.Callback(ctx, url)
		if err != nil || !c.Rules.Offers(guard.TokenEndpoint) { // the code is the end
			return err
		}
		if byHand {
			waiting = code
			return nil
		}
		_, err = c.Redeem(ctx, code)
		return err
	}, func() {
		if waiting != "" {
			d.await(waiting)
		}
	})
}

// signOut ends Alice's session at the authorization server.
func (d *desk) signOut() {
	d.call(switching, func(ctx context.Context, s *lab.Session) error { return s.SignOut(ctx) }, func() {
		d.screen.Said = "Signed out at the authorization server."
	})
}

// newClient returns the OAuth client as the lab's switches have it behave.
func newClient(s *lab.Session, open func(context.Context, string) error) *client.Client {
	l := s.Lab()
	offset := time.Duration(l.ClockOffsetSeconds) * time.Second
	return &client.Client{
		ID: l.ClientID, RedirectURI: l.RedirectURI,
		AuthorizationEndpoint: l.AuthorizationEndpoint,
		TokenEndpoint:         l.TokenEndpoint,
		Rules:                 lab.Rules(l),
		Fetch:                 browser.Fetch,
		Store:                 browser.TabStore(),
		Record:                s,
		Open:                  open,
		Now:                   func() time.Time { return time.Now().Add(offset) },
		Random:                browser.Random(),
		NewID:                 browser.NewID,
	}
}
