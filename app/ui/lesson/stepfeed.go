package lesson

import (
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
	"oauthlab/app/timeline"
	"oauthlab/app/ui/session"
	"oauthlab/app/ui/widget"
)

// stepFeed tells the events of a step as they stream in, the newest in sight.
type stepFeed struct {
	app.Compo
	Controller *session.Controller
	Lines      []timeline.Line
}

func (f *stepFeed) Render() app.UI {
	if len(f.Lines) == 0 {
		return tag.Div("feed", "is-empty")
	}
	var items []app.UI
	for _, line := range f.Lines {
		items = append(items, f.line(line))
	}
	return tag.Div("feed").Role("group").Aria("label", "Events of this step").Attr("translate", "no").Body(
		tag.Ol("feed-lines").Body(items...),
	)
}

func (f *stepFeed) line(l timeline.Line) app.UI {
	parties := []app.UI{
		tag.Span("feed-seq").Text(strconv.FormatUint(l.Seq, 10)),
		widget.PartyWord(l.From),
	}
	if l.To != "" && l.To != l.From {
		parties = append(parties, tag.Span("feed-arrow").Aria("label", "to").Text("→"), widget.PartyWord(l.To))
	}
	parties = append(parties, tag.Span("feed-text", widget.OutcomeClass("is", l.Outcome)).Title(l.Text).Text(l.Text))
	return tag.Li("feed-line").Body(
		tag.Button("feed-button").
			OnClick(func(app.Context, app.Event) { f.Controller.Choose(l.Seq) }, app.EventScope(l.Seq)).
			Body(parties...),
		widget.Troubleshooting(l.Trouble),
	)
}
