package session

import (
	"context"

	"oauthlab/app/browser"
	"oauthlab/app/lab"
	"oauthlab/lessons/api"
)

// PeekID is the id of the dialog in which an entry of a book is read.
const PeekID = "peek"

// termLinks are the links that open an entry in place. They lead to the book where
// this program does not run.
const termLinks = "a.term"

// look opens what a link of a book leads to. The latest one counts.
func (c *Controller) look(address string) {
	if address == StateTerm && c.session != nil {
		c.ClosePeek()
		c.openDrawer(DrawerState)
		return
	}
	c.looking = address
	go func() {
		ctx, cancel := context.WithTimeout(c.ctx, callTimeout)
		defer cancel()
		entry, err := lab.LookUp(ctx, browser.NewDevice(), address)
		c.draw(func() {
			switch {
			case c.looking != address:
			case err != nil:
				c.complain(err)
			default:
				c.screen.Peek = entry
			}
		})
	}()
}

// ClosePeek closes the entry; the focus goes back to the link. What was asked for since
// still opens: the browser may tell late that the learner closed the one before.
func (c *Controller) ClosePeek() {
	browser.CloseModal(PeekID)
	c.screen.Peek = api.Entry{}
}
