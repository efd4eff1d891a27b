package stage

import (
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
	"oauthlab/app/ui/session"
	"oauthlab/app/ui/widget"
	"oauthlab/lessons/event"
)

// StateDrawer shows what the parties hold, over the lower half of the stage. What it shows
// of each, the server drew.
type StateDrawer struct {
	app.Compo
	Controller *session.Controller
	State      session.State
	Replays    bool // the stage looks back, and this does not
}

func (d *StateDrawer) Render() app.UI {
	if !d.State.Open {
		return tag.Div("state-place")
	}
	var tabs []widget.Tab
	for _, s := range d.State.Sheets {
		tabs = append(tabs, widget.Tab{Of: string(s.Party), Name: s.Title, Class: widget.PartyClass(s.Party)})
	}
	shown, json := d.State.Shown(), d.State.JSON
	of := string(shown.Party)
	return tag.Section("state").Aria("label", "State of the parties").Attr("translate", "no").Body(
		tag.Div("state-bar").Body(
			widget.Tabs("state", "Whose state", "state-view", of, tabs, func(of string) { d.Controller.ShowState(event.Party(of)) }),
			tag.Button("tab").Aria("pressed", strconv.FormatBool(json)).Text("as JSON").
				OnClick(func(app.Context, app.Event) { d.Controller.ShowStateAs(!json) }, app.EventScope(json)),
			tag.Button("modal-close").Aria("label", "Close").Text("×").
				OnClick(func(app.Context, app.Event) { d.Controller.CloseState() }),
		),
		tag.Div("state-view").ID("state-view").Role("tabpanel").Aria("labelledby", "state-"+of).TabIndex(0).Body(
			tag.If(d.Replays, func() app.UI { return tag.P("state-now").Text("As it is now, not at the step you look at.") }),
			tag.If(shown.Body != "", func() app.UI { return app.Raw(shown.Body) }),
		),
	)
}
