package ui

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/browser"
	"oauthlab/app/tag"
	"oauthlab/app/timeline"
	"oauthlab/app/ui/session"
)

// tourBar says that a tour is on, how it stands, and ends it.
type tourBar struct {
	app.Compo
	Controller *session.Controller
	Steps      []timeline.StepProgress
	Stop       session.TourStop
}

// OnUpdate brings what is next into sight.
func (t *tourBar) OnUpdate(app.Context) {
	if t.Stop != (session.TourStop{}) {
		session.AfterDraw(func() { browser.ScrollTo(`[data-tour="next"]`) })
	}
}

func (t *tourBar) Render() app.UI {
	text, done := "Tour: follow the ring.", true
	for _, s := range t.Steps {
		done = done && s.Done
	}
	if done {
		text = "That was it: run, broken, understood and mended."
	}
	return tag.Div("tour-bar").Role("status").Body(
		tag.Span("tour-text").Text(text),
		tag.Span("unseen").Text(t.Stop.Label()),
		tag.Button("button", "button-small").Text("End the tour").
			OnClick(func(app.Context, app.Event) { t.Controller.EndTour() }),
	)
}
