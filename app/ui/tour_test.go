package ui

import (
	"regexp"
	"strings"
	"testing"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/timeline"
	"oauthlab/lessons"
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
		Open: true, Pane: paneLesson, Chapter: tourChapter, Unfolded: []bool{true, true, true, true}, Answers: map[string]int{},
		Standing: func(id string) standing {
			s, _ := find(standings(labWith(off...), "v03"), id)
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
	narrow := func(p pane) func(*tourState) { return func(s *tourState) { s.Narrow, s.Pane = true, p } }
	answered := func(s *tourState) { s.Answers["break"] = 0 }
	waits := func(s *tourState) { s.Frame, s.Waits, s.Login.Code = frameHere, true, "c" }
	tests := map[string]struct {
		state tourState
		want  stop
	}{
		"at the beginning, the flow":          {tourAt(0, nil), stop{What: atRun}},
		"before the lab is open, nothing":     {tourAt(0, func(s *tourState) { s.Open = false }), stop{}},
		"while something runs, nothing":       {tourAt(0, func(s *tourState) { s.Busy = true }), stop{}},
		"the sign-in, in the frame":           {tourAt(0, func(s *tourState) { s.Frame = frameHere }), stop{What: atFrame}},
		"a login that failed runs again":      {tourAt(0, func(s *tourState) { s.Frame, s.Login.Failed = frameHere, "x" }), stop{What: atRun}},
		"a login in another tab runs here":    {tourAt(0, func(s *tourState) { s.Frame = frameInTab }), stop{What: atRun}},
		"a login that was cut runs again":     {tourAt(0, func(s *tourState) { s.Frame = frameCut }), stop{What: atRun}},
		"a code that waits is exchanged":      {tourAt(0, waits), stop{What: atExchange}},
		"narrow: and is in Alice's browser":   {tourAt(0, func(s *tourState) { waits(s); narrow(paneStage)(s) }), stop{What: atPane, Pane: paneBrowser}},
		"an exchange that failed runs again":  {tourAt(0, func(s *tourState) { waits(s); s.Login = timeline.Login{Failed: "x"} }), stop{What: atRun}},
		"the guess":                           {tourAt(1, nil), stop{What: atAnswer, Step: "break"}},
		"then the switch":                     {tourAt(1, answered), stop{What: atSwitch, Step: "break"}},
		"half a switch is not enough":         {tourAt(1, answered, guard.IDPKCEMethod), stop{What: atSwitch, Step: "break"}},
		"then the attack":                     {tourAt(1, answered, guard.IDPKCE), stop{What: atAttack, Step: "break"}},
		"a step that is folded":               {tourAt(1, func(s *tourState) { s.Unfolded[1] = false }), stop{What: atUnfold, Step: "break"}},
		"why":                                 {tourAt(2, nil, guard.IDPKCE), stop{What: atRead, Step: "why"}},
		"on again":                            {tourAt(3, nil, guard.IDPKCE), stop{What: atSwitch, Step: "mend"}},
		"a habit is mended too":               {tourAt(3, nil, guard.IDPKCEMethod), stop{What: atSwitch, Step: "mend"}},
		"and the attack again":                {tourAt(3, nil), stop{What: atAttack, Step: "mend"}},
		"then nothing more":                   {tourAt(4, nil), stop{}},
		"narrow: the flow is in the top bar":  {tourAt(0, narrow(paneStage)), stop{What: atRun}},
		"narrow: the lesson is a column":      {tourAt(1, narrow(paneStage)), stop{What: atPane, Pane: paneLesson}},
		"narrow: in the lesson, as ever":      {tourAt(1, narrow(paneLesson)), stop{What: atAnswer, Step: "break"}},
		"narrow: the frame is a column":       {tourAt(0, func(s *tourState) { s.Frame = frameHere; narrow(paneStage)(s) }), stop{What: atPane, Pane: paneBrowser}},
		"narrow: in Alice's browser, as ever": {tourAt(0, func(s *tourState) { s.Frame = frameHere; narrow(paneBrowser)(s) }), stop{What: atFrame}},
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
			s.Standing = func(id string) standing { st, _ := find(standings(labWith(off...), "v03"), id); return st }
			clicks := 0
			for next := nextStop(s); next != (stop{}); next = nextStop(s) {
				if clicks++; clicks > 11 {
					t.Fatalf("click %d is %+v", clicks, next)
				}
				switch next.What {
				case atRun:
					s.Frame, s.Pane = frameHere, paneBrowser
				case atFrame:
					s.Login.Token, s.Pane, done = "t", paneStage, 1
				case atAnswer:
					s.Answers["break"] = 0
				case atSwitch:
					off = nil
					if next.Step == "break" {
						off = []guard.ID{guard.IDPKCE}
					}
				case atAttack:
					done++
					s.Pane = paneStage
				case atRead:
					done++
				case atPane:
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

var tourMark = regexp.MustCompile(`data-tour="next"`)

// What nextStop names wears the mark on the page, and nothing else does.
func TestTheMarkIsOnThePage(t *testing.T) {
	tests := map[string]struct {
		set  func(p *chapterPage)
		want string // before the mark, in the same tag or the words after it
	}{
		"the flow":     {func(*chapterPage) {}, "Run the flow"},
		"the frame":    {func(p *chapterPage) { p.desk.screen.Frame = frameHere }, "Alice&#39;s browser"},
		"the guess":    {func(p *chapterPage) { p.desk.log.Add(logged(tokens())); p.desk.reduce() }, "Nothing"},
		"the switch":   {func(p *chapterPage) { p.desk.log.Add(logged(tokens())); p.desk.reduce(); p.desk.answer("break", 0) }, "Switch PKCE off"},
		"without tour": {func(p *chapterPage) { p.desk.screen.Touring = false }, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p := openPage(labWith())
			p.desk.screen.Touring = true
			tt.set(p)
			page := app.HTMLString(p)
			if got, want := len(tourMark.FindAllString(page, -1)), min(1, len(tt.want)); got != want {
				t.Fatalf("%d marks, want %d", got, want)
			}
			if tt.want == "" {
				return
			}
			at := tourMark.FindStringIndex(page)[0]
			around := page[strings.LastIndex(page[:at], "<"):min(len(page), at+700)]
			if !strings.Contains(around, tt.want) && !strings.Contains(around, strings.ReplaceAll(tt.want, "&#39;", "'")) {
				t.Errorf("the mark is on %s", around)
			}
		})
	}
}

func TestRightColumnOpensWhenItIsTimeToBreak(t *testing.T) {
	p := openPage(labWith())
	p.desk.screen.Touring = true
	if !strings.Contains(app.HTMLString(p), "is-early") {
		t.Error("the right column is open before the flow ran")
	}
	p.desk.log.Add(logged(tokens()))
	p.desk.reduce()
	if strings.Contains(app.HTMLString(p), "is-early") {
		t.Error("the right column is closed after the flow ran")
	}
}
