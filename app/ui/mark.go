package ui

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/timeline"
)

// mark shows a value that is followed through the flow, in short: its name
// where there is room, a briefer one where there is little.
func mark(m timeline.Mark) app.UI {
	return app.Span().Class("mark", markClass(m.Kind)).Body(
		app.Span().Class("mark-name").Text(m.Name+"="),
		app.Span().Class("mark-brief").Aria("hidden", "true").Text(m.Brief+"="),
		app.Span().Class("mark-value").Text(m.Short),
	)
}

func markClass(k timeline.MarkKind) string {
	if k == "" {
		return ""
	}
	return "mark-" + string(k)
}
