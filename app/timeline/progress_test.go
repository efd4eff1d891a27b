package timeline

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"oauthlab/lessons"
	"oauthlab/lessons/event"
)

// chapter is shaped as v03 is.
var chapter = []lessons.Step{
	{ID: "run", Kind: lessons.Run, Goals: []lessons.Goal{
		{Text: "asks", Kind: event.KindRequest, From: event.Browser, Method: "GET", Path: "/authorize"},
		{Text: "token", Kind: event.KindNote, From: event.Client, Name: event.NoteTokens},
	}},
	{ID: "break", Kind: lessons.Break, Goals: []lessons.Goal{
		{Text: "off", Kind: event.KindChange, What: "protection", Action: "switched", Fields: map[string]string{"key": "pkce", "on": "false"}},
		{Text: "won", Kind: event.KindNote, Name: event.NoteAttackEnds, Fields: map[string]string{"outcome": "succeeded"}},
	}},
	{ID: "why", Kind: lessons.Why},
	{ID: "mend", Kind: lessons.Mend, Goals: []lessons.Goal{
		{Text: "on", Kind: event.KindChange, What: "protection", Action: "switched", Fields: map[string]string{"key": "pkce", "on": "true"}},
		{Text: "stopped", Kind: event.KindNote, Name: event.NoteAttackEnds, Fields: map[string]string{"outcome": "stopped"}},
	}},
}

func TestStepsTickFromEvents(t *testing.T) {
	read := map[string]bool{"why": true}
	tests := map[string]struct {
		events []event.Event
		read   map[string]bool
		want   string // a letter a step: d done, c current, . neither
	}{
		"nothing yet":                          {nil, nil, "c..."},
		"a run":                                {record(aRun), nil, "dc.."},
		"half a run":                           {record(func(r *recording) { r.signIn("f1") }), nil, "c..."},
		"an attack's run is not the learner's": {record(off, won), nil, "cd.."},
		"broken":                               {record(aRun, off, won), nil, "ddc."},
		"broken and read":                      {record(aRun, off, won), read, "dddc"},
		"switched on: past the explanation":    {record(aRun, off, won, on), nil, "dddc"},
		"mended":                               {record(aRun, off, won, on, lost), nil, "dddd"},
		"stopped before it was broken":         {record(aRun, on, lost), nil, "dc.."},
		"off and won in another order":         {record(aRun, won, off), nil, "ddc."},
		"broken before the run":                {record(off, won, aRun), read, "dddc"},
		"a reset begins again":                 {record(aRun, off, won, reset), nil, "c..."},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := letters(Progress(Lesson{Steps: chapter, Read: tt.read}, tt.events)); got != tt.want {
				t.Errorf("%s, want %s", got, tt.want)
			}
		})
	}
}

// letters says how far steps have come, a letter a step.
func letters(steps []StepProgress) string {
	var out strings.Builder
	for _, p := range steps {
		switch {
		case p.Done:
			out.WriteString("d")
		case p.Current:
			out.WriteString("c")
		default:
			out.WriteString(".")
		}
	}
	return out.String()
}

// Questions are answered in any order, by what the learner does himself, and by how an
// attack ends; those to choose from by what was chosen.
func TestQuestionsTick(t *testing.T) {
	asks := append(slices.Clone(chapter[:1]), lessons.Step{ID: "why", Kind: lessons.Why}, lessons.Step{ID: "ask", Kind: lessons.Ask, Goals: []lessons.Goal{
		{Text: "own", Kind: event.KindRequest, From: event.Browser, Method: "GET", Path: "/authorize"},
		{Text: "won", Kind: event.KindNote, Name: event.NoteAttackEnds, Fields: map[string]string{"outcome": "succeeded"}},
	}})
	chosen := map[string]bool{"ask": true}
	tests := map[string]struct {
		events []event.Event
		chosen map[string]bool
		want   string
	}{
		"nothing yet":                     {nil, chosen, "c.."},
		"an attack's run is nobody's":     {record(off, won), chosen, "c.."},
		"both, and nothing chosen":        {record(off, won, aRun), nil, "dc."},
		"both, in another order":          {record(off, won, aRun), chosen, "ddd"},
		"one, and the others chosen":      {record(aRun), chosen, "dc."},
		"an answer does not pass reading": {record(aRun, off, lost), nil, "dc."},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := letters(Progress(Lesson{Steps: asks, Read: tt.chosen}, tt.events)); got != tt.want {
				t.Errorf("%s, want %s", got, tt.want)
			}
		})
	}
	toChoose := []lessons.Step{{ID: "ask", Kind: lessons.Ask}}
	if got := letters(Progress(Lesson{Steps: toChoose}, nil)) + letters(Progress(Lesson{Steps: toChoose, Read: chosen}, nil)); got != "cd" {
		t.Errorf("questions to choose from alone are %s", got)
	}
}

