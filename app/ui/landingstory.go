package ui

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/timeline"
	"oauthlab/lessons/event"
)

// landingStory draws what the tour ends in, as the diagram will: a stolen code, a
// check that was not enforced, and what Mallory has of it. It is a picture; nothing
// in it can be pressed.
func landingStory() app.UI {
	lanes := []event.Party{event.Client, event.Auth, event.Mallory}
	names := make([]app.UI, len(lanes))
	lines := make([]app.UI, len(lanes))
	for i, p := range lanes {
		names[i] = app.Span().Class("lane", laneClass("at", i), partyClass(p)).Text(timeline.PartyName(p))
		lines[i] = app.Span().Class("lane-line", laneClass("at", i))
	}
	return app.Figure().Class("landing-story").Aria("hidden", true).Body(
		app.Div().Class("diagram-sheet", "lanes-4").Body(
			app.Div().Class("lane-lines", "grid").Body(lines...),
			app.Div().Class("lanes", "grid").Body(names...),
			app.Div().Class("rows").Body(
				storyRow(event.Auth, 1, 0, "303 ", "code=Splx…", timeline.MarkCode, ""),
				storyRow(event.Proxy, 0, 2, "a careless proxy leaks ", "code=Splx…", timeline.MarkCode, "is-leak"),
				storyRow(event.Mallory, 2, 1, "POST /token ", "code=Splx…", timeline.MarkCode, ""),
				app.Div().Class("landing-story-pill").Body(
					app.Span().Class("pill", "pill-would-refuse").Body(
						app.Span().Class("pill-head").Text("○ PKCE would refuse"),
						app.Span().Class("pill-reason").Text("but it is switched off"),
					),
				),
				storyRow(event.Auth, 1, 2, "200 ", "access_token", timeline.MarkToken, ""),
				app.Div().Class("row-card").Body(
					app.Div().Class("card", "is-won").Body(app.Span().Class("card-title").Text("Mallory holds Alice's token")),
				),
			),
		),
	)
}

func storyRow(from event.Party, at, to int, text, value string, kind timeline.MarkKind, class string) app.UI {
	m := message{From: at, To: to}
	return app.Div().Class("row", "grid", "row-message", m.direction(), partyClass(from), class).Body(
		app.Span().Class("arrow", laneClass("lo", min(at, to)), laneClass("hi", max(at, to))).Body(
			app.Span().Class("label").Body(
				app.Span().Class("label-text").Text(text),
				app.Span().Class("mark", markClass(kind)).Text(value),
			),
			app.Span().Class("arrow-line"),
		),
	)
}
