package dialogs

import (
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
	"oauthlab/app/ui/session"
	"oauthlab/lessons/api"
)

// Peek is an entry of the glossary or the troubleshooting, beside what was chosen. The
// lesson stays as it is.
func Peek(c *session.Controller, entry api.Entry) app.UI {
	book := "In the glossary"
	if strings.HasPrefix(entry.Address, "/troubleshooting") {
		book = "In the troubleshooting"
	}
	return above(session.PeekID, entry.Name, c.ClosePeek,
		tag.Div("peek-body").Body(
			app.Raw(entry.Body),
			tag.P("peek-more").Body(tag.A(entry.Address).Attr("target", "_blank").Text(book)),
		),
		&modalOpener{Name: entry.Address, Peek: true},
	).Class("peek").OnClick(func(ctx app.Context, e app.Event) {
		if e.Get("target").Equal(ctx.JSSrc()) { // beside it
			c.ClosePeek()
		}
	})
}
