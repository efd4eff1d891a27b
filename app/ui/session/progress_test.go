package session

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"oauthlab/app/browser"
	"oauthlab/app/timeline"
	"oauthlab/app/ui/uitest"
	"oauthlab/lessons"
	"oauthlab/lessons/event"
	"oauthlab/lessons/progress"
)

func TestProgressIsReadBack(t *testing.T) {
	p := progress.Fresh().With("v03", progress.Chapter{
		Answers: map[string]int{"break": 1}, Read: []string{"why"}, Steps: []string{"run", "break"}, Loop: []lessons.StepKind{lessons.Run, lessons.Break}, Done: true,
	})
	c := New(uitest.Content)
	c.progress = p
	got, problem := readProgress(c.ExportProgress(), true)
	if problem != "" || !reflect.DeepEqual(got, p) {
		t.Errorf("%+v, %q", got, problem)
	}
	// What was once done stays done.
	if again := got.With("v03", progress.Chapter{}).Chapters["v03"]; !again.Done || !again.Was(lessons.Break) || len(again.Steps) != 0 {
		t.Errorf("%+v", again)
	}
	if !reflect.DeepEqual(got, p) {
		t.Error("the progress itself was changed")
	}
}

func TestProgressOfSomethingElseStartsAfresh(t *testing.T) {
	for name, text := range map[string]string{
		"nothing": "", "no JSON": "{", "null": "null", "a list": "[]", "a number": "7", "an object": "{}",
		"another version": `{"version":2,"chapters":{"v03":{"done":true}}}`, "wrong types": `{"version":1,"chapters":{"v03":{"steps":"all"}}}`,
		"far too much": `{"version":1,"chapters":{"` + strings.Repeat("x", progress.MaxSize) + `":{}}}`,
	} {
		t.Run(name, func(t *testing.T) {
			p, problem := readProgress(text, true)
			if problem == "" || p.Version != progress.Version || len(p.Chapters) != 0 || p.Chapters == nil {
				t.Errorf("%+v, %q", p, problem)
			}
		})
	}
	if _, problem := readProgress("", false); problem != "" {
		t.Errorf("a browser that keeps nothing yet: %q", problem)
	}
}

func TestProgressIsKeptAsTheLearnerGoes(t *testing.T) {
	browser.Keep().Delete(progressKey)
	t.Cleanup(func() { browser.Keep().Delete(progressKey) })
	c := opened(uitest.LabWith())
	c.progress, _ = readProgress("", false)
	c.Answer("break", 1)
	c.log.Add(uitest.Logged(uitest.Tokens(), event.Event{Kind: event.KindNote, Note: &event.Note{Name: event.NoteAttackEnds}}))
	c.reduce()
	got := c.progress.Chapters["v03"]
	if got.Answers["break"] != 1 || len(got.Steps) != 2 || !got.Done || !c.screen.Finished["v03"] {
		t.Errorf("%+v", got)
	}
	c.forget()
	if kept := c.progress.Chapters["v03"]; len(kept.Steps) != 0 || !kept.Done {
		t.Errorf("after a reset: %+v", kept)
	}
}

// The questions are done once the right answers were chosen, and what was to do was done;
// what is ticked stays, whatever is chosen later.
func TestQuestionsAreKeptWithTheProgress(t *testing.T) {
	browser.Keep().Delete(progressKey)
	t.Cleanup(func() { browser.Keep().Delete(progressKey) })
	content := uitest.Content
	content.Chapter.Steps = []lessons.Step{{
		ID: "ask", Kind: lessons.Ask, Goals: []lessons.Goal{{Kind: event.KindNote, Name: event.NoteTokens}},
		Questions: []lessons.Question{{ID: "who", Options: []lessons.Option{{Reply: "Not quite."}, {Right: true, Reply: "Yes."}}}, {ID: "try"}},
	}}
	c := Resume(content, nil, uitest.Logged(uitest.Tokens())...)
	c.recall()
	c.Answer("ask.who", 0)
	if c.screen.Steps[0].Done || c.screen.Told.Text != "Not quite." {
		t.Errorf("after a wrong answer: %+v, told %q", c.screen.Steps[0], c.screen.Told.Text)
	}
	c.Answer("ask.who", 1)
	if !c.screen.Steps[0].Done || !c.screen.Finished["v03"] {
		t.Errorf("after the right one: %+v", c.screen.Steps[0])
	}
	c.Answer("ask.who", 0)
	again := Resume(content, nil)
	again.recall()
	if !c.screen.Steps[0].Done || !again.screen.Steps[0].Done || again.screen.Answers["ask.who"] != 0 {
		t.Errorf("later: %+v; in another lab: %+v", c.screen.Steps[0], again.screen.Steps[0])
	}
}

