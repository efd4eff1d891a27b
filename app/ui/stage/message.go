package stage

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
	"oauthlab/app/timeline"
	"oauthlab/app/ui/session"
	"oauthlab/app/ui/widget"
)

// message is an arrow between two lanes, with the verdicts that were taken on it.
type message struct {
	app.Compo
	Controller *session.Controller
	Row        timeline.Row
	From, To   int      // lanes
	Stars      []string // protections that the lesson is about
	Selected   uint64   // position that is selected, if it is here
}

func (m *message) Render() app.UI {
	return tag.Li("row", "grid", "row-message", widget.Direction(m.From, m.To), widget.PartyClass(m.Row.From), m.class()).
		DataSet("seq", m.Row.Seq).Body(
		tag.Button("arrow").DataSet("follow", true).Class(widget.LaneClass("lo", min(m.From, m.To)), widget.LaneClass("hi", max(m.From, m.To))).
			OnClick(func(app.Context, app.Event) { m.Controller.Choose(m.Row.Seq) }).
			Body(
				parties(m.Row),
				tag.Span("label").Body(labelOf(m.Row)...),
				tag.Span("arrow-line"),
			),
		&widget.Pills{Controller: m.Controller, Pills: m.Row.Pills, Lane: m.To, Before: m.From > m.To, Stars: m.Stars, Seq: m.Row.Seq, Selected: m.Selected},
	)
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
		label = append(label, widget.Mark(m))
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
