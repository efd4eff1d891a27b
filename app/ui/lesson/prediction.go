package lesson

import (
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
	"oauthlab/app/ui/session"
	"oauthlab/app/ui/widget"
	"oauthlab/lessons"
)

// prediction asks what will happen, and answers at once, kindly.
type prediction struct {
	app.Compo
	Controller *session.Controller
	Asked      string // the id under which the answer is kept
	Prediction lessons.Prediction
	Answer     int // -1 for none yet
	Tour       session.TourStop
}

func (p *prediction) Render() app.UI {
	options := []app.UI{tag.P("prediction-question").ID("question-" + p.Asked).Text(p.Prediction.Question)}
	for i, o := range p.Prediction.Options {
		options = append(options, p.option(i, o))
	}
	return tag.Div("prediction").Role("radiogroup").Aria("labelledby", "question-"+p.Asked).Body(options...)
}

func (p *prediction) option(i int, o lessons.Option) app.UI {
	class, word := "option", ""
	chosen := p.Answer == i
	switch {
	case chosen && o.Right:
		class, word = "option is-right", "right"
	case chosen:
		class, word = "option is-wrong", "not quite"
	}
	return tag.Div(class).Body(
		widget.Marked(tag.Button(), p.Tour, i == 0 && p.Tour.Is(session.AtAnswer, p.Asked)).Class("option-button").Role("radio").
			Aria("checked", strconv.FormatBool(chosen)).Aria("label", widget.Escaped(o.Text)).
			OnClick(func(app.Context, app.Event) { p.Controller.Answer(p.Asked, i) }, app.EventScope(p.Asked, i)).
			Body(
				tag.Span("option-sign").Aria("hidden", "true"),
				tag.Span("option-text").Text(o.Text),
				tag.If(word != "", func() app.UI { return tag.Span("option-word").Text(word) }),
			),
		tag.If(chosen, func() app.UI { return tag.P("option-reply").Text(o.Reply) }),
	)
}
