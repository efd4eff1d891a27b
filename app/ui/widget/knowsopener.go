package widget

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
	"oauthlab/app/ui/session"
)

// KnowsTitle is what the comparison of those who tell of a user is called, wherever it can be
// opened.
const KnowsTitle = "Who knows what"

// KnowsOpener is a button that opens it, at the place that is named so.
func KnowsOpener(c *session.Controller, place string) app.UI {
	id := "knows-" + place
	return Pressable(tag.Button("button", "button-small").ID(id).Text(KnowsTitle).Aria("haspopup", "dialog"),
		!app.IsServer, func() { c.OpenKnows(id) }, id)
}
