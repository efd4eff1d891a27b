package ui

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/browser"
	"oauthlab/app/tag"
	"oauthlab/app/ui/session"
)

// tourBar says that a tour is on, how it stands, and ends it, with the one way on.
type tourBar struct {
	app.Compo
	Controller *session.Controller
	Over       bool   // it has come to its end
	Left       string // title of the step that is left then; "" for none
	Stop       session.TourStop
}

// OnUpdate brings what is next into sight.
func (t *tourBar) OnUpdate(app.Context) {
	if t.Stop != (session.TourStop{}) {
		session.AfterDraw(func() { browser.ScrollTo(t.Stop.InSight()) })
	}
}

func (t *tourBar) Render() app.UI {
	text := "Tour: follow the ring."
	way := tag.Button("button", "button-small").Text("End the tour").
		OnClick(func(app.Context, app.Event) { t.Controller.EndTour() })
	if t.Over {
		text = "That was it: run, broken, understood and mended."
	}
	if t.Over && t.Left != "" {
		way = tag.Button("button", "button-small", "button-primary").Text("Next: " + t.Left).
			OnClick(func(app.Context, app.Event) { t.Controller.GoOnFromTour() })
	}
	return tag.Div("tour-bar").Role("status").Body(
		tag.Span("tour-text").Text(text),
		tag.Span("unseen").Text(t.Stop.Label()),
		way,
	)
}
