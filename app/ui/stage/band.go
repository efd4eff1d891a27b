package stage

import (
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
	"oauthlab/app/timeline"
	"oauthlab/app/ui/session"
	"oauthlab/lessons/event"
	"oauthlab/lessons/prose"
)

// band is one flow or one attack in the diagram. It folds.
type band struct {
	app.Compo
	Controller *session.Controller
	Band       timeline.Band
	Lanes      []timeline.Lane
	Open       bool
	Section    string   // of the attack
	Stars      []string // protections that the lesson is about
	Selected   uint64
	Pages      int // how often earlier rows were asked for
}

func (b *band) Render() app.UI {
	class := "band"
	if b.Band.Attack != "" {
		class = "band is-attack"
	}
	return tag.Div(class).Body(
		tag.Div("band-bar").Body(
			tag.H3("band-heading").Body(
				tag.Button("band-head").Aria("expanded", strconv.FormatBool(b.Open)).
					OnClick(func(app.Context, app.Event) { b.Controller.Fold(b.Band.Key, !b.Open) }, app.EventScope(b.Band.Key)).
					Body(
						tag.Span("band-title").Text(b.Band.Title),
						tag.If(b.Section != "", func() app.UI { return tag.Span("band-section").Text(b.Section) }),
						tag.Span("band-count").Text(countText(b.Band)),
					),
			),
			tag.Button("band-replay").Text("Replay").Aria("label", "Replay: "+b.Band.Title).
				OnClick(func(app.Context, app.Event) { b.Controller.ReplayBand(b.Band.Key) }, app.EventScope(b.Band.Key)),
		),
		tag.If(b.Open, func() app.UI { return tag.Ol("rows").Aria("label", b.Band.Title).Body(b.rows()...) }),
	)
}

func (b *band) rows() []app.UI {
	var rows []app.UI
	hidden := hiddenRows(b.Band, b.Selected, b.Pages)
	if hidden > 0 {
		rows = append(rows, tag.Li("row-earlier").Body(earlierButton(b.Controller, b.Band.Key, earlierText(hidden))))
	}
	for _, r := range b.Band.Rows[hidden:] {
		rows = append(rows, b.row(r))
	}
	return rows
}

func (b *band) row(r timeline.Row) app.UI {
	switch r.Kind {
	case timeline.RowMessage:
		return &message{Controller: b.Controller, Row: r, From: b.lane(r.From), To: b.lane(r.To), Stars: b.Stars, Selected: b.selected(r)}
	case timeline.RowSelf:
		return &selfNote{Controller: b.Controller, Row: r, At: b.lane(r.From), Selected: b.selected(r)}
	case timeline.RowCard:
		return card(*r.Card)
	default:
		return tag.Li("row", "row-"+string(r.Kind)).Body(tag.Span("row-text").Text(r.Text))
	}
}

// selected returns the selected position if it is in the row, else 0.
func (b *band) selected(r timeline.Row) uint64 {
	if session.IsSelected(r, b.Selected) {
		return b.Selected
	}
	return 0
}

func (b *band) lane(p event.Party) int { return timeline.LaneOf(b.Lanes, p) }

func countText(b timeline.Band) string {
	text := prose.Count(b.Messages, "message")
	if b.Folded > 0 {
		text += ", " + prose.Count(b.Folded, "preflight") + " folded"
	}
	return text
}
