package timeline

import (
	"slices"

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

// Lesson is what a log is matched with: the steps of a chapter, and what the log does
// not tell of them.
type Lesson struct {
	Chapter string // events count while the lab is in it; "" for any
	Steps   []lessons.Step
	Read    map[string]bool // steps of which the learner said what no event shows, by id: that he read one without goals, or the right answers
	Before  []string        // ids of the steps that were done in a lab that is gone, and stay so
}

// Progress matches the steps' goals over the log. Each step looks for its goals
// in their order, whatever the other steps have come to, with these exceptions: a
// flow that an attack plays does not count as the learner's own, and of questions only
// how the attack ends does; a thing may be broken, and questions answered, in any order;
// and nothing can be mended before it was broken. A step without goals is done when the
// learner says so or has gone past it. What happened while the lab was in another
// chapter is not of this lesson.
//
// What is done stays done while the log grows; a reset begins again.
func Progress(l Lesson, events []event.Event) []StepProgress {
	return progressOf(l, events, nil)
}

func progressOf(l Lesson, events []event.Event, known *memo) []StepProgress {
	out := l.match(events, known, nil)
	var before []string // of those that were done before, what this log does not show again
	for _, p := range out {
		if !p.Done && slices.Contains(l.Before, p.ID) {
			before = append(before, p.ID)
		}
	}
	if len(before) == 0 {
		return out
	}
	return recalled(l.match(events, known, before), before)
}

// recalled ticks the steps that were done before, in a lab that is gone by
// now. What the log says goes before.
func recalled(steps []StepProgress, done []string) []StepProgress {
	steps = slices.Clone(steps)
	current := -1
	for i := range steps {
		s := &steps[i]
		if !s.Done && slices.Contains(done, s.ID) {
			s.Done = true
			s.Goals = slices.Clone(s.Goals)
			for g := range s.Goals {
				s.Goals[g].Met = true
			}
		}
		s.Current = s.Current && !s.Done
		if s.Current {
			current = i
		}
	}
	if current >= 0 {
		return steps
	}
	for i := range steps {
		if !steps[i].Done {
			steps[i].Current = true
			break
		}
	}
	return steps
}

// match matches the steps with the events. before are steps that were done before the
// first of them.
func (l Lesson) match(events []event.Event, known *memo, before []string) []StepProgress {
	t := tracker{known: known, steps: l.Steps, read: l.Read, before: before, out: make([]StepProgress, len(l.Steps))}
	for i, s := range l.Steps {
		t.out[i] = StepProgress{ID: s.ID, Done: len(s.Goals) == 0 && l.Read[s.ID]}
		for _, g := range s.Goals {
			t.out[i].Goals = append(t.out[i].Goals, GoalProgress{Text: g.Text})
		}
	}
	here, begins := chapterAtFirst(events), len(events)-len(SinceReset(events))
	for i, e := range events {
		here = chapterAfter(e, here)
		if i >= begins {
			t.take(e, l.Chapter == "" || here == "" || here == l.Chapter)
		}
	}
	for i := range l.Steps {
		t.out[i].Done = t.out[i].Done || t.passed(i)
	}
	if i := t.current(); i >= 0 {
		t.out[i].Current = true
	}
	return t.out
}

// chapterAtFirst returns the chapter in which the lab was before the first of the
// events, or "" where they do not tell.
func chapterAtFirst(events []event.Event) string {
	for _, e := range events {
		if move, moved := chapterChange(e); moved {
			return move.From
		}
	}
	return ""
}

// chapterAfter returns the chapter in which the lab is after e, which found it in here.
func chapterAfter(e event.Event, here string) string {
	if move, moved := chapterChange(e); moved {
		return move.To
	}
	if e.From == event.Lab && noteName(e) == event.NoteLabCreated {
		return e.Note.Get("chapter")
	}
	return here
}

// chapterChange returns what e says if it takes the lab from one chapter to another.
func chapterChange(e event.Event) (move event.ChangeField, moved bool) {
	if e.From != event.Lab || e.Change == nil || e.Change.What != "chapter" || len(e.Change.Fields) == 0 {
		return move, false
	}
	return e.Change.Fields[0], true
}

type tracker struct {
	known  *memo
	steps  []lessons.Step
	read   map[string]bool
	before []string // ids of steps that were done before
	out    []StepProgress
	attack bool // one is under way
}

// take takes the next event. It counts where it happened in the lesson's own chapter.
func (t *tracker) take(e event.Event, counts bool) {
	switch noteName(e) {
	case event.NoteAttackBegins, event.NoteBaitBegins:
		t.attack = true
	}
	if counts {
		t.count(e)
	}
	switch noteName(e) {
	case event.NoteAttackEnds, event.NoteBaitEnds:
		t.attack = false
	}
}

// count shows e under the current step and ticks what it meets.
func (t *tracker) count(e event.Event) {
	if i := t.current(); i >= 0 {
		if line, ok := t.known.lineOf(e); ok {
			t.out[i].Feed = append(t.out[i].Feed, line)
			t.out[i].Feed = t.out[i].Feed[max(0, len(t.out[i].Feed)-maxFeed):]
		}
	}
	for i := range t.steps {
		t.match(i, e)
	}
}

// match ticks the next open goal of step i if e meets it.
func (t *tracker) match(i int, e event.Event) {
	step, p := t.steps[i], &t.out[i]
	if p.Done || len(step.Goals) == 0 || t.attack && !countsInAttack(step.Kind, e) ||
		step.Kind == lessons.Mend && !t.broken() {
		return
	}
	anyOrder := step.Kind == lessons.Break || step.Kind == lessons.Ask
	p.Done = true
	for g := range p.Goals {
		goal := &p.Goals[g]
		// In order, the first goal that is open hides those after it.
		if !goal.Met && (p.Done || anyOrder) && step.Goals[g].Match(e) {
			goal.Met, goal.Seq = true, e.Seq
			if !anyOrder {
				p.Done = g == len(p.Goals)-1
				return
			}
		}
		p.Done = p.Done && goal.Met
	}
	p.Done = p.Done && (step.Kind != lessons.Ask || t.read[step.ID])
}

// countsInAttack reports whether a step of the kind takes e from an attack.
func countsInAttack(k lessons.StepKind, e event.Event) bool {
	return k != lessons.Run && (k != lessons.Ask || noteName(e) == event.NoteAttackEnds)
}

// broken reports whether every step that breaks something is done.
func (t *tracker) broken() bool {
	for i, s := range t.steps {
		if s.Kind == lessons.Break && !t.out[i].Done && !slices.Contains(t.before, s.ID) {
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

// passed reports whether step i is one to read and a later one has begun.
func (t *tracker) passed(i int) bool {
	if len(t.steps[i].Goals) > 0 || t.steps[i].Kind == lessons.Ask {
		return false
	}
	for later, p := range t.out[i+1:] {
		if p.Done || t.steps[i+1+later].Kind != lessons.Ask && len(p.Goals) > 0 && p.Goals[0].Met {
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
