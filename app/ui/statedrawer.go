package ui

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/timeline"
	"oauthlab/lessons/api"
	"oauthlab/lessons/event"
)

// stateDrawer shows what each party has written down, as it stood when asked.
type stateDrawer struct {
	app.Compo
	Desk   *desk
	State  api.State
	IsOpen bool
	Ready  bool
}

func (s *stateDrawer) Render() app.UI {
	b := pressable(app.Button().Class("state-button").Type("button").Aria("expanded", strconv.FormatBool(s.IsOpen)).Text("State of the parties"),
		s.Ready, func() { s.Desk.toggleState() }, "state")
	return app.Div().Class("group", "state").Body(
		b,
		app.If(s.IsOpen, func() app.UI { return app.Div().Class("state-body").Body(s.documents()...) }),
	)
}

func (s *stateDrawer) documents() []app.UI {
	out := []app.UI{
		app.Button().Class("button", "button-small").Type("button").Text("Read again").
			OnClick(func(app.Context, app.Event) { s.Desk.readState() }),
	}
	var parties []event.Party
	for p := range s.State {
		parties = append(parties, p)
	}
	slices.Sort(parties)
	for _, p := range parties {
		out = append(out,
			app.H3().Class("state-party", partyClass(p)).Text(timeline.PartyName(p)),
			app.Pre().Class("state-text").TabIndex(0).Text(pretty(s.State[p])),
		)
	}
	return out
}

// pretty indents JSON.
func pretty(raw json.RawMessage) string {
	var b bytes.Buffer
	if json.Indent(&b, raw, "", "  ") != nil {
		return string(raw)
	}
	return b.String()
}
