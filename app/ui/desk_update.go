package ui

import "oauthlab/app/browser"

// lookForUpdate offers to load the page again if the server has another version of
// the lab by now. The lab itself stays: the server keeps it, and the browser its key.
func (d *desk) lookForUpdate() {
	if d.ctx == nil { // the page is about to be loaded anyway
		return
	}
	ctx := d.ctx
	go func() {
		if browser.IsOutdated(ctx) {
			d.draw(func() { d.screen.Outdated = true })
		}
	}()
}
