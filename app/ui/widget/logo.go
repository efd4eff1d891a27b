package widget

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
)

// Logo leads home.
func Logo() app.UI {
	return tag.A("/", "logo").Body(
		tag.Img("/web/icons/logo.svg", "logo-image").Role("presentation").Attr("width", 24).Attr("height", 24),
		tag.Span("logo-name").Text("OAuth Lab"),
	)
}
