package ui

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/browser"
)

// dialog says what is open above the page.
type dialog string

const (
	dialogNone   dialog = ""
	dialogStep   dialog = "step"   // the next request, before it is sent
	dialogShare  dialog = "share"  // a link to what is on the screen
	dialogExport dialog = "export" // what the learner has done
	dialogKeys   dialog = "keys"   // what the keys do
	dialogMore   dialog = "more"   // what has no room in the top bar
	dialogBench  dialog = "bench"  // verifier and challenge, step by step
)

// moreID is the id of the button that opens most dialogs: there the focus goes
// back to.
const moreID = "more"

func (d *desk) openDialog(which dialog) {
	d.screen.Dialog, d.screen.Copied = which, ""
}

// closeDialog closes what is open. A request that waits in it is not sent.
func (d *desk) closeDialog() {
	back := moreID
	switch d.screen.Dialog {
	case dialogStep:
		back = d.screen.Opener
		d.replyToDraft(draftReply{err: errStepCancelled})
	case dialogBench:
		back = d.screen.Opener
	}
	d.screen.Dialog = dialogNone
	d.focusSoon(back)
}

// focusSoon moves the focus once the screen is drawn, and what was disabled is not
// any more.
func (d *desk) focusSoon(id string) { browser.FocusSoon(id) }

// copyText puts text on the clipboard and says so; where the browser refuses, the
// learner does it by hand, and the text is selected.
func (d *desk) copyText(text, field string) {
	browser.Copy(text, func(copied bool) {
		go d.draw(func() {
			if copied {
				d.screen.Copied = "Copied."
				return
			}
			d.screen.Copied = "The browser does not let this page copy. The text is selected: press Ctrl+C or ⌘C."
			browser.Select(field)
		})
	})
}

// dialogs draws what is open above the page, if anything.
func dialogs(d *desk, all []standing) app.UI {
	s := d.screen
	open := func(name string, content app.UI) app.UI { return modal(d, name, content) }
	switch s.Dialog {
	case dialogStep:
		return &stepDialog{Desk: d, Draft: s.Draft}
	case dialogShare:
		return open("Share this view", &copyBox{
			Desk: d, Lead: "This link opens the chapter with the same protections off. It carries no key, code or token.",
			Label: "Link", Text: browser.Address(shareLink(d.content.Chapter.Path, all)), Said: s.Copied,
		})
	case dialogExport:
		return open("Export progress", &copyBox{
			Desk: d, Lead: "What you answered, read and finished. It is kept in this browser only, so copy it to keep it elsewhere.",
			Label: "Progress, as JSON", Text: d.progress.export(), Said: s.Copied, Long: true,
		})
	case dialogKeys:
		return open("Keys", keyTable(d))
	case dialogMore:
		return open("More", &moreMenu{Desk: d, Open: s.answers(), Busy: s.Busy})
	case dialogBench:
		return open(benchTitle, d.workbench())
	}
	return nil
}
