package widget

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
	"oauthlab/app/ui/session"
)

// ForgeTitle is what the workbench for tokens is called, wherever it can be opened.
const ForgeTitle = "JWT workbench"

// ForgeOpener is a button that opens it, at the place that is named so.
func ForgeOpener(c *session.Controller, place string) app.UI {
	id := "forge-" + place
	return Pressable(tag.Button("button", "button-small").ID(id).Text(ForgeTitle).Aria("haspopup", "dialog"),
		!app.IsServer && c.Screen().HasKeys(), func() { c.OpenForge(id) }, id)
}
