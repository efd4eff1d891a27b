package stage

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
	"oauthlab/app/timeline"
	"oauthlab/app/ui/session"
)

// curlView is a request as a command, to be sent again from a terminal.
type curlView struct {
	app.Compo
	Controller *session.Controller
	Message    timeline.Message
	Said       string // what came of the button
}

func (c *curlView) Render() app.UI {
	command := c.Message.Curl
	if command.Text == "" {
		return tag.P("inspector-empty").Text("Only a request can be sent again. Choose an arrow that carries one, such as GET /authorize.")
	}
	var notes []app.UI
	for _, n := range command.Notes {
		notes = append(notes, tag.P("curl-note").Text(n))
	}
	return tag.Div("curl").Body(
		tag.Div("curl-notes").Body(notes...),
		tag.Pre("raw-text", "curl-text").ID("curl-text").TabIndex(0).Text(command.Text),
		copies(c.Controller, "command", command.Text, "curl-text", c.Said),
	)
}
