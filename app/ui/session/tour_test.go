package session

import (
	"slices"
	"testing"

	"oauthlab/app/timeline"
	"oauthlab/app/ui/uitest"
	"oauthlab/lessons"
	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
)

// tourChapter is a chapter with everything that a step can ask for.
var tourChapter = lessons.Chapter{ID: "v03", Version: "v03", Steps: []lessons.Step{
	{ID: "run", Kind: lessons.Run, Goals: []lessons.Goal{{}}},
	{
		ID: "break", Kind: lessons.Break, Protection: "pkce", Switch: "off", Attack: "intercepted-code", Goals: []lessons.Goal{{}},
		Prediction: &lessons.Prediction{Options: []lessons.Option{{}}},
	},
	{ID: "why", Kind: lessons.Why, Guard: "pkce.verify"},
	{ID: "mend", Kind: lessons.Mend, Protection: "pkce", Switch: "on", Attack: "intercepted-code", Goals: []lessons.Goal{{}}},
}}

// tourAt is a tour in which the first steps are done.
func tourAt(done int, change func(*tourState), off ...guard.ID) tourState {
	t := tourState{
		Open: true, Pane: PaneLesson, Chapter: tourChapter, Unfolded: []bool{true, true, true, true}, Answers: map[string]int{},
		Status: func(id string) ProtectionStatus {
			s, _ := FindStatus(Statuses(uitest.LabWith(off...), "v03"), id)
			return s
		},
	}
	for i, s := range tourChapter.Steps {
		t.Steps = append(t.Steps, timeline.StepProgress{ID: s.ID, Done: i < done, Current: i == done})
	}
	if change != nil {
		change(&t)
	}
	return t
}

func TestTourHasOneThingNext(t *testing.T) {
	narrow := func(p Pane) func(*tourState) { return func(s *tourState) { s.Narrow, s.Pane = true, p } }
	answered := func(s *tourState) { s.Answers["break"] = 0 }
	waits := func(s *tourState) { s.Frame, s.Waits, s.Login.Code = FrameHere, true, "c" }
	tests := map[string]struct {
		state tourState
		want  TourStop
	}{
		"at the beginning, the flow":          {tourAt(0, nil), TourStop{What: AtRun}},
		"before the lab is open, nothing":     {tourAt(0, func(s *tourState) { s.Open = false }), TourStop{}},
		"while something runs, nothing":       {tourAt(0, func(s *tourState) { s.Busy = true }), TourStop{}},
		"the sign-in, in the frame":           {tourAt(0, func(s *tourState) { s.Frame = FrameHere }), TourStop{What: AtFrame}},
		"a login that failed runs again":      {tourAt(0, func(s *tourState) { s.Frame, s.Login.Failed = FrameHere, "x" }), TourStop{What: AtRun}},
		"a login in another tab runs here":    {tourAt(0, func(s *tourState) { s.Frame = FrameInTab }), TourStop{What: AtRun}},
		"a login that was cut runs again":     {tourAt(0, func(s *tourState) { s.Frame = FrameCut }), TourStop{What: AtRun}},
		"a code that waits is exchanged":      {tourAt(0, waits), TourStop{What: AtExchange}},
		"narrow: and is in Alice's browser":   {tourAt(0, func(s *tourState) { waits(s); narrow(PaneStage)(s) }), TourStop{What: AtPane, Pane: PaneBrowser}},
		"an exchange that failed runs again":  {tourAt(0, func(s *tourState) { waits(s); s.Login = timeline.Login{Failed: "x"} }), TourStop{What: AtRun}},
		"the guess":                           {tourAt(1, nil), TourStop{What: AtAnswer, Step: "break"}},
		"then the switch":                     {tourAt(1, answered), TourStop{What: AtSwitch, Step: "break"}},
		"half a switch is not enough":         {tourAt(1, answered, guard.IDPKCEMethod), TourStop{What: AtSwitch, Step: "break"}},
		"then the attack":                     {tourAt(1, answered, guard.IDPKCE), TourStop{What: AtAttack, Step: "break"}},
		"a step that is folded":               {tourAt(1, func(s *tourState) { s.Unfolded[1] = false }), TourStop{What: AtUnfold, Step: "break"}},
		"why":                                 {tourAt(2, nil, guard.IDPKCE), TourStop{What: AtRead, Step: "why"}},
		"on again":                            {tourAt(3, nil, guard.IDPKCE), TourStop{What: AtSwitch, Step: "mend"}},
		"a habit is mended too":               {tourAt(3, nil, guard.IDPKCEMethod), TourStop{What: AtSwitch, Step: "mend"}},
		"and the attack again":                {tourAt(3, nil), TourStop{What: AtAttack, Step: "mend"}},
		"then nothing more":                   {tourAt(4, nil), TourStop{}},
		"narrow: the flow is in the top bar":  {tourAt(0, narrow(PaneStage)), TourStop{What: AtRun}},
		"narrow: the lesson is a column":      {tourAt(1, narrow(PaneStage)), TourStop{What: AtPane, Pane: PaneLesson}},
		"narrow: in the lesson, as ever":      {tourAt(1, narrow(PaneLesson)), TourStop{What: AtAnswer, Step: "break"}},
		"narrow: the frame is a column":       {tourAt(0, func(s *tourState) { s.Frame = FrameHere; narrow(PaneStage)(s) }), TourStop{What: AtPane, Pane: PaneBrowser}},
		"narrow: in Alice's browser, as ever": {tourAt(0, func(s *tourState) { s.Frame = FrameHere; narrow(PaneBrowser)(s) }), TourStop{What: AtFrame}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := nextStop(tt.state); got != tt.want {
				t.Errorf("next is %+v, want %+v", got, tt.want)
			}
		})
	}
}