// Each page has the progress in memory, and the browser has one for all of them.
func TestTabsKeepWhatTheOthersDid(t *testing.T) {
	browser.Keep().Delete(progressKey)
	t.Cleanup(func() { browser.Keep().Delete(progressKey) })
	open := func() *Controller {
		c := opened(uitest.LabWith())
		c.recall()
		return c
	}
	one, two := open(), open()
	one.Answer("break", 1)
	two.MarkRead("run")
	two.keep(two.kept().With("v01", progress.Chapter{Done: true}))
	one.log.Add(uitest.Logged(uitest.Tokens()))
	one.reduce()

	c := open()
	got := c.progress.Chapters["v03"]
	if c.screen.Answers["break"] != 1 || !c.screen.Read["run"] || !c.screen.Finished["v01"] || !slices.Equal(got.Steps, []string{"run"}) {
		t.Errorf("%+v", c.progress)
	}

	two.forget()
	if kept := open().progress.Chapters["v03"]; len(kept.Answers) != 0 || len(kept.Read) != 0 || len(kept.Steps) != 0 {
		t.Errorf("after a reset: %+v", kept)
	}
}

func TestAnAnswerThatTheQuestionDoesNotHaveIsNone(t *testing.T) {
	t.Cleanup(func() { browser.Keep().Delete(progressKey) })
	for _, answers := range []string{`{"break":2}`, `{"break":-1}`, `{"run":0}`, `{"gone":0}`} {
		_ = browser.Keep().Set(progressKey, `{"version":1,"chapters":{"v03":{"answers":`+answers+`}}}`)
		c := opened(uitest.LabWith())
		c.recall()
		if len(c.screen.Answers) != 0 {
			t.Errorf("%s is taken for an answer", answers)
		}
	}
}

// What the menu of chapters marks: a part of the loop is done when every step of its
// kind is, and stays so when the lab is reset.
func TestPartsOfTheLoopAreKept(t *testing.T) {
	lesson := []lessons.Step{
		{ID: "run", Kind: lessons.Run}, {ID: "break-1", Kind: lessons.Break}, {ID: "break-2", Kind: lessons.Break}, {ID: "mend", Kind: lessons.Mend},
	}
	tests := map[string]struct {
		done []bool
		want []lessons.StepKind
	}{
		"nothing":            {[]bool{false, false, false, false}, nil},
		"run":                {[]bool{true, false, false, false}, []lessons.StepKind{lessons.Run}},
		"broken once of two": {[]bool{true, true, false, false}, []lessons.StepKind{lessons.Run}},
		"broken":             {[]bool{false, true, true, false}, []lessons.StepKind{lessons.Break}},
		"all":                {[]bool{true, true, true, true}, []lessons.StepKind{lessons.Run, lessons.Break, lessons.Mend}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var s Screen
			for i, done := range tt.done {
				s.Steps = append(s.Steps, timeline.StepProgress{ID: lesson[i].ID, Done: done})
			}
			got := chapterProgressOf(s, lesson)
			if !slices.Equal(got.Loop, tt.want) {
				t.Errorf("%v, want %v", got.Loop, tt.want)
			}
			kept := progress.Progress{}.With("v03", got).With("v03", progress.Chapter{}).Chapters["v03"]
			for _, part := range tt.want {
				if !kept.Was(part) {
					t.Errorf("after a reset %s is forgotten", part)
				}
			}
		})
	}
	if !(progress.Chapter{Done: true}).Was(lessons.Mend) { // as it was kept before the parts were
		t.Error("a chapter that is done is not mended")
	}
}
