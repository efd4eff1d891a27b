package stage

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
)

// copies is the button that copies a thing, whose text stands in the element of an id, and
// the place that says what came of it (web/start/copy.js).
func copies(thing, id string) app.UI {
	return tag.Div("curl-foot").Body(
		tag.Button("button", "button-small").Text("Copy").Aria("label", "Copy the "+thing).DataSet("copy", id),
		tag.P("modal-said").Role("status"),
	)
}
