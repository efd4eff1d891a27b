package ui

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/browser"
	"oauthlab/app/tag"
	"oauthlab/app/timeline"
	"oauthlab/lessons"
)

// tourKey is where the store of the tab remembers that a tour is on.
const tourKey = "oauthlab.tour"

// stop is the one thing that a tour marks as next.
type stop struct {
	What stopAt
	Step string // id, where What is in a step of the lesson
	Pane pane   // where What is a column
}

// stopAt is a kind of control.
type stopAt string

const (
	atNothing  stopAt = ""
	atRun      stopAt = "run"      // Run the flow
	atFrame    stopAt = "frame"    // Alice's browser
	atExchange stopAt = "exchange" // Exchange the code, in Alice's browser
	atUnfold   stopAt = "unfold"   // the step's title
	atAnswer   stopAt = "answer"   // the prediction
	atSwitch   stopAt = "switch"   // the step's switch
	atAttack   stopAt = "attack"   // the step's attack
	atCode     stopAt = "code"     // the code that decides
	atRead     stopAt = "read"     // I see
	atPane     stopAt = "pane"     // a column of a narrow screen
)

// label is what the mark says.
func (s stop) label() string {
	switch s.What {
	case atRun:
		return "Start here: run the flow"
	case atFrame:
		return "Sign in as Alice, in her browser"
	case atExchange:
		return "Next: exchange the code"
	case atAnswer:
		return "Next: guess. Any answer will do"
	case atPane:
		return "Next: go on here"
	case atSwitch:
		return "Next: turn the switch"
	case atAttack:
		return "Next: let Mallory try"
	case atRead, atCode:
		return "Next: read why, then press this"
	}
	return "Next"
}

// is reports whether the mark belongs on a control of a step.
func (s stop) is(what stopAt, step string) bool { return s.What == what && s.Step == step }

// tourState is all that decides what comes next.
type tourState struct {
	Open     bool // the lab is there
	Busy     bool // something runs that must end first
	Frame    frame
	Login    timeline.Login
	Waits    bool // a code waits for the learner to exchange it
	Narrow   bool
	Pane     pane
	Chapter  lessons.Chapter
	Steps    []timeline.StepProgress
	Unfolded []bool // steps
	Answers  map[string]int
	Standing func(protection string) standing
}

// nextStop returns the one thing to do next; nothing while something runs, and
// when all is done. What a narrow screen does not show is reached by its column.
func nextStop(t tourState) stop {
	if !t.Open || t.Busy {
		return stop{}
	}
	for i, p := range t.Steps {
		if p.Done {
			continue
		}
		s := t.stopIn(i)
		switch where := paneOf(s); {
		case s.What == atNothing, s.What == atRun:
			return s
		case t.Narrow && where != t.Pane:
			return stop{What: atPane, Pane: where}
		case where == paneLesson && !t.Unfolded[i]:
			return stop{What: atUnfold, Step: s.Step}
		}
		return s
	}
	return stop{}
}

func paneOf(s stop) pane {
	if s.What == atFrame || s.What == atExchange {
		return paneBrowser
	}
	return paneLesson
}

// stopIn returns what comes next in step i, which is not done.
func (t tourState) stopIn(i int) stop {
	s := t.Chapter.Steps[i]
	_, answered := t.Answers[s.ID]
	switch {
	case s.Kind == lessons.Run && t.Waits && t.Login.Code != "":
		return stop{What: atExchange}
	case s.Kind == lessons.Run && t.Frame == frameHere && !t.Login.Ended():
		return stop{What: atFrame}
	case s.Kind == lessons.Run:
		return stop{What: atRun}
	case s.Prediction != nil && !answered:
		return stop{What: atAnswer, Step: s.ID}
	case s.Protection != "" && s.Switch != "" && !isSwitched(t.Standing(s.Protection), s.Switch == "on"):
		return stop{What: atSwitch, Step: s.ID}
	case s.Attack != "":
		return stop{What: atAttack, Step: s.ID}
	case s.Guard != "" && len(s.Goals) > 0:
		return stop{What: atCode, Step: s.ID}
	case len(s.Goals) == 0:
		return stop{What: atRead, Step: s.ID}
	}
	return stop{}
}

// isSwitched reports whether the protection stands as a step wants it.
func isSwitched(s standing, on bool) bool {
	if on {
		return s.Safe
	}
	return s.Protection.ID != "" && !s.On
}

// early reports whether a tour has not come to the breaking yet: until then the
// right column is closed.
func early(touring bool, steps []timeline.StepProgress) bool {
	return touring && len(steps) > 0 && !steps[0].Done
}

// marked puts the mark on what is next.
func marked(e app.HTMLElem, s stop, here bool) app.HTMLElem {
	if !here {
		return e
	}
	return e.DataSet("tour", "next").DataSet("tour-label", s.label())
}

// tour returns what is next on this screen; nothing where there is no tour.
func (d *desk) tour(all []standing) stop {
	s := d.screen
	if !s.Touring {
		return stop{}
	}
	bar := lessonBar{Content: d.content, Steps: s.Steps, Opened: s.Opened, Lingers: s.Lingers}
	unfolded := make([]bool, len(s.Steps))
	for i := range s.Steps {
		unfolded[i] = bar.isOpen(i)
	}
	state := d.tourState(all)
	state.Unfolded = unfolded
	return nextStop(state)
}

// tourState is how the screen stands, as far as it decides what comes next.
func (d *desk) tourState(all []standing) tourState {
	s := d.screen
	return tourState{
		Open: s.answers(), Busy: s.Busy != idle || s.Dialog != dialogNone || d.attacked,
		Frame: s.Frame, Login: d.login(), Waits: s.Waiting != "", Narrow: s.Narrow, Pane: s.Pane,
		Chapter: d.content.Chapter, Steps: s.Steps, Answers: s.Answers,
		Standing: func(id string) standing { st, _ := find(all, id); return st },
	}
}

// beginTour takes up a tour that the link asks for, or that this tab was on.
func (d *desk) beginTour(asked bool) {
	if asked {
		_ = browser.TabStore().Set(tourKey, d.content.Chapter.ID)
	}
	on, _ := browser.TabStore().Get(tourKey)
	d.screen.Touring = on == d.content.Chapter.ID
}

// endTour takes the mark away for good.
func (d *desk) endTour() {
	browser.TabStore().Delete(tourKey)
	d.screen.Touring = false
}

// tourBar says that a tour is on, how it stands, and ends it.
type tourBar struct {
	app.Compo
	Desk  *desk
	Steps []timeline.StepProgress
	Stop  stop
}

// OnUpdate brings what is next into sight.
func (t *tourBar) OnUpdate(app.Context) {
	if t.Stop != (stop{}) {
		afterDraw(func() { browser.ScrollTo(`[data-tour="next"]`) })
	}
}

func (t *tourBar) Render() app.UI {
	text, done := "Tour: follow the ring.", true
	for _, s := range t.Steps {
		done = done && s.Done
	}
	if done {
		text = "That was it: run, broken, understood and mended."
	}
	return tag.Div("tour-bar").Role("status").Body(
		tag.Span("tour-text").Text(text),
		tag.Span("unseen").Text(t.Stop.label()),
		tag.Button("button", "button-small").Text("End the tour").
			OnClick(func(app.Context, app.Event) { t.Desk.endTour() }),
	)
}
