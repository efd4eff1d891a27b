package stage

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
	"oauthlab/app/ui/session"
)

// copies is the button that copies a thing, whose text stands in the element of an id, and
// what came of it.
func copies(c *session.Controller, thing, text, id, said string) app.UI {
	return tag.Div("curl-foot").Body(
		tag.Button("button", "button-small").Text("Copy").Aria("label", "Copy the "+thing).
			OnClick(func(app.Context, app.Event) { c.CopyText(text, id) }, app.EventScope(text)),
		tag.P("modal-said").Role("status").Text(said),
	)
}
