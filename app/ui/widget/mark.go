package widget

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
	"oauthlab/app/timeline"
	"oauthlab/lessons/param"
)

// Mark shows a value that is followed through the flow, in short: its name
// where there is room, a briefer one where there is little.
func Mark(m timeline.Mark) app.UI {
	return Traced(tag.Span(), timeline.TraceOf(m.Name, m.Value)).Class("mark", MarkClass(m.Kind)).Body(
		tag.Span("mark-name").Text(m.Name+"="),
		tag.Span("mark-brief").Aria("hidden", "true").Text(m.Brief+"="),
		tag.Span("mark-value").Text(m.Short),
	)
}

// Traced lets what is pointed at be found wherever it shows (browser.Point).
func Traced(e *tag.Element, trace string) *tag.Element {
	if trace == "" {
		return e
	}
	return e.DataSet("trace", trace)
}

// Pieces shows a text with the values in it that are followed.
func Pieces(all []timeline.Piece) []app.UI {
	out := make([]app.UI, len(all))
	for i, p := range all {
		piece := Traced(tag.Span(), p.Trace).Text(p.Text)
		if p.Kind != "" {
			piece = piece.Class("mark", MarkClass(p.Kind))
		}
		out[i] = piece
	}
	return out
}

func MarkClass(k param.Mark) string {
	if k == "" {
		return ""
	}
	return "mark-" + string(k)
}
