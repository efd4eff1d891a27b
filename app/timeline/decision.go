package timeline

import (
	"slices"

	"oauthlab/lessons/api"
	"oauthlab/lessons/event"
)

// Decision returns the verdict that decided the attack that ended last: that of the guard
// which stopped it; else, of those that refused, or where nobody stopped it, would have,
// one on a guard that the lesson is about before any other, and the latest. ok is false
// where no guard of the attack objected.
func Decision(events []event.Event, star func(guard string) bool) (pill Pill, ok bool) {
	best := -1
	attack, by, won := lastAttack(events)
	for _, e := range attack {
		if e.Verdict == nil || e.Verdict.Outcome == event.Passed {
			continue
		}
		refused := e.Verdict.Outcome == event.Refused
		rank := 0
		switch {
		case by != "" && refused && e.Verdict.Guard == by:
			rank = 8 // the card names it
		case refused != won: // who refused where she was stopped, who would have where not
			rank = 2
		case refused:
			rank = 1
		}
		if star(e.Verdict.Guard) {
			rank += 4
		}
		if rank >= best { // the later of two
			best, pill = rank, pillOf(e)
		}
	}
	return pill, best >= 0
}

// lastAttack returns the events of the attack that ended last, the guard that
// stopped it, "" for none, and whether Mallory got what she wanted. One in which the learner plays Alice begins with its mail.
func lastAttack(events []event.Event) (attack []event.Event, by string, won bool) {
	end := -1
	for i, e := range slices.Backward(events) {
		switch {
		case e.Note == nil:
		case end < 0 && e.Note.Name == event.NoteAttackEnds:
			end = i
		case end >= 0 && (e.Note.Name == event.NoteAttackBegins || e.Note.Name == event.NoteBaitBegins):
			return events[i:end], events[end].Note.Get("by"), events[end].Note.Get("outcome") == api.Succeeded
		}
	}
	return nil, "", false
}
