package session

import (
	"oauthlab/app/browser"
)

// Dialog says what is open above the page.
type Dialog string

const (
	DialogNone    Dialog = ""
	DialogStep    Dialog = "step"    // the next request, before it is sent
	DialogShare   Dialog = "share"   // a link to what is on the screen
	DialogAssign  Dialog = "assign"  // what a class must do
	DialogExport  Dialog = "export"  // what the learner has done
	DialogChanged Dialog = "changed" // how the lab differs, and what happened
	DialogKeys    Dialog = "keys"    // what the keys do
	DialogMore    Dialog = "more"    // what has no room in the top bar
	DialogBench   Dialog = "bench"   // verifier and challenge, step by step
	DialogForge   Dialog = "forge"   // a token as Mallory can write it
	DialogKnows   Dialog = "knows"   // what ID token, UserInfo and API tell of a user
	DialogTokens  Dialog = "tokens"  // which API takes which token
	DialogWays    Dialog = "ways"    // how the agent acts, in each way
)

// MoreID is the id of the button that opens most dialogs: there the focus goes
// back to.
const MoreID = "more"

// OpenDialog opens it, in place of what is open.
func (c *Controller) OpenDialog(which Dialog) {
	c.screen.Dialog = which
}

// OpenFrom opens it for the button with the id, to which the focus goes back.
func (c *Controller) OpenFrom(opener string, which Dialog) {
	c.screen.Opener, c.screen.Learner = opener, "" // its field is empty
	c.OpenDialog(which)
}

// CloseDialog closes what is open. A request that waits in it is not sent.
func (c *Controller) CloseDialog() {
	back := MoreID
	switch c.screen.Dialog {
	case DialogStep:
		back = c.screen.Opener
		c.replyToDraft(draftReply{err: errStepCancelled})
	case DialogBench, DialogForge, DialogKnows, DialogTokens, DialogWays, DialogAssign, DialogExport, DialogChanged:
		back = c.screen.Opener
	}
	c.screen.Dialog = DialogNone
	c.FocusSoon(back)
}

// FocusSoon moves the focus once the screen is drawn, and what was disabled is not
// any more.
func (c *Controller) FocusSoon(id string) { browser.FocusSoon(id) }
