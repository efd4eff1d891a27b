package timeline

import (
	"slices"

	"oauthlab/lessons/event"
)

// Decision returns the verdict that decided the attack that ended last: of those
// that refused, or would have, one on a guard that the lesson is about before any
// other, then the one by which it was stopped, and one that refused before one that
// would have. ok is false where no guard of the attack objected.
func Decision(events []event.Event, star func(guard string) bool) (pill Pill, ok bool) {
	best := 0
	attack, by := lastAttack(events)
	for _, e := range attack {
		if e.Verdict == nil || e.Verdict.Outcome == event.Passed {
			continue
		}
		rank := 1
		if e.Verdict.Outcome == event.Refused {
			rank = 2
		}
		if rank == 2 && e.Verdict.Guard == by {
			rank = 3
		}
		if star(e.Verdict.Guard) {
			rank += 3
		}
		if rank >= best { // the later of two
			best, pill = rank, pillOf(e)
		}
	}
	return pill, best > 0
}

// lastAttack returns the events of the attack that ended last, and the guard that
// stopped it, "" for none. One in which the learner plays Alice begins with its mail.
func lastAttack(events []event.Event) (attack []event.Event, by string) {
	end := -1
	for i, e := range slices.Backward(events) {
		switch {
		case e.Note == nil:
		case end < 0 && e.Note.Name == event.NoteAttackEnds:
			end = i
		case end >= 0 && (e.Note.Name == event.NoteAttackBegins || e.Note.Name == event.NoteBaitBegins):
			return events[i:end], events[end].Note.Get("by")
		}
	}
	return nil, ""
}
