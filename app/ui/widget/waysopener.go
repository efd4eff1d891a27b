package widget

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
	"oauthlab/app/ui/session"
)

// WaysTitle is what the comparison of an agent's ways is called, wherever it can be opened.
const WaysTitle = "Three ways to act for Alice"

// WaysOpener is a button that opens it, at the place that is named so.
func WaysOpener(c *session.Controller, place string) app.UI {
	id := "ways-" + place
	return Pressable(tag.Button("button", "button-small").ID(id).Text(WaysTitle).Aria("haspopup", "dialog"),
		!app.IsServer, func() { c.OpenWays(id) }, id)
}