// What was done in another chapter is not done in this one: the lab is the same, and
// so is its log.
func TestStepsTickInTheirOwnChapter(t *testing.T) {
	created := func(r *recording) { r.note(event.Lab, "", event.NoteLabCreated, fields("chapter", "v02")) }
	moved := func(from, to string) func(*recording) {
		return func(r *recording) {
			r.change(event.Lab, "chapter", "switched", "", event.ChangeField{Name: "chapter", From: from, To: to})
		}
	}
	for name, tt := range map[string]struct {
		events []event.Event
		want   string
	}{
		"run in another":                {record(created, aRun, moved("v02", "v03")), "c..."},
		"run here":                      {record(created, moved("v02", "v03"), aRun), "dc.."},
		"run here, and then elsewhere":  {record(created, moved("v02", "v03"), aRun, moved("v03", "v02"), off, won), "dc.."},
		"run elsewhere and back":        {record(created, moved("v02", "v03"), moved("v03", "v02"), aRun, moved("v02", "v03"), off, won), "cd.."},
		"the beginning is forgotten":    {record(aRun, moved("v02", "v03")), "c..."},
		"run here from the beginning":   {record(aRun, moved("v03", "v02")), "dc.."},
		"a reset does not move the lab": {record(created, moved("v02", "v03"), reset, aRun), "dc.."},
	} {
		t.Run(name, func(t *testing.T) {
			if got := letters(Progress(Lesson{Chapter: "v03", Steps: chapter}, tt.events)); got != tt.want {
				t.Errorf("%s, want %s", got, tt.want)
			}
		})
	}
}

// Who broke it in a lab that has expired since can mend it in the new one.
func TestWhatWasBrokenInALabThatIsGoneCanBeMended(t *testing.T) {
	steps := Progress(Lesson{Steps: chapter, Before: []string{"run", "break"}}, record(on, lost))
	if !steps[3].Done {
		t.Errorf("%+v", steps[3])
	}
	steps = Progress(Lesson{Steps: chapter, Before: []string{"run", "break"}}, record(on, aRun, off, won))
	if steps[3].Goals[0].Met {
		t.Error("what was switched on before it was broken in this lab counts")
	}
}

func TestStepsAreRemembered(t *testing.T) {
	fresh := []StepProgress{
		{ID: "run", Current: true, Goals: []GoalProgress{{Text: "x"}}}, {ID: "break"}, {ID: "why"},
	}
	got := recalled(fresh, []string{"run", "gone"})
	if !got[0].Done || got[0].Current || !got[0].Goals[0].Met || !got[1].Current || got[2].Current {
		t.Errorf("%+v", got)
	}
	if fresh[0].Done || fresh[0].Goals[0].Met {
		t.Error("what the log says was changed")
	}
	if got := recalled(fresh, nil); !reflect.DeepEqual(got, fresh) {
		t.Errorf("%+v", got)
	}
}

func TestDoneStaysDone(t *testing.T) {
	events := record(aRun, off, won, on, lost, off, won, aRun)
	done := map[string]bool{}
	for n := range len(events) + 1 {
		for _, p := range Progress(Lesson{Steps: chapter}, events[:n]) {
			if done[p.ID] && !p.Done {
				t.Fatalf("after %d events %s is open again", n, p.ID)
			}
			done[p.ID] = p.Done
		}
	}
}

func TestEventsStreamUnderTheCurrentStep(t *testing.T) {
	steps := Progress(Lesson{Steps: chapter, Read: map[string]bool{"why": true}}, record(aRun, off, won))
	run, broken, mend := steps[0].Feed, steps[1].Feed, steps[3].Feed
	if last := run[len(run)-1]; last.Text != "keeps the token" || last.From != event.Client {
		t.Errorf("the run ends with %+v", last)
	}
	if broken[0].Text != "PKCE switched off" || broken[0].From != event.Lab {
		t.Errorf("the break begins with %+v", broken[0])
	}
	var verdict Line
	for _, line := range broken {
		if line.Outcome == event.WouldRefuse {
			verdict = line
		}
	}
	if verdict.Text != "PKCE verifier would refuse: "+noMatch {
		t.Errorf("verdict %+v", verdict)
	}
	if len(mend) != 0 {
		t.Errorf("mend has %v", mend)
	}
	for _, line := range run {
		if strings.HasPrefix(line.Text, "OPTIONS") {
			t.Error("a preflight is told")
		}
	}
}

func TestFeedIsBounded(t *testing.T) {
	steps := Progress(Lesson{Steps: chapter[1:2]}, record(aRun, aRun, aRun, aRun))
	if n := len(steps[0].Feed); n != maxFeed {
		t.Errorf("%d lines, want %d", n, maxFeed)
	}
}
