package session

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"oauthlab/app/browser"
	"oauthlab/app/ui/uitest"
	"oauthlab/lessons"
	"oauthlab/lessons/event"
)

func TestProgressIsReadBack(t *testing.T) {
	p := progress{Version: progressVersion}.with("v03", chapterProgress{
		Answers: map[string]int{"break": 1}, Read: []string{"why"}, Steps: []string{"run", "break"}, Done: true,
	})
	got, problem := readProgress(p.export(), true)
	if problem != "" || !reflect.DeepEqual(got, p) {
		t.Errorf("%+v, %q", got, problem)
	}
	if !got.done()["v03"] || got.done()["v02"] {
		t.Errorf("done %v", got.done())
	}
	// What was once done stays done.
	if again := got.with("v03", chapterProgress{}); !again.done()["v03"] || len(again.Chapters["v03"].Steps) != 0 {
		t.Errorf("%+v", again)
	}
	if !got.done()["v03"] {
		t.Error("the progress itself was changed")
	}
}

func TestProgressOfSomethingElseStartsAfresh(t *testing.T) {
	for name, text := range map[string]string{
		"nothing": "", "no JSON": "{", "null": "null", "a list": "[]", "a number": "7", "an object": "{}",
		"another version": `{"version":2,"chapters":{"v03":{"done":true}}}`, "wrong types": `{"version":1,"chapters":{"v03":{"steps":"all"}}}`,
		"far too much": `{"version":1,"chapters":{"` + strings.Repeat("x", maxProgress) + `":{}}}`,
	} {
		t.Run(name, func(t *testing.T) {
			p, problem := readProgress(text, true)
			if problem == "" || p.Version != progressVersion || len(p.Chapters) != 0 || p.Chapters == nil {
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
	two.keep(two.kept().with("v01", chapterProgress{Done: true}))
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
