package ui

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/timeline"
)

// curlView is a request as a command, to be sent again from a terminal.
type curlView struct {
	app.Compo
	Desk    *desk
	Message timeline.Message
	Said    string // what came of the button
}

func (c *curlView) Render() app.UI {
	command := c.Message.Curl
	if command.Text == "" {
		return app.P().Class("inspector-empty").Text("Only a request can be sent again. Choose an arrow that carries one, such as GET /authorize.")
	}
	var notes []app.UI
	for _, n := range command.Notes {
		notes = append(notes, app.P().Class("curl-note").Text(n))
	}
	return app.Div().Class("curl").Body(
		app.Div().Class("curl-notes").Body(notes...),
		app.Pre().Class("raw-text", "curl-text").ID("curl-text").TabIndex(0).Text(command.Text),
		app.Div().Class("curl-foot").Body(
			app.Button().Class("button", "button-small").Type("button").Text("Copy").Aria("label", "Copy the command").
				OnClick(func(app.Context, app.Event) { c.Desk.copyText(c.Message.Curl.Text, "curl-text") }),
			app.P().Class("modal-said").Role("status").Text(c.Said),
		),
	)
}
