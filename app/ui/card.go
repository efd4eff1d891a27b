package ui

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
	"oauthlab/app/timeline"
)

// card closes an attack: what Mallory holds, or who stopped her. It is the one
// loud thing on the screen.
func card(c timeline.Card) app.UI {
	class := "card is-stopped"
	if c.Won {
		class = "card is-won"
	}
	return tag.Li("row", "row-card").Body(
		tag.Div(class).Body(
			tag.P("card-title").Text(c.Title),
			tag.P("card-detail").Text(c.Detail),
		),
	)
}
