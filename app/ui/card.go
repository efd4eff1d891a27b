package ui

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/timeline"
)

// card closes an attack: what Mallory holds, or who stopped her. It is the one
// loud thing on the screen.
func card(c timeline.Card) app.UI {
	class := "card is-stopped"
	if c.Won {
		class = "card is-won"
	}
	return app.Li().Class("row", "row-card").Body(
		app.Div().Class(class).Body(
			app.P().Class("card-title").Text(c.Title),
			app.P().Class("card-detail").Text(c.Detail),
		),
	)
}
