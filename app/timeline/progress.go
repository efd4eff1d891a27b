package timeline

import (
	"oauthlab/lessons"
	"oauthlab/lessons/event"
)

// maxFeed bounds the lines kept under one step; the newest stay.
const maxFeed = 40

// StepProgress is how far a step of a lesson has come.
type StepProgress struct {
	ID      string
	Done    bool
	Current bool // the first that is not done
	Goals   []GoalProgress
	Feed    []Line // the events that came while it was the current step
}

// GoalProgress is one line of a step's checklist.
type GoalProgress struct {
	Text string
	Met  bool
	Seq  uint64 // the event that met it
}

// Progress matches the steps' goals over the log. Each step looks for its goals
// in their order, whatever the other steps have come to, with three exceptions: a
// flow that an attack plays does not count as the learner's own run; a thing may be
// broken in any order; and nothing can be mended before it was broken. A step without goals is done when the
// learner says so (read, by the step's id) or has gone past it.
//
// What is done stays done while the log grows; a reset begins again.
func Progress(steps []lessons.Step, events []event.Event, read map[string]bool) []StepProgress {
	return progress(steps, events, read, nil)
}

func progress(steps []lessons.Step, events []event.Event, read map[string]bool, known *memo) []StepProgress {
	t := tracker{known: known, steps: steps, out: make([]StepProgress, len(steps))}
	for i, s := range steps {
		t.out[i] = StepProgress{ID: s.ID, Done: len(s.Goals) == 0 && read[s.ID]}
		for _, g := range s.Goals {
			t.out[i].Goals = append(t.out[i].Goals, GoalProgress{Text: g.Text})
		}
	}
	for _, e := range sinceReset(events) {
		t.take(e)
	}
	for i := range steps {
		t.out[i].Done = t.out[i].Done || t.passed(i)
	}
	if i := t.current(); i >= 0 {
		t.out[i].Current = true
	}
	return t.out
}

type tracker struct {
	known  *memo
	steps  []lessons.Step
	out    []StepProgress
	attack bool // one is under way
}

func (t *tracker) take(e event.Event) {
	switch noteName(e) {
	case event.NoteAttackBegins, event.NoteBaitBegins:
		t.attack = true
	}
	if i := t.current(); i >= 0 {
		if line, ok := t.known.lineOf(e); ok {
			t.out[i].Feed = append(t.out[i].Feed, line)
			t.out[i].Feed = t.out[i].Feed[max(0, len(t.out[i].Feed)-maxFeed):]
		}
	}
	for i := range t.steps {
		t.match(i, e)
	}
	switch noteName(e) {
	case event.NoteAttackEnds, event.NoteBaitEnds:
		t.attack = false
	}
}

// match ticks the next open goal of step i if e meets it.
func (t *tracker) match(i int, e event.Event) {
	step, p := t.steps[i], &t.out[i]
	if p.Done || len(step.Goals) == 0 || step.Kind == lessons.Run && t.attack ||
		step.Kind == lessons.Mend && !t.broken() {
		return
	}
	p.Done = true
	for g := range p.Goals {
		goal := &p.Goals[g]
		// In order, the first goal that is open hides those after it.
		if !goal.Met && (p.Done || step.Kind == lessons.Break) && step.Goals[g].Match(e) {
			goal.Met, goal.Seq = true, e.Seq
			if step.Kind != lessons.Break {
				p.Done = g == len(p.Goals)-1
				return
			}
		}
		p.Done = p.Done && goal.Met
	}
}

// broken reports whether every step that breaks something is done.
func (t *tracker) broken() bool {
	for i, s := range t.steps {
		if s.Kind == lessons.Break && !t.out[i].Done {
			return false
		}
	}
	return true
}

// current returns the index of the first step that is open, or -1. A step
// without goals holds nobody up who has begun a later one.
func (t *tracker) current() int {
	for i, p := range t.out {
		if !p.Done && !t.passed(i) {
			return i
		}
	}
	return -1
}

// passed reports whether step i asks for nothing and a later one has begun.
func (t *tracker) passed(i int) bool {
	if len(t.steps[i].Goals) > 0 {
		return false
	}
	for _, p := range t.out[i+1:] {
		if p.Done || len(p.Goals) > 0 && p.Goals[0].Met {
			return true
		}
	}
	return false
}

// noteName returns the name of the note that e is, or "".
func noteName(e event.Event) string {
	if e.Note == nil {
		return ""
	}
	return e.Note.Name
}
