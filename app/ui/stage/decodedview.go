package stage

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
	"oauthlab/app/timeline"
	"oauthlab/app/ui/session"
	"oauthlab/app/ui/widget"
	"oauthlab/lessons/param"
)

// decodedView explains what a message carries: every parameter with one plain
// sentence and its section, then the checks that were made on it.
type decodedView struct {
	app.Compo
	Controller *session.Controller
	Message    timeline.Message
}

func (d *decodedView) Render() app.UI {
	var params []app.UI
	for _, p := range d.Message.Params {
		params = append(params, d.param(p))
	}
	return tag.Div("decoded").Body(
		tag.P("decoded-way").Text(d.way()),
		widget.Troubleshooting(d.Message.Trouble),
		tag.If(len(d.Message.Checks) > 0, func() app.UI { return checked(d.Controller, d.Message.Checks) }),
		app.If(len(params) == 0, func() app.UI {
			return tag.P("inspector-empty").Text("This carries no parameters. Raw shows the whole of it.")
		}).Else(func() app.UI { return tag.Dl("params").Body(params...) }),
	)
}

func (d *decodedView) way() string {
	if d.Message.To == "" || d.Message.To == d.Message.From {
		return timeline.PartyName(d.Message.From)
	}
	return timeline.PartyName(d.Message.From) + " → " + timeline.PartyName(d.Message.To)
}

func (d *decodedView) param(p timeline.Param) app.UI {
	part := p.JWTPart()
	class := "param"
	if part != "" {
		class = "param jwt jwt-" + part
	}
	return tag.Div(class).Body(
		tag.Dt("param-name").Body(
			tag.Span("param-word").Body(widget.TermLink(d.Controller.TermOf(p.Name), p.Name)),
			tag.Span("param-in").Text(p.Place()),
		),
		tag.Dd("param-body").Body(
			tag.Code().Body(value(p)),
			tag.If(p.Also != "", func() app.UI { return tag.Span("param-also").Text(p.Also) }),
			tag.If(p.Means != "", func() app.UI {
				return tag.P("param-means").Body(
					tag.Span().Text(p.Means),
					tag.If(p.Section != "", func() app.UI {
						return tag.A(widget.SectionURL(p.Section), "section-link").Text(p.Section)
					}),
				)
			}),
			tag.If(p.Kind == param.MarkPKCE, func() app.UI { return widget.BenchOpener(d.Controller, p.Name, &p) }),
		),
	)
}

// value shows the value of a parameter: a JWT in its three parts, each in its colour.
func value(p timeline.Param) app.UI {
	shown := widget.Traced(tag.Span(), timeline.TraceOf(p.Name, p.Value)).Class("param-value", "mark", widget.MarkClass(p.Kind))
	parts := timeline.PartsOf(p.Value)
	if parts == nil {
		return shown.Text(p.Value)
	}
	return shown.Class("jwt-whole").Body(
		tag.Span("jwt-header").Text(parts[0]), app.Text("."),
		tag.Span("jwt-claims").Text(parts[1]), app.Text("."),
		tag.Span("jwt-signature").Text(parts[2]),
	)
}

// checked lists the checks that were made on a message. Each leads to its code.
func checked(c *session.Controller, checks []timeline.Pill) app.UI {
	var items []app.UI
	for _, check := range checks {
		items = append(items, tag.Li("check-line").Body(
			&widget.Pills{Controller: c, Pills: []timeline.Pill{check}},
			widget.Troubleshooting(check.Trouble),
		))
	}
	return tag.Div("decoded-checks").Body(
		tag.H3("decoded-title").Text("Checked"),
		tag.Ul("check-lines").Body(items...),
	)
}
