package ui

import (
	"context"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/browser"
	"oauthlab/app/lab"
	"oauthlab/app/tag"
)

// byHandKey is where the store of the tab remembers who exchanges codes: a callback
// that comes by a full tab is answered by a page that was just loaded.
const byHandKey = "oauthlab.by-hand"

// exchangeID is the id of the button that exchanges the code.
const exchangeID = "exchange"

// exchangeByHand leaves the exchange of codes to the learner, or to the callback.
func (d *desk) exchangeByHand(on bool) {
	d.screen.ByHand = on
	if on {
		_ = browser.TabStore().Set(byHandKey, "1") // where it keeps nothing, memory stands in
		return
	}
	browser.TabStore().Delete(byHandKey)
}

// recallByHand takes up what the learner chose in this tab.
func (d *desk) recallByHand() { _, d.screen.ByHand = browser.TabStore().Get(byHandKey) }

// await shows that a code waits for the learner to exchange it.
func (d *desk) await(code string) {
	d.screen.Waiting = code
	d.leaveFrame()
	d.show(paneBrowser)
	afterDraw(func() { browser.KeepFocus("#" + exchangeID) }) // the frame had it, and is gone
}

// exchange shows the request that redeems the code, and sends it when the learner says
// so.
func (d *desk) exchange() {
	d.stepping, d.screen.Opener = true, exchangeID
	code, before := d.screen.Waiting, d.hook()
	d.leaveReplay()
	d.toEnd()
	d.call(running, func(ctx context.Context, s *lab.Session) error {
		c := newClient(s, nil)
		c.Before = before
		_, err := c.Redeem(ctx, code)
		return err
	}, nil)
}

// exchangeButton exchanges the code: once, and then again, to see what the server says
// to that.
func (a *alice) exchangeButton() app.UI {
	text, class := "Exchange the code…", "button button-primary"
	if a.Login.Code == "" {
		text, class = "Exchange the same code again…", "button"
	}
	return pressable(marked(tag.Button(), a.Tour, a.Tour.What == atExchange).Class(class, "client-exchange").ID(exchangeID).Text(text).Aria("haspopup", "dialog"),
		a.Open && a.Busy == idle, func() { a.Desk.exchange() }, exchangeID)
}
