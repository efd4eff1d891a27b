package ui

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"oauthlab/app/browser"
	"oauthlab/lessons/event"
)

// logged numbers events as a log does.
func logged(events ...event.Event) []event.Event {
	for i := range events {
		events[i].Seq = uint64(i + 1)
	}
	return events
}

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
	p := openPage(labWith())
	d := p.desk
	d.progress, _ = readProgress("", false)
	d.answer("break", 1)
	d.log.Add(logged(tokens(), event.Event{Kind: event.KindNote, Note: &event.Note{Name: event.NoteAttackEnds}}))
	d.reduce()
	got := d.progress.Chapters["v03"]
	if got.Answers["break"] != 1 || len(got.Steps) != 2 || !got.Done || !d.screen.Finished["v03"] {
		t.Errorf("%+v", got)
	}
	d.forget()
	if c := d.progress.Chapters["v03"]; len(c.Steps) != 0 || !c.Done {
		t.Errorf("after a reset: %+v", c)
	}
}

// Each page has the progress in memory, and the browser has one for all of them.
func TestTabsKeepWhatTheOthersDid(t *testing.T) {
	browser.Keep().Delete(progressKey)
	t.Cleanup(func() { browser.Keep().Delete(progressKey) })
	open := func() *desk {
		d := openPage(labWith()).desk
		d.recall()
		return d
	}
	one, two := open(), open()
	one.answer("break", 1)
	two.markRead("run")
	two.keep(two.kept().with("v01", chapterProgress{Done: true}))
	one.log.Add(logged(tokens()))
	one.reduce()

	d := open()
	got := d.progress.Chapters["v03"]
	if d.screen.Answers["break"] != 1 || !d.screen.Read["run"] || !d.screen.Finished["v01"] || !slices.Equal(got.Steps, []string{"run"}) {
		t.Errorf("%+v", d.progress)
	}

	two.forget()
	if c := open().progress.Chapters["v03"]; len(c.Answers) != 0 || len(c.Read) != 0 || len(c.Steps) != 0 {
		t.Errorf("after a reset: %+v", c)
	}
}

func TestAnAnswerThatTheQuestionDoesNotHaveIsNone(t *testing.T) {
	t.Cleanup(func() { browser.Keep().Delete(progressKey) })
	for _, answers := range []string{`{"break":2}`, `{"break":-1}`, `{"run":0}`, `{"gone":0}`} {
		_ = browser.Keep().Set(progressKey, `{"version":1,"chapters":{"v03":{"answers":`+answers+`}}}`)
		d := openPage(labWith()).desk
		d.recall()
		if len(d.screen.Answers) != 0 {
			t.Errorf("%s is taken for an answer", answers)
		}
	}
}
