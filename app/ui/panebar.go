package ui

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
)

// paneBar chooses the column that a narrow screen shows.
type paneBar struct {
	app.Compo
	Desk *desk
	Pane pane
	Tour stop
}

func (b *paneBar) Render() app.UI {
	return tag.Nav("panebar").Aria("label", "Columns").Body(
		b.button(paneLesson, "Lesson"),
		b.button(paneStage, "Stage"),
		b.button(paneBrowser, "Browser"),
		b.button(panePanel, "Switches"),
	)
}

func (b *paneBar) button(p pane, name string) app.UI {
	class, pressed := "panebar-button", "false"
	if b.Pane == p {
		class, pressed = "panebar-button is-here", "true"
	}
	return marked(tag.Button(), b.Tour, b.Tour.What == atPane && b.Tour.Pane == p).Class(class).Aria("pressed", pressed).Text(name).
		OnClick(func(app.Context, app.Event) { b.Desk.show(p) }, app.EventScope(p))
}
