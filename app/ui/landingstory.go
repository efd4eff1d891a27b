package ui

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
	"oauthlab/app/timeline"
	"oauthlab/app/ui/widget"
	"oauthlab/lessons/event"
	"oauthlab/lessons/param"
)

// landingStory draws what the tour ends in, as the diagram will: a stolen code, a
// check that was not enforced, and what Mallory has of it. It is a picture; nothing
// in it can be pressed.
func landingStory() app.UI {
	lanes := []event.Party{event.Client, event.Auth, event.Mallory}
	names := make([]app.UI, len(lanes))
	lines := make([]app.UI, len(lanes))
	for i, p := range lanes {
		names[i] = tag.Span("lane", widget.LaneClass("at", i), widget.PartyClass(p)).Text(timeline.PartyName(p))
		lines[i] = tag.Span("lane-line", widget.LaneClass("at", i))
	}
	return tag.Figure("landing-story").Aria("hidden", "true").Body(
		tag.Div("diagram-sheet", "lanes-4").Body(
			tag.Div("lane-lines", "grid").Body(lines...),
			tag.Div("lanes", "grid").Body(names...),
			tag.Div("rows").Body(
				storyRow(event.Auth, 1, 0, "303 ", "code=Splx…", param.MarkCode, ""),
				storyRow(event.Proxy, 0, 2, "a careless proxy leaks ", "code=Splx…", param.MarkCode, "is-leak"),
				storyRow(event.Mallory, 2, 1, "POST /token ", "code=Splx…", param.MarkCode, ""),
				tag.Div("landing-story-pill").Body(
					tag.Span("pill", "pill-would-refuse").Body(
						tag.Span("pill-head").Text("○ PKCE verifier would refuse"),
						tag.Span("pill-reason").Text("but it is switched off"),
					),
				),
				storyRow(event.Auth, 1, 2, "200 ", "access_token", param.MarkToken, ""),
				tag.Div("row-card").Body(
					tag.Div("card", "is-won").Body(tag.Span("card-title").Text("Mallory holds Alice's token")),
				),
			),
		),
	)
}

func storyRow(from event.Party, at, to int, text, value string, kind param.Mark, class string) app.UI {
	return tag.Div("row", "grid", "row-message", widget.Direction(at, to), widget.PartyClass(from), class).Body(
		tag.Span("arrow", widget.LaneClass("lo", min(at, to)), widget.LaneClass("hi", max(at, to))).Body(
			tag.Span("label").Body(
				tag.Span("label-text").Text(text),
				tag.Span("mark", widget.MarkClass(kind)).Text(value),
			),
			tag.Span("arrow-line"),
		),
	)
}
