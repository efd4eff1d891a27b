package session

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"oauthlab/app/lab"
	"oauthlab/app/ui/page"
	"oauthlab/app/ui/uitest"
	"oauthlab/lessons"
	"oauthlab/lessons/api"
	"oauthlab/lessons/event"
)

// opened is the controller of an open lab, with events in its log.
func opened(l api.Lab, events ...event.Event) *Controller {
	return Resume(uitest.Content, func(s *Screen) { s.Lab, s.Open, s.Status = l, true, lab.Live }, uitest.Logged(events...)...)
}

func TestWhatGotDoneStaysOpenUntilTheLearnerGoesOn(t *testing.T) {
	run := lessons.Step{ID: "run", Kind: lessons.Run, Goals: []lessons.Goal{{Kind: event.KindNote}}}
	broken := lessons.Step{ID: "break", Kind: lessons.Break, Title: "Break it", Goals: []lessons.Goal{{Kind: event.KindChange}}}
	why := lessons.Step{ID: "why", Kind: lessons.Why}
	mend := lessons.Step{ID: "mend", Kind: lessons.Mend, Goals: []lessons.Goal{{Kind: event.KindVerdict}}}
	content := page.Content{Chapter: lessons.Chapter{ID: "v03", Version: "v03", Steps: []lessons.Step{run, broken, why, mend}}}
	c := New(content)
	seq := uint64(0)
	happens := func(e event.Event) {
		seq++
		e.Seq = seq
		c.log.Add([]event.Event{e})
		c.reduce()
	}
	expect := func(when string, want ...bool) {
		t.Helper()
		if got := c.screen.OpenSteps(); !slices.Equal(got, want) {
			t.Errorf("%s: %v are open, want %v", when, got, want)
		}
	}
	expect("at first", true, false, false, false)
	c.acted = true
	happens(event.Event{Kind: event.KindChange, Change: &event.Change{}})
	expect("after breaking it first", true, true, true, false)
	happens(event.Event{Kind: event.KindNote, Note: &event.Note{}})
	expect("after the run", true, true, true, false)
	if on := c.screen.LeadsOn(); !slices.Equal(on, []bool{true, true, false, false}) {
		t.Errorf("%v lead on", on)
	}
	c.GoOn("run")
	expect("after going on", false, true, true, false)
	c.MarkRead("why")
	expect("after reading why", false, false, false, true)
	c.FoldStep("why", true)
	expect("after opening it again", false, false, true, true)
	c.FoldStep("why", false)
	happens(event.Event{Kind: event.KindVerdict, Verdict: &event.Verdict{}})
	expect("at the end", false, false, false, true)
}

func TestWhatWasDoneBeforeThePageIsFolded(t *testing.T) {
	if open := opened(uitest.LabWith(), uitest.Tokens()).screen.OpenSteps(); !slices.Equal(open, []bool{false, true}) {
		t.Errorf("%v are open, want the present step, and no other", open)
	}
}

func TestGoneStaysWhateverIsPressed(t *testing.T) {
	c := opened(uitest.LabWith(), uitest.Tokens())
	c.gone()
	c.Dismiss()
	c.complain(errors.New("POST /api/labs/x: fetch"))
	c.Run()
	if s := c.Screen(); !s.Notice.Again || strings.Contains(s.Notice.Text, "/api/") || s.Open || s.Busy != Idle {
		t.Errorf("%+v", s.Notice)
	}
}