// From the open page to mended there are at most 11 clicks, which is 12 from the
// landing page, also where one column at a time is shown.
func TestTourIsShort(t *testing.T) {
	for name, isNarrow := range map[string]bool{"wide": false, "narrow": true} {
		t.Run(name, func(t *testing.T) {
			var off []guard.ID
			done := 0
			s := tourAt(0, func(s *tourState) { s.Narrow = isNarrow })
			s.Status = func(id string) ProtectionStatus {
				st, _ := FindStatus(Statuses(uitest.LabWith(off...), "v03"), id)
				return st
			}
			clicks := 0
			for next := nextStop(s); next != (TourStop{}); next = nextStop(s) {
				if clicks++; clicks > 11 {
					t.Fatalf("click %d is %+v", clicks, next)
				}
				switch next.What {
				case AtRun:
					s.Frame, s.Pane = FrameHere, PaneBrowser
				case AtFrame:
					s.Login.Token, s.Pane, done = "t", PaneStage, 1
				case AtAnswer:
					s.Answers["break"] = 0
				case AtSwitch:
					off = nil
					if next.Step == "break" {
						off = []guard.ID{guard.IDPKCE}
					}
				case AtAttack:
					done++
					s.Pane = PaneStage
				case AtRead:
					done++
				case AtPane:
					s.Pane = next.Pane
				default:
					t.Fatalf("%+v", next)
				}
				for i := range s.Steps {
					s.Steps[i].Done = i < done
				}
			}
			if done != 4 {
				t.Errorf("%d steps are done after %d clicks", done, clicks)
			}
		})
	}
}

// A tour is over when only questions are left, marks nothing then, and leads on to them.
func TestATourEndsWithOneWayOn(t *testing.T) {
	content := uitest.Content
	content.Chapter.Steps = []lessons.Step{
		{ID: "run", Kind: lessons.Run, Title: "Run it", Goals: []lessons.Goal{{Kind: event.KindNote, Name: event.NoteTokens}}},
		{ID: "ask", Kind: lessons.Ask, Title: "A question", Questions: []lessons.Question{{ID: "who", Options: []lessons.Option{{}, {Right: true}}}}},
	}
	touring := func(s *Screen) { s.Touring, s.Open, s.Lab = true, true, uitest.LabWith() }
	if c := Resume(content, touring); c.TourOver() {
		t.Error("the tour is over before the flow ran")
	}
	c := Resume(content, touring, uitest.Logged(uitest.Tokens())...)
	if !c.TourOver() || c.Tour(nil) != (TourStop{}) || c.PresentTitle() != "A question" {
		t.Errorf("over %t, marks %+v, leads to %q", c.TourOver(), c.Tour(nil), c.PresentTitle())
	}
	c.GoOnFromTour()
	if s := c.Screen(); s.Touring || c.TourOver() || s.Pane != PaneLesson || !slices.Equal(s.OpenSteps(), []bool{false, true}) {
		t.Errorf("after it: touring %t, in %s, open %v", s.Touring, s.Pane, s.OpenSteps())
	}
}
