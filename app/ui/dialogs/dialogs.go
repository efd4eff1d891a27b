// Package dialogs is what opens above a page.
package dialogs

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/ui/session"
	"oauthlab/app/ui/widget"
)

// row is a row of the table of dialogs: its heading, and what is in it.
type row struct {
	dialog session.Dialog
	title  func(s session.Screen) string
	body   func(c *session.Controller, s session.Screen) app.UI
}

// table is the table of dialogs.
func table() []row {
	return []row{
		{session.DialogStep, func(s session.Screen) string { return draftTitle(s.Draft) }, step},
		{session.DialogShare, is(shareTitle), share},
		{session.DialogAssign, is(assignTitle), assign},
		{session.DialogExport, is(saveTitle), handIn},
		{session.DialogChanged, is(changedTitle), changed},
		{session.DialogKeys, is("Keys"), keyTable},
		{session.DialogMore, is("More"), more},
		{session.DialogBench, is(widget.BenchTitle), workbench},
		{session.DialogForge, is(widget.ForgeTitle), forge},
		{session.DialogKnows, is(widget.KnowsTitle), knows},
		{session.DialogTokens, is(widget.TokensTitle), tokens},
		{session.DialogWays, is(widget.WaysTitle), ways},
	}
}

// is is a heading that is always the same.
func is(title string) func(session.Screen) string {
	return func(session.Screen) string { return title }
}

// Dialog draws what is open above the page, if anything.
func Dialog(c *session.Controller, s session.Screen) app.UI {
	for _, r := range table() {
		if r.dialog == s.Dialog {
			return modal(c, r.title(s), r.body(c, s))
		}
	}
	return nil
}

func step(c *session.Controller, s session.Screen) app.UI {
	return &stepDialog{Controller: c, Draft: s.Draft}
}

func more(c *session.Controller, s session.Screen) app.UI {
	return moreMenu{c}.draw(s.Ready() && s.Busy == session.Idle)
}
