package ui

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
	"oauthlab/app/timeline"
)

// card closes an attack: what Mallory holds, who stopped her, or that nobody did. It is the one
// loud thing on the screen.
func card(c timeline.Card) app.UI {
	class := "card is-stopped"
	switch {
	case c.Won:
		class = "card is-won"
	case c.Cut:
		class = "card is-cut"
	}
	return tag.Li("row", "row-card").Body(
		tag.Div(class).Body(
			tag.P("card-title").Text(c.Title),
			tag.P("card-detail").Text(c.Detail),
		),
	)
}
