package session

import (
	"context"
	"strings"
	"time"

	"oauthlab/app/browser"
	"oauthlab/app/client"
	"oauthlab/app/lab"
	"oauthlab/lessons/api"
	"oauthlab/lessons/guard"
)

// The frame that stands for Alice's browser: its id, what it says it is, and the
// element that holds it.
const (
	frameID    = "alice"
	frameTitle = "Alice's browser"
	HolderID   = "alice-holder"
	holder     = "#" + HolderID
)

// Run starts the flow in the frame.
func (c *Controller) Run() {
	c.stepping = false
	if c.RunsWebApp() {
		c.openApp(FrameApp, startPage, openFrame)
		return
	}
	c.flow()
}

// flow runs the flow in the frame, at once or in steps.
func (c *Controller) flow() {
	c.screen.Frame = FrameHere
	c.Show(PaneBrowser)
	c.begin(openFrame)
}

// openFrame opens a page in Alice's browser.
func openFrame(_ context.Context, url string) error {
	browser.FreshFrame(holder, frameID, frameTitle, url)
	return nil
}

// RunInTab starts the flow in a tab of its own, by full redirects.
func (c *Controller) RunInTab() {
	c.stepping = false
	browser.DropFrame(holder)
	open := func(_ context.Context, url string) error {
		browser.OpenTab(url)
		return nil
	}
	if c.RunsWebApp() {
		c.openApp(FrameInTab, startPage, open)
		return
	}
	c.screen.Frame = FrameInTab
	c.begin(open)
}

// begin signs Alice out, unless she stays signed in, and lets the client begin.
func (c *Controller) begin(open func(context.Context, string) error) {
	before, leave := c.hook(), c.startOver()
	c.call(running, func(ctx context.Context, s *lab.Session) error {
		if err := leave(ctx, s); err != nil {
			return err
		}
		oauth := newClient(s, open)
		oauth.Before = before
		return oauth.Begin(ctx)
	}, nil)
}

// startOver clears away what an earlier login left on the screen, and returns what signs
// Alice out, unless she stays signed in.
func (c *Controller) startOver() func(context.Context, *lab.Session) error {
	c.screen.Waiting = ""
	c.makeWay()
	stay := c.screen.StayIn
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
func (c *Controller) finish(url string) {
	c.Show(PaneStage)
	if c.screen.Notice.Calm { // it said how to get here
		c.Dismiss()
	}
	if c.screen.Frame == FrameEmpty { // the callback came by a full tab
		c.screen.Frame = FrameHere
	}
	c.acted = true
	before, byHand := c.hook(), c.screen.ByHand && !c.RunsWebApp() // there nothing says that one waits
	waiting := ""
	c.call(Idle, func(ctx context.Context, s *lab.Session) error {
		oauth := newClient(s, nil)
		oauth.Before = before
		code, err := oauth.Callback(ctx, url)
		if err != nil || !oauth.Rules.Offers(guard.TokenEndpoint) { // the code is the end
			return err
		}
		if byHand {
			waiting = code
			return nil
		}
		return redeem(ctx, oauth, code)
	}, func() {
		if waiting != "" {
			c.await(waiting)
		}
	})
}

// redeem has the client redeem a code, and show what the token is good for, where there is
// an API.
func redeem(ctx context.Context, oauth *client.Client, code string) error {
	if _, err := oauth.Redeem(ctx, code); err != nil {
		return err
	}
	_, _, err := oauth.Who(ctx)
	if err != nil || !oauth.Rules.Offers(guard.ProtectedAPI) {
		return err
	}
	_, err = oauth.Show(ctx)
	return err
}

// AskAgain has the client ask the API once more.
func (c *Controller) AskAgain() {
	c.asClient(func(ctx context.Context, oauth *client.Client) error {
		_, err := oauth.Show(ctx)
		return err
	})
}

// OpenAPI has the client ask one of its APIs, with a token for that.
func (c *Controller) OpenAPI(name string) {
	c.asClient(func(ctx context.Context, oauth *client.Client) error {
		_, err := oauth.ShowOf(ctx, name)
		return err
	})
}

// Write has the client keep a note at the API, and show what is there then.
func (c *Controller) Write(text string) {
	if text == "" {
		return
	}
	c.asClient(func(ctx context.Context, oauth *client.Client) error {
		err := oauth.Write(ctx, text)
		if err == nil {
			_, err = oauth.Show(ctx)
		}
		return err
	})
}

// SignOutClient has the client forget its tokens.
func (c *Controller) SignOutClient() {
	c.asClient(func(ctx context.Context, oauth *client.Client) error { return oauth.SignOut(ctx) })
}

// asClient lets the client do something with the tokens that it keeps.
func (c *Controller) asClient(do func(context.Context, *client.Client) error) {
	before := c.hook()
	c.LeaveReplay()
	c.acted = true
	c.call(Idle, func(ctx context.Context, s *lab.Session) error {
		oauth := newClient(s, nil)
		oauth.Before = before
		return do(ctx, oauth)
	}, nil)
}

// SignOut ends Alice's session at the authorization server.
func (c *Controller) SignOut() {
	c.call(Switching, func(ctx context.Context, s *lab.Session) error { return s.SignOut(ctx) }, func() {
		c.screen.Said = "Signed out at the authorization server."
	})
}

// newClient returns the OAuth client as the lab's switches have it behave.
func newClient(s *lab.Session, open func(context.Context, string) error) *client.Client {
	l := s.Lab()
	offset := time.Duration(l.ClockOffsetSeconds) * time.Second
	return &client.Client{
		ID: l.ClientID, RedirectURI: l.RedirectURI, Issuer: l.Issuer,
		AuthorizationEndpoint: l.AuthorizationEndpoint,
		TokenEndpoint:         l.TokenEndpoint,
		API:                   strings.TrimSuffix(l.Resource, "/api/me"),
		Agent:                 l.Agent,
		Rules:                 lab.Rules(l),
		Fetch:                 browser.Fetch,
		Store:                 browser.TabStore(),
		Tokens:                tokensOf(l),
		Lock:                  browser.Lock,
		Verify:                browser.Verify,
		Record:                s,
		Open:                  open,
		Now:                   func() time.Time { return time.Now().Add(offset) },
		Random:                browser.Random(),
		NewID:                 browser.NewID,
	}
}

// tokensOf is where the client keeps its tokens: in this tab, or, where they are renewed,
// for all tabs.
func tokensOf(l api.Lab) client.Store {
	if lab.Rules(l).Offers(guard.RefreshTokens) {
		return ofLab{browser.Keep(), "." + l.ID}
	}
	return ofLab{browser.TabStore(), "." + l.ID}
}

// ofLab is what a store keeps of one lab: tabs with other labs share the store.
type ofLab struct {
	client.Store
	mark string
}

func (o ofLab) Get(key string) (string, bool) { return o.Store.Get(key + o.mark) }
func (o ofLab) Set(key, value string) error   { return o.Store.Set(key+o.mark, value) }
func (o ofLab) Delete(key string)             { o.Store.Delete(key + o.mark) }
