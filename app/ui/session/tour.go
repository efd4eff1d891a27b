package session

import (
	"oauthlab/app/browser"
	"oauthlab/app/timeline"
	"oauthlab/lessons"
)

// tourKey is where the store of the tab remembers that a tour is on.
const tourKey = "oauthlab.tour"

// TourStop is the one thing that a tour marks as next.
type TourStop struct {
	What TourTarget
	Step string // id, where What is in a step of the lesson
	Pane Pane   // where What is a column
}

// TourTarget is a kind of control.
type TourTarget string

const (
	atNothing  TourTarget = ""
	AtRun      TourTarget = "run"      // Run the flow
	AtFrame    TourTarget = "frame"    // Alice's browser
	AtExchange TourTarget = "exchange" // Exchange the code, in Alice's browser
	AtBilling  TourTarget = "billing"  // Open billing, on the client's page there
	AtCalendar TourTarget = "calendar" // Open the calendar, likewise
	AtDelegate TourTarget = "delegate" // Let the agent do it, likewise
	AtUnfold   TourTarget = "unfold"   // the step's title
	AtAnswer   TourTarget = "answer"   // the prediction
	AtSwitch   TourTarget = "switch"   // the step's switch
	AtSetUp    TourTarget = "set-up"   // what the step's attack needs
	AtAttack   TourTarget = "attack"   // the step's attack
	AtCode     TourTarget = "code"     // the code that decides
	AtRead     TourTarget = "read"     // I see
	AtPane     TourTarget = "pane"     // a column of a narrow screen
)

// Label is what the mark says.
func (s TourStop) Label() string {
	switch s.What {
	case AtRun:
		return "Start here: run the flow"
	case AtFrame:
		return "Sign in as Alice, in her browser"
	case AtExchange:
		return "Next: exchange the code"
	case AtBilling, AtCalendar, AtDelegate:
		return "Next: press this, in Alice's browser"
	case AtAnswer:
		return "Next: guess. Any answer will do"
	case AtPane:
		return "Next: go on here"
	case AtSwitch:
		return "Next: turn the switch"
	case AtSetUp:
		return "Next: set up what the attack needs"
	case AtAttack:
		return "Next: let Mallory try"
	case AtRead, AtCode:
		return "Next: read why, then press this"
	}
	return "Next"
}

// InSight is the CSS selector of what must be seen: what is marked, or, where there is
// something to read before it, where that begins.
func (s TourStop) InSight() string {
	if s.What == AtRead || s.What == AtCode {
		return "#" + StepTitleID(s.Step)
	}
	return `[data-tour="next"]`
}

// Is reports whether the mark belongs on a control of a step.
func (s TourStop) Is(what TourTarget, step string) bool { return s.What == what && s.Step == step }

// tourState is all that decides what comes next.
type tourState struct {
	Open     bool // the lab is there
	Busy     bool // something runs that must end first
	Frame    Frame
	Login    timeline.Login
	AsksWho  bool // the web app's login waits for Alice
	Waits    bool // a code waits for the learner to exchange it
	Narrow   bool
	Pane     Pane
	Chapter  lessons.Chapter
	Steps    []timeline.StepProgress
	Unfolded []bool // steps
	Answers  map[string]int
	Status   func(protection string) ProtectionStatus
	Lacks    func(attack string) bool // what it needs is not so; nil: none needs anything
}

// nextStop returns the one thing to do next; nothing while something runs, and when all
// is done but the questions. What a narrow screen does not show is reached by its column.
func nextStop(t tourState) TourStop {
	if !t.Open || t.Busy {
		return TourStop{}
	}
	for i, p := range t.Steps {
		if p.Done || t.Chapter.Steps[i].Kind == lessons.Ask {
			continue
		}
		s := t.stopIn(i)
		switch where := paneOf(s); {
		case s.What == atNothing, s.What == AtRun:
			return s
		case t.Narrow && where != t.Pane:
			return TourStop{What: AtPane, Pane: where}
		case where == PaneLesson && !t.Unfolded[i]:
			return TourStop{What: AtUnfold, Step: s.Step}
		}
		return s
	}
	return TourStop{}
}

func paneOf(s TourStop) Pane {
	switch s.What {
	case AtFrame, AtExchange, AtBilling, AtCalendar, AtDelegate:
		return PaneBrowser
	}
	return PaneLesson
}

