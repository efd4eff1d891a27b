package ui

import "github.com/maxence-charriere/go-app/v10/pkg/app"

// copyBox is a text to take away, and a button that copies it.
type copyBox struct {
	app.Compo
	Desk  *desk
	Lead  string
	Label string
	Text  string
	Said  string // what came of the button
	Long  bool   // more than a line
}

func (c *copyBox) Render() app.UI {
	return app.Div().Class("copybox").Body(
		app.P().Class("modal-lead").Text(c.Lead),
		app.Label().Class("field-label").For("copy-text").Text(c.Label),
		app.If(c.Long, func() app.UI {
			return app.Textarea().ID("copy-text").Class("field-input", "field-long").ReadOnly(true).Rows(10).Text(c.Text)
		}).Else(func() app.UI {
			return app.Input().ID("copy-text").Class("field-input").Type("text").ReadOnly(true).Value(c.Text)
		}),
		app.Div().Class("modal-actions").Body(
			app.Button().Class("button", "button-primary").Type("button").Text("Copy").AutoFocus(true).
				OnClick(func(app.Context, app.Event) { c.Desk.copyText(c.Text, "copy-text") }),
			app.P().Class("modal-said").Role("status").Text(c.Said),
		),
	)
}
