package stage

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
	"oauthlab/app/timeline"
	"oauthlab/app/ui/widget"
)

// ghost shows what is still to come, for the eye only: a sentence says so to others.
func (d *Diagram) ghost(lanes []timeline.Lane) app.UI {
	var rows []app.UI
	for _, c := range d.Coming {
		from, to := timeline.LaneOf(lanes, c.From), timeline.LaneOf(lanes, c.To)
		row := tag.Li("row", "grid", "row-"+string(c.Kind), widget.PartyClass(c.From))
		label := tag.Span("label-text").Text(c.Text)
		if c.Kind == timeline.RowMessage {
			rows = append(rows, row.Class(widget.Direction(from, to)).Body(
				tag.Span("arrow", widget.LaneClass("lo", min(from, to)), widget.LaneClass("hi", max(from, to))).
					Body(tag.Span("label").Body(label), tag.Span("arrow-line")),
			))
		} else {
			rows = append(rows, row.Body(tag.Span("self", widget.LaneClass("at", from)).Body(label)))
		}
	}
	return tag.Ol("ghost").Aria("hidden", "true").Body(rows...)
}
