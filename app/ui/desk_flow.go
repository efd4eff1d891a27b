package ui

import (
	"context"
	"time"

	"oauthlab/app/browser"
	"oauthlab/app/client"
	"oauthlab/app/lab"
)

// frameID is the id of the frame that stands for Alice's browser.
const frameID = "alice"

// run starts the flow in the frame.
func (d *desk) run() {
	d.screen.InFrame = true
	d.show(paneBrowser)
	d.begin(func(_ context.Context, url string) error {
		browser.SetFrame(frameID, url)
		return nil
	})
}

// runInTab starts the flow in a tab of its own, by full redirects.
func (d *desk) runInTab() {
	d.begin(func(_ context.Context, url string) error {
		browser.OpenTab(url)
		return nil
	})
}

// begin signs Alice out, unless she stays signed in, and lets the client begin.
func (d *desk) begin(open func(context.Context, string) error) {
	stay := d.screen.StayIn
	d.call(running, func(ctx context.Context, s *lab.Session) error {
		if !stay {
			if err := s.SignOut(ctx); err != nil {
				return err
			}
		}
		return newClient(s, open).Begin(ctx)
	}, nil)
}

// finish takes the callback: the client checks it and redeems the code at once,
// as real apps do. It waits for nothing else: an answer comes once.
func (d *desk) finish(url string) {
	d.show(paneStage)
	d.call(idle, func(ctx context.Context, s *lab.Session) error {
		c := newClient(s, nil)
		code, err := c.Callback(ctx, url)
		if err != nil || c.TokenEndpoint == "" { // before v03, the code is the end
			return err
		}
		_, err = c.Redeem(ctx, code)
		return err
	}, nil)
}

// signOut ends Alice's session at the authorization server.
func (d *desk) signOut() {
	d.call(switching, func(ctx context.Context, s *lab.Session) error { return s.SignOut(ctx) }, nil)
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
