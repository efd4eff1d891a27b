package panel

import (
	"slices"
	"strconv"
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
	"oauthlab/app/timeline"
	"oauthlab/app/ui/session"
	"oauthlab/app/ui/widget"
	"oauthlab/lessons/api"
	"oauthlab/lessons/event"
)

// stateDrawer shows what each party has written down, as it stood when asked or
// when it last changed, and marks what is new.
type stateDrawer struct {
	app.Compo
	Controller *session.Controller
	State      api.State
	Before     api.State // what each party held before it last changed
	IsOpen     bool
	Ready      bool
}

func (s *stateDrawer) Render() app.UI {
	b := widget.Pressable(tag.Button("state-button").Aria("expanded", strconv.FormatBool(s.IsOpen)).Text("State of the parties"),
		s.Ready, func() { s.Controller.ToggleState() }, "state")
	return tag.Div("group", "state").Body(
		tag.H2().Body(b),
		tag.If(s.IsOpen, func() app.UI { return tag.Div("state-body").Attr("translate", "no").Body(s.documents()...) }),
	)
}

func (s *stateDrawer) documents() []app.UI {
	out := []app.UI{
		tag.Button("button", "button-small").Text("Read again").
			OnClick(func(app.Context, app.Event) { s.Controller.ReadState() }),
	}
	var parties []event.Party
	for p := range s.State {
		parties = append(parties, p)
	}
	slices.Sort(parties)
	for _, p := range parties {
		out = append(out,
			s.document(p)...,
		)
	}
	return out
}

// document shows what a party holds, and which lines of it are new.
func (s *stateDrawer) document(p event.Party) []app.UI {
	runs, news := []session.StateRun{{Text: session.Pretty(s.State[p])}}, ""
	if before, ok := s.Before[p]; ok {
		var gone int
		runs, gone = session.DiffLines(session.Pretty(before), runs[0].Text)
		news = newsOf(runs, gone)
	}
	var text []app.UI
	for _, r := range runs {
		if r.New {
			text = append(text, tag.Span("state-run", "is-new").Body(tag.Span("unseen").Text("new: "), app.Text(r.Text)))
		} else {
			text = append(text, tag.Span("state-run").Body(app.Text(r.Text)))
		}
	}
	return []app.UI{
		tag.H3("state-party", widget.PartyClass(p)).Body(
			app.Text(timeline.PartyName(p)),
			tag.If(news != "", func() app.UI { return tag.Span("state-news").Text(" · " + news) }),
		),
		tag.Pre("state-text").Body(text...),
	}
}

// newsOf says how much changed: "1 line is new", "2 lines are gone".
func newsOf(runs []session.StateRun, gone int) string {
	fresh := 0
	for _, r := range runs {
		if r.New {
			fresh += 1 + strings.Count(r.Text, "\n")
		}
	}
	switch {
	case fresh == 1:
		return "1 line is new"
	case fresh > 1:
		return strconv.Itoa(fresh) + " lines are new"
	case gone == 1:
		return "1 line is gone"
	case gone > 1:
		return strconv.Itoa(gone) + " lines are gone"
	}
	return ""
}
