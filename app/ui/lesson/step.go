package lesson

import (
	"strconv"
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
	"oauthlab/app/timeline"
	"oauthlab/app/ui/session"
	"oauthlab/app/ui/widget"
	"oauthlab/lessons"
	"oauthlab/lessons/api"
)

// step is one step of the lesson. It folds when the learner goes on.
type step struct {
	app.Compo
	Controller *session.Controller
	Number     int
	Step       lessons.Step
	Progress   timeline.StepProgress
	Status     session.ProtectionStatus // of the protection that the step switches
	Attack     api.Attack
	Lacks      bool           // what the attack needs is not so
	Answers    map[string]int // chosen options, by the id under which they are asked for
	Open       bool
	Next       string // title of the step to go on to; "" where there is nothing to go on from
	Busy       session.Busy
	Ready      bool // the lab is open
	Tour       session.TourStop
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
	return tag.Li(class).DataSet("step", s.Step.ID).DataSet("done", s.Progress.Done).Body(
		tag.Span("step-marker").Aria("hidden", "true").Text(marker),
		tag.H3("step-title").Body(s.header()),
		tag.If(s.Open, s.body),
	)
}

func (s *step) header() app.UI {
	name := s.Step.Title
	if s.Progress.Done {
		name += ", done"
	}
	return widget.Marked(tag.Button(), s.Tour, s.Tour.Is(session.AtUnfold, s.Step.ID)).Class("step-button").ID(session.StepTitleID(s.Step.ID)).
		Aria("expanded", strconv.FormatBool(s.Open)).Aria("label", widget.Escaped(name)).
		Text(s.Step.Title).
		OnClick(func(app.Context, app.Event) { s.Controller.FoldStep(s.Step.ID, !s.Open) })
}

func (s *step) body() app.UI {
	lead, rest := "", s.Step.Body
	if s.Step.Kind == lessons.Mend || s.Step.Kind == lessons.Why { // what to press comes first, what to try or read after it last
		lead, rest = cutLead(s.Step.Body)
	}
	asks := s.Step.Kind == lessons.Ask
	return tag.Div("step-body").Body(
		tag.If(lead != "", func() app.UI { return prose(lead) }),
		tag.If(lead != "", s.actions),
		tag.If(rest != "", func() app.UI { return prose(rest) }),
		tag.If(s.Step.Prediction != nil, func() app.UI {
			return s.choice(s.Step.ID, *s.Step.Prediction)
		}),
		tag.If(asks, s.questions),
		tag.If(!asks && lead == "", s.actions),
		tag.If(!asks && len(s.Step.Goals) == 0 && !s.Progress.Done, s.readButton),
		tag.If(!asks, s.checklist),
		tag.If(s.Step.Prediction != nil && s.Progress.Done, s.otherAnswers),
		&stepFeed{Controller: s.Controller, Lines: s.Progress.Feed},
		tag.If(!s.Progress.Done, func() app.UI { return hint(s.Step.Hint) }),
		tag.If(s.Next != "", s.goOn),
	)
}

// choice asks under an id, for one of some answers.
func (s *step) choice(asked string, p lessons.Prediction) app.UI {
	return &prediction{Controller: s.Controller, Asked: asked, Prediction: p, Answer: s.answer(asked), Tour: s.Tour}
}

// answer returns the option that was chosen under an id; -1 where none was yet.
func (s *step) answer(asked string) int {
	if a, ok := s.Answers[asked]; ok {
		return a
	}
	return -1
}

// questions close the chapter. Those without options are answered by doing.
func (s *step) questions() app.UI {
	var asked []app.UI
	goals := s.Progress.Goals
	for _, q := range s.Step.Questions {
		if len(q.Options) > 0 {
			asked = append(asked, s.choice(s.Step.Asked(q), lessons.Prediction{Question: q.Question, Options: q.Options}))
			continue
		}
		asked = append(asked, toDo(s.Step.Asked(q), q, goals[0]))
		goals = goals[1:]
	}
	return tag.Div("step-questions").Body(asked...)
}

