package session

import (
	"context"

	"oauthlab/app/browser"
	"oauthlab/app/lab"
)

// byHandKey is where the store of the tab remembers who exchanges codes: a callback
// that comes by a full tab is answered by a page that was just loaded.
const byHandKey = "oauthlab.by-hand"

// ExchangeID is the id of the button that exchanges the code.
const ExchangeID = "exchange"

// ExchangeByHand leaves the exchange of codes to the learner, or to the callback.
func (c *Controller) ExchangeByHand(on bool) {
	c.screen.ByHand = on
	if on {
		_ = browser.TabStore().Set(byHandKey, "1") // where it keeps nothing, memory stands in
		return
	}
	browser.TabStore().Delete(byHandKey)
}

// recallByHand takes up what the learner chose in this tab.
func (c *Controller) recallByHand() { _, c.screen.ByHand = browser.TabStore().Get(byHandKey) }

// await shows that a code waits for the learner to exchange it.
func (c *Controller) await(code string) {
	c.screen.Waiting = code
	c.leaveFrame()
	c.Show(PaneBrowser)
	AfterDraw(func() { browser.KeepFocus("#" + ExchangeID) }) // the frame had it, and is gone
}

// Exchange shows the request that redeems the code, and sends it when the learner says
// so.
func (c *Controller) Exchange() {
	c.stepping, c.screen.Opener = true, ExchangeID
	code, before := c.screen.Waiting, c.hook()
	c.LeaveReplay()
	c.ToEnd()
	c.call(running, func(ctx context.Context, s *lab.Session) error {
		oauth := newClient(s, nil)
		oauth.Before = before
		return redeem(ctx, oauth, code)
	}, nil)
}
