package ui

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/timeline"
)

// decodedView explains what a message carries: every parameter with one plain
// sentence and its section, then the checks that were made on it.
type decodedView struct {
	app.Compo
	Desk    *desk
	Message timeline.Message
}

func (d *decodedView) Render() app.UI {
	var params []app.UI
	for _, p := range d.Message.Params {
		params = append(params, param(p))
	}
	return app.Div().Class("decoded").Body(
		app.P().Class("decoded-way").Text(d.way()),
		app.If(len(d.Message.Checks) > 0, d.checks),
		app.If(len(params) == 0, func() app.UI {
			return app.P().Class("inspector-empty").Text("This carries no parameters. Raw shows the whole of it.")
		}).Else(func() app.UI { return app.Dl().Class("params").Body(params...) }),
	)
}

func (d *decodedView) way() string {
	if d.Message.To == "" || d.Message.To == d.Message.From {
		return timeline.PartyName(d.Message.From)
	}
	return timeline.PartyName(d.Message.From) + " → " + timeline.PartyName(d.Message.To)
}

func param(p timeline.Param) app.UI {
	return app.Div().Class("param").Body(
		app.Dt().Class("param-name").Body(
			app.Span().Class("param-word").Text(p.Name),
			app.Span().Class("param-in").Text(p.Place()),
		),
		app.Dd().Class("param-body").Body(
			app.Code().Body(traced(app.Span(), timeline.TraceOf(p.Name, p.Value)).Class("param-value", "mark", markClass(p.Kind)).Text(p.Value)),
			app.If(p.Means != "", func() app.UI {
				return app.P().Class("param-means").Body(
					app.Span().Text(p.Means),
					app.If(p.Section != "", func() app.UI {
						return app.A().Class("section-link").Href(sectionURL(p.Section)).Text(p.Section)
					}),
				)
			}),
		),
	)
}

func (d *decodedView) checks() app.UI {
	var items []app.UI
	for _, c := range d.Message.Checks {
		items = append(items, app.Li().Class("check-line").Body(
			&pills{Desk: d.Desk, Pills: []timeline.Pill{c}},
		))
	}
	return app.Div().Class("decoded-checks").Body(
		app.H3().Class("decoded-title").Text("Checked"),
		app.Ul().Class("check-lines").Body(items...),
	)
}