// stopIn returns what comes next in step i, which is not done.
func (t tourState) stopIn(i int) TourStop {
	s := t.Chapter.Steps[i]
	_, answered := t.Answers[s.ID]
	switch {
	case s.Kind == lessons.Run && t.Waits && t.Login.Code != "":
		return TourStop{What: AtExchange}
	case s.Kind == lessons.Run && (t.AsksWho || t.Frame == FrameHere && !t.Login.Ended()):
		return TourStop{What: AtFrame}
	case s.Kind == lessons.Run && t.Login.Shows != nil && t.press() != atNothing:
		return TourStop{What: t.press()}
	case s.Kind == lessons.Run:
		return TourStop{What: AtRun}
	case s.Prediction != nil && !answered:
		return TourStop{What: AtAnswer, Step: s.ID}
	case s.Attack != "" && t.Lacks != nil && t.Lacks(s.Attack):
		return TourStop{What: AtSetUp, Step: s.ID}
	case s.Protection != "" && s.Switch != "" && !isSwitched(t.Status(s.Protection), s.Switch == "on"):
		return TourStop{What: AtSwitch, Step: s.ID}
	case s.Attack != "":
		return TourStop{What: AtAttack, Step: s.ID}
	case s.Guard != "" && len(s.Goals) > 0:
		return TourStop{What: AtCode, Step: s.ID}
	case len(s.Goals) == 0:
		return TourStop{What: AtRead, Step: s.ID}
	}
	return TourStop{}
}

// press is what the chapter's script has the user press next on the client's page; nothing where it
// is done, or has her press nothing.
func (t tourState) press() TourTarget {
	shows := func(name string) bool { return len(t.Login.Shows.All(name)) > 0 }
	switch script := t.Chapter.Script; {
	case (script == "resources" || script == "agent") && !shows("bill"):
		return AtBilling
	case script == "resources" && !shows("appointment"):
		return AtCalendar
	case script == "agent" && t.Login.Report == "":
		return AtDelegate
	}
	return atNothing
}

// isSwitched reports whether the protection stands as a step wants it.
func isSwitched(s ProtectionStatus, on bool) bool {
	if on {
		return s.Safe
	}
	return s.Protection.ID != "" && !s.On
}

// Early reports whether a tour has not come to the breaking yet: until then the
// right column is closed.
func Early(touring bool, steps []timeline.StepProgress) bool {
	return touring && len(steps) > 0 && !steps[0].Done
}

// Tour returns what is next on this screen; nothing where there is no tour.
func (c *Controller) Tour(all []ProtectionStatus) TourStop {
	s := c.screen
	if !s.Touring {
		return TourStop{}
	}
	state := c.tourState(all)
	state.Unfolded = s.OpenSteps()
	return nextStop(state)
}

// tourState is how the screen stands, as far as it decides what comes next.
func (c *Controller) tourState(all []ProtectionStatus) tourState {
	s := c.screen
	return tourState{
		Open: s.Ready(), Busy: s.Busy != Idle || s.Dialog != DialogNone || c.attacked,
		Frame: s.Frame, Login: c.Login(), AsksWho: c.RunsWebApp() && s.asksWho(), Waits: s.Waiting != "", Narrow: s.Narrow, Pane: s.Pane,
		Chapter: c.content.Chapter, Steps: s.Steps, Answers: s.Answers,
		Status: func(id string) ProtectionStatus { st, _ := FindStatus(all, id); return st },
		Lacks: func(id string) bool {
			a, _ := c.content.Attack(id)
			return !Has(a.Given, all)
		},
	}
}

// beginTour takes up a tour that the link asks for, or that this tab was on.
func (c *Controller) beginTour(asked bool) {
	if asked {
		_ = browser.TabStore().Set(tourKey, c.content.Chapter.ID)
	}
	on, _ := browser.TabStore().Get(tourKey)
	c.screen.Touring = on == c.content.Chapter.ID
}

// TourOver reports whether a tour has come to its end: only questions are left.
func (c *Controller) TourOver() bool {
	for i, p := range c.screen.Steps {
		if !p.Done && c.content.Chapter.Steps[i].Kind != lessons.Ask {
			return false
		}
	}
	return c.screen.Touring
}

// EndTour takes the mark away for good.
func (c *Controller) EndTour() {
	browser.TabStore().Delete(tourKey)
	c.screen.Touring = false
}

// GoOnFromTour ends a tour that is over, and goes on to what it left.
func (c *Controller) GoOnFromTour() {
	c.EndTour()
	for i, p := range c.screen.Steps {
		if p.Current && i > 0 {
			c.GoOn(c.screen.Steps[i-1].ID)
		}
	}
	c.ToLesson()
}
