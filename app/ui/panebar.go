package ui

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
	"oauthlab/app/ui/session"
	"oauthlab/app/ui/widget"
)

// paneBar chooses the column that a narrow screen shows.
type paneBar struct {
	app.Compo
	Controller *session.Controller
	Pane       session.Pane
	Tour       session.TourStop
}

func (b *paneBar) Render() app.UI {
	return tag.Nav("panebar").Aria("label", "Columns").Body(
		b.button(session.PaneLesson, "Lesson"),
		b.button(session.PaneStage, "Stage"),
		b.button(session.PaneBrowser, "Browser"),
		b.button(session.PanePanel, "Switches"),
	)
}

func (b *paneBar) button(p session.Pane, name string) app.UI {
	class, pressed := "panebar-button", "false"
	if b.Pane == p {
		class, pressed = "panebar-button is-here", "true"
	}
	return widget.Marked(tag.Button(), b.Tour, b.Tour.What == session.AtPane && b.Tour.Pane == p).Class(class).Aria("pressed", pressed).Text(name).
		OnClick(func(app.Context, app.Event) { b.Controller.Show(p) }, app.EventScope(p))
}
