package dialogs

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
)

// copyBox is a text to take away, and a button that copies it.
type copyBox struct {
	app.Compo
	Label  string
	Text   string
	Long   bool // more than a line
	Second bool // there is a better way to take it away
}

func (c *copyBox) Render() app.UI {
	return tag.Div("copybox").Body(
		tag.Label("field-label").Attr("for", "copy-text").Text(c.Label),
		app.If(c.Long, func() app.UI {
			return tag.Textarea().ID("copy-text").Class("field-input", "field-long").Attr("readonly", "true").Attr("rows", "10").Text(c.Text)
		}).Else(func() app.UI {
			return tag.Input("text", "field-input").ID("copy-text").Attr("readonly", true).Attr("value", c.Text)
		}),
		tag.Div("modal-actions").Body(
			c.copies().Text("Copy").DataSet("copy", "copy-text"),
			tag.P("modal-said").Role("status"),
		),
	)
}

func (c *copyBox) copies() *tag.Element {
	if c.Second {
		return tag.Button("button")
	}
	return tag.Button("button", "button-primary").Attr("autofocus", "true")
}