// toDo is a question that is answered by doing, and why it came out so.
func toDo(id string, q lessons.Question, g timeline.GoalProgress) app.UI {
	return tag.Div("prediction").Role("group").Aria("labelledby", "question-"+id).Body(
		tag.P("prediction-question").ID("question-"+id).Text(q.Question),
		tag.Ul("goals", "option").Body(goal(g)),
		tag.If(g.Met, func() app.UI { return tag.P("option-reply").Text(q.Why) }),
		tag.If(!g.Met, func() app.UI { return hint(q.Hint) }),
	)
}

// hint folds out what helps who is stuck.
func hint(text string) app.UI {
	if text == "" {
		return nil
	}
	return tag.Details("hint").Body(
		tag.Summary("hint-summary").Text("Hint"),
		tag.P("hint-text").Text(text),
	)
}

func (s *step) actions() app.UI {
	return &stepActions{
		Controller: s.Controller, Step: s.Step, Status: s.Status, Attack: s.Attack, Lacks: s.Lacks,
		Waiting: s.Step.Prediction != nil && s.answer(s.Step.ID) < 0 && !s.Progress.Done, Done: s.Progress.Done, Busy: s.Busy, Ready: s.Ready, Tour: s.Tour,
	}
}

// readButton ends a step that asks for nothing, once it was read.
func (s *step) readButton() app.UI {
	return widget.Marked(tag.Button(), s.Tour, s.Tour.Is(session.AtRead, s.Step.ID)).Class("button", "step-read").Text("I see").
		OnClick(func(app.Context, app.Event) { s.Controller.MarkRead(s.Step.ID) })
}

// otherAnswers says, once it has happened, what is wrong with the answers that the
// learner did not choose, or right.
func (s *step) otherAnswers() app.UI {
	var said []app.UI
	for i, o := range s.Step.Prediction.Options {
		if i != s.answer(s.Step.ID) {
			said = append(said, tag.P("hint-text").Body(tag.Strong().Text("“"+o.Text+"”"), app.Text(" "+o.Reply)))
		}
	}
	return tag.Details("hint").Body(tag.Summary("hint-summary").Text("What of the other answers?"), tag.Div().Body(said...))
}

// goOn ends a step that is done: it stays until the learner leaves it.
func (s *step) goOn() app.UI {
	return tag.Div("step-next").Body(
		tag.P("step-done").Text(session.DoneText(s.Step.Kind)),
		tag.Button("button", "button-primary").Text("Next: "+s.Next).
			OnClick(func(app.Context, app.Event) { s.Controller.GoOn(s.Step.ID) }),
	)
}

func prose(html string) app.UI { return app.Raw(`<div class="prose">` + html + `</div>`) }

// cutLead cuts the first paragraph off, of prose with or without an element around.
func cutLead(html string) (lead, rest string) {
	const open, end = `<div class="prose">`, "</p>"
	inner, wrapped := strings.CutPrefix(html, open)
	if wrapped {
		inner = strings.TrimSuffix(strings.TrimSpace(inner), "</div>")
	}
	i := strings.Index(inner, end)
	if i < 0 || !strings.HasPrefix(inner, "<p>") {
		return "", html
	}
	return inner[:i+len(end)], strings.TrimSpace(inner[i+len(end):])
}

func (s *step) checklist() app.UI {
	var items []app.UI
	for _, g := range s.Progress.Goals {
		items = append(items, goal(g))
	}
	if len(items) == 0 {
		return nil
	}
	return tag.Ul("goals").Body(items...)
}

// goal is one line of a checklist.
func goal(g timeline.GoalProgress) app.UI {
	class, sign, state := "goal", "○", " (open)"
	if g.Met {
		class, sign, state = "goal is-met", "✓", " (done)"
	}
	return tag.Li(class).Body(
		tag.Span("goal-sign").Aria("hidden", "true").Text(sign),
		tag.Span("goal-text").Text(g.Text),
		tag.Span("unseen").Text(state),
	)
}
