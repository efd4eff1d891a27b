package ui

import (
	"strconv"
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
	"oauthlab/app/timeline"
	"oauthlab/lessons/event"
)

// stepFeed tells the events of a step as they stream in, the newest in sight.
type stepFeed struct {
	app.Compo
	Desk  *desk
	Lines []timeline.Line
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
		partyWord(l.From),
	}
	if l.To != "" && l.To != l.From {
		parties = append(parties, tag.Span("feed-arrow").Aria("label", "to").Text("→"), partyWord(l.To))
	}
	parties = append(parties, tag.Span("feed-text", outcomeClass("is", l.Outcome)).Title(l.Text).Text(l.Text))
	return tag.Li("feed-line").Body(
		tag.Button("feed-button").
			OnClick(func(app.Context, app.Event) { f.Desk.choose(l.Seq) }, app.EventScope(l.Seq)).
			Body(parties...),
		cures(l.Trouble),
	)
}

// partyWord is a party's name in its colour.
func partyWord(p event.Party) app.UI {
	return tag.Span("party", partyClass(p)).Text(strings.ToLower(string(p)))
}

// partyClass gives a party its colour.
func partyClass(p event.Party) string { return p.Row().Class() }

// outcomeClass returns "is-refused" for a verdict, "" for what is none.
func outcomeClass(prefix string, o event.Outcome) string {
	if o == "" {
		return ""
	}
	return prefix + "-" + string(o)
}
