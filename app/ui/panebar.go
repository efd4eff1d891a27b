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
	var buttons []app.UI
	for _, row := range panes() {
		buttons = append(buttons, b.button(row.pane, row.name))
	}
	return tag.Nav("panebar").Aria("label", "Columns").Body(buttons...)
}

// paneName is a row of the table of columns.
type paneName struct {
	pane session.Pane
	name string
}

// panes is the table of columns, from left to right.
func panes() []paneName {
	return []paneName{
		{session.PaneLesson, "Lesson"}, {session.PaneStage, "Stage"}, {session.PaneBrowser, "Browser"}, {session.PanePanel, "Switches"},
	}
}

func (b *paneBar) button(p session.Pane, name string) app.UI {
	class, pressed := "panebar-button", "false"
	if b.Pane == p {
		class, pressed = "panebar-button is-here", "true"
	}
	return widget.Marked(tag.Button(), b.Tour, b.Tour.What == session.AtPane && b.Tour.Pane == p).Class(class).Aria("pressed", pressed).Text(name).
		OnClick(func(app.Context, app.Event) { b.Controller.Show(p) }, app.EventScope(p))
}
