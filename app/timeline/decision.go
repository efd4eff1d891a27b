package timeline

import (
	"slices"

	"oauthlab/lessons/event"
)

// Decision returns the verdict that decided the attack that ended last: of those
// that refused, or would have, one on a guard that the lesson is about before any
// other, and one that refused before one that would have. ok is false where no
// guard of the attack objected.
func Decision(events []event.Event, star func(guard string) bool) (pill Pill, ok bool) {
	best := 0
	for _, e := range lastAttack(events) {
		if e.Verdict == nil || e.Verdict.Outcome == event.Passed {
			continue
		}
		rank := 1
		if e.Verdict.Outcome == event.Refused {
			rank = 2
		}
		if star(e.Verdict.Guard) {
			rank += 2
		}
		if rank >= best { // the later of two
			best, pill = rank, pillOf(e)
		}
	}
	return pill, best > 0
}

// lastAttack returns the events of the attack that ended last.
func lastAttack(events []event.Event) []event.Event {
	end := -1
	for i, e := range slices.Backward(events) {
		switch {
		case e.Note == nil:
		case end < 0 && e.Note.Name == event.NoteAttackEnds:
			end = i
		case end >= 0 && e.Note.Name == event.NoteAttackBegins:
			return events[i:end]
		}
	}
	return nil
}
