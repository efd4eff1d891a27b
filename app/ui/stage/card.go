package stage

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
			tag.If(c.Detail != "", func() app.UI { return tag.P("card-detail").Text(c.Detail) }),
			tag.If(!c.Cut, func() app.UI {
				return tag.Dl("card-sides").Body(
					tag.Dt().Text("Mallory has"), side(c.Gained),
					tag.Dt().Text("Alice lost"), side(c.Lost),
				)
			}),
		),
	)
}

// side says what the attack came to for one of the two.
func side(sentences []string) app.UI {
	if len(sentences) == 0 {
		return tag.Dd("is-nothing").Text("nothing")
	}
	var lines []app.UI
	for _, s := range sentences {
		lines = append(lines, tag.Span("card-line").Text(s))
	}
	return tag.Dd().Body(lines...)
}
