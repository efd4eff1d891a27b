// Package dialogs is what opens above a page.
package dialogs

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/ui/session"
	"oauthlab/app/ui/widget"
)

// Dialog draws what is open above the page, if anything.
func Dialog(c *session.Controller, s session.Screen) app.UI {
	open := func(name string, content app.UI) app.UI { return modal(c, name, content) }
	switch s.Dialog {
	case session.DialogStep:
		return &stepDialog{Controller: c, Draft: s.Draft}
	case session.DialogShare:
		return open("Share this view", &copyBox{
			Controller: c, Lead: "This link opens the chapter with the same protections off. It carries no key, code or token.",
			Label: "Link", Text: c.ShareAddress(), Said: s.Copied,
		})
	case session.DialogExport:
		return open("Export progress", &copyBox{
			Controller: c, Lead: "What you answered, read and finished. It is kept in this browser only, so copy it to keep it elsewhere.",
			Label: "Progress, as JSON", Text: c.ExportProgress(), Said: s.Copied, Long: true,
		})
	case session.DialogKeys:
		return open("Keys", keyTable(c))
	case session.DialogMore:
		return open("More", &moreMenu{Controller: c, Open: s.Ready(), Busy: s.Busy})
	case session.DialogBench:
		return open(widget.BenchTitle, workbench(c, s.Bench, s.Laid))
	}
	return nil
}
