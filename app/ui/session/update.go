package session

import "oauthlab/app/browser"

// LookForUpdate offers to load the page again if the server has another version of
// the lab by now. The lab itself stays: the server keeps it, and the browser its key.
func (c *Controller) LookForUpdate() {
	if c.ctx == nil { // the page is about to be loaded anyway
		return
	}
	ctx := c.ctx
	go func() {
		if browser.IsOutdated(ctx) {
			c.draw(func() { c.screen.Outdated = true })
		}
	}()
}
