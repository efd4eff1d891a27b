package ui

import (
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/timeline"
	"oauthlab/lessons"
	"oauthlab/lessons/api"
)

// step is one step of the lesson. It folds when it is done.
type step struct {
	app.Compo
	Desk     *desk
	Number   int
	Step     lessons.Step
	Progress timeline.StepProgress
	Standing standing // of the protection that the step switches
	Attack   api.Attack
	Answer   int // to the prediction; -1 for none yet
	Open     bool
	Busy     busy
	Ready    bool // the lab is open
}

func (s *step) Render() app.UI {
	class := "step"
	marker := strconv.Itoa(s.Number)
	switch {
	case s.Progress.Done:
		class, marker = "step is-done", "✓"
	case s.Progress.Current:
		class = "step is-current"
	}
	return app.Li().Class(class).DataSet("step", s.Step.ID).DataSet("done", s.Progress.Done).Body(
		app.Span().Class("step-marker").Aria("hidden", "true").Text(marker),
		app.H2().Class("step-title").Body(s.header()),
		app.If(s.Open, s.body),
	)
}

func (s *step) header() app.UI {
	name := s.Step.Title
	if s.Progress.Done {
		name += ", done"
	}
	return app.Button().Class("step-button").Type("button").
		Aria("expanded", strconv.FormatBool(s.Open)).Aria("label", name).
		Text(s.Step.Title).
		OnClick(func(app.Context, app.Event) { s.Desk.foldStep(s.Step.ID, !s.Open) })
}

func (s *step) body() app.UI {
	return app.Div().Class("step-body").Body(
		app.Raw(`<div class="prose">`+s.Step.Body+`</div>`),
		app.If(s.Step.Prediction != nil, func() app.UI {
			return &prediction{Desk: s.Desk, Step: s.Step.ID, Prediction: *s.Step.Prediction, Answer: s.Answer}
		}),
		&stepActions{
			Desk: s.Desk, Step: s.Step, Standing: s.Standing, Attack: s.Attack,
			Waiting: s.Step.Prediction != nil && s.Answer < 0 && !s.Progress.Done, Done: s.Progress.Done, Busy: s.Busy, Ready: s.Ready,
		},
		s.checklist(),
		&stepFeed{Desk: s.Desk, Lines: s.Progress.Feed},
		app.If(s.Step.Hint != "" && !s.Progress.Done, func() app.UI {
			return app.Details().Class("hint").Body(
				app.Summary().Class("hint-summary").Text("Hint"),
				app.P().Class("hint-text").Text(s.Step.Hint),
			)
		}),
	)
}

func (s *step) checklist() app.UI {
	var items []app.UI
	for _, g := range s.Progress.Goals {
		class, sign, state := "goal", "○", " (open)"
		if g.Met {
			class, sign, state = "goal is-met", "✓", " (done)"
		}
		items = append(items, app.Li().Class(class).Body(
			app.Span().Class("goal-sign").Aria("hidden", "true").Text(sign),
			app.Span().Class("goal-text").Text(g.Text),
			app.Span().Class("unseen").Text(state),
		))
	}
	if len(items) == 0 {
		return nil
	}
	return app.Ul().Class("goals").Body(items...)
}
