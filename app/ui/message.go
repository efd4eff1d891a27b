package ui

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
	"oauthlab/app/timeline"
)

// message is an arrow between two lanes, with the verdicts that were taken on it.
type message struct {
	app.Compo
	Desk     *desk
	Row      timeline.Row
	From, To int      // lanes
	Stars    []string // protections that the lesson is about
	Selected uint64   // position that is selected, if it is here
}

func (m *message) Render() app.UI {
	return tag.Li("row", "grid", "row-message", m.direction(), partyClass(m.Row.From), m.class()).
		DataSet("seq", m.Row.Seq).Body(
		tag.Button("arrow", laneClass("lo", min(m.From, m.To)), laneClass("hi", max(m.From, m.To))).
			OnClick(func(app.Context, app.Event) { m.Desk.choose(m.Row.Seq) }).
			Body(
				parties(m.Row),
				tag.Span("label").Body(labelOf(m.Row)...),
				tag.Span("arrow-line"),
			),
		&pills{Desk: m.Desk, Pills: m.Row.Pills, Lane: m.To, Before: m.From > m.To, Stars: m.Stars, Seq: m.Row.Seq, Selected: m.Selected},
	)
}

func (m *message) direction() string {
	if m.From > m.To {
		return "goes-left"
	}
	return "goes-right"
}

func (m *message) class() string {
	var class string
	if m.Row.Leak {
		class = app.AppendClass(class, "is-leak")
	}
	if m.Row.Fault {
		class = app.AppendClass(class, "is-fault")
	}
	if m.Selected != 0 {
		class = app.AppendClass(class, "is-selected")
	}
	return class
}

// labelOf is what stands on an arrow or note: words, then marked values.
func labelOf(r timeline.Row) []app.UI {
	label := []app.UI{tag.Span("label-text").Text(r.Text)}
	for _, m := range r.Marks {
		label = append(label, mark(m))
	}
	return label
}

// parties says who sends a row to whom, to who does not see the diagram: the rest of its
// name is what stands there.
func parties(r timeline.Row) app.UI {
	text := timeline.PartyName(r.From)
	if r.To != "" && r.To != r.From {
		text += " to " + timeline.PartyName(r.To)
	}
	return tag.Span("unseen").Text(text + ": ")
}
