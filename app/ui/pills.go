package ui

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/timeline"
	"oauthlab/lessons/event"
)

// pills are the verdicts on one message, at the lane of who took them.
type pills struct {
	app.Compo
	Desk   *desk
	Pills  []timeline.Pill
	Lane   int
	Before bool // stand left of the lane, because the message came from the right
}

func (p *pills) Render() app.UI {
	side := "is-after"
	if p.Before {
		side = "is-before"
	}
	var items []app.UI
	for _, pill := range p.Pills {
		items = append(items, p.pill(pill))
	}
	return app.Div().Class("pills", side, laneClass("at", p.Lane)).Body(items...)
}

func (p *pills) pill(v timeline.Pill) app.UI {
	return app.Button().Class("pill", "pill-"+string(v.Outcome), partyClass(v.At)).Type("button").
		Aria("label", v.Sentence()).
		OnClick(func(app.Context, app.Event) { p.Desk.explainVerdict(v.Seq, v.Guard) }, app.EventScope(v.Seq)).
		Body(
			app.Span().Class("pill-head").Body(
				app.Span().Class("pill-sign").Aria("hidden", "true").Text(signOf(v.Outcome)),
				app.Span().Class("pill-text").Text(v.Text),
			),
			app.If(v.Reason != "", func() app.UI { return app.Span().Class("pill-reason").Text(v.Reason) }),
		)
}

func signOf(o event.Outcome) string {
	switch o {
	case event.Passed:
		return "✓"
	case event.Refused:
		return "✗"
	}
	return "○"
}
