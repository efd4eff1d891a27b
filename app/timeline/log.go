package timeline

import (
	"sort"

	"oauthlab/lessons/event"
)

// MaxEvents bounds what is kept of a lab's log in the browser.
const MaxEvents = 4000

// Log orders the events that the feed delivers: by position, each once, in
// whatever order and however often they come. The zero value is empty. It is
// not safe for concurrent use.
type Log struct {
	events []event.Event // by Seq, without duplicates; a gap stands at its Next
	seen   map[uint64]bool
	known  *memo
}

// Add takes a batch in. It reports whether anything was new.
func (l *Log) Add(batch []event.Event) bool {
	if l.seen == nil {
		l.seen, l.known = make(map[uint64]bool), newMemo()
	}
	fresh := make([]event.Event, 0, len(batch))
	for _, e := range batch {
		if e.Kind == event.KindGap && e.Gap != nil {
			fresh = append(fresh, e)
			continue
		}
		if e.Seq == 0 || l.seen[e.Seq] {
			continue
		}
		l.seen[e.Seq] = true
		fresh = append(fresh, e)
	}
	if len(fresh) == 0 {
		return false
	}
	next := make([]event.Event, 0, len(l.events)+len(fresh))
	next = append(append(next, l.events...), fresh...)
	sort.Stable(byPosition(next))
	if len(next) > MaxEvents {
		next = next[len(next)-MaxEvents:]
	}
	l.events = next
	return true
}

// Events returns the events in order. The slice is never changed afterwards.
func (l *Log) Events() []event.Event { return l.events }

// View is what Reduce makes of the events.
func (l *Log) View() View { return reduce(l.events, l.known) }

// Past is what Reduce makes of the events up to a position.
func (l *Log) Past(last uint64) View { return reduce(Until(l.events, last), l.known) }

// Progress is what Progress makes of the events.
func (l *Log) Progress(lesson Lesson) []StepProgress {
	return progressOf(lesson, l.events, l.known)
}

// byPosition orders a gap before the first event that there still is. (slices.SortStableFunc
// would bring 10 KB into the program.)
type byPosition []event.Event

func (p byPosition) Len() int      { return len(p) }
func (p byPosition) Swap(i, j int) { p[i], p[j] = p[j], p[i] }
func (p byPosition) Less(i, j int) bool {
	if a, b := position(p[i]), position(p[j]); a != b {
		return a < b
	}
	return p[i].Gap != nil && p[j].Gap == nil
}

func position(e event.Event) uint64 {
	if e.Gap != nil {
		return e.Gap.Next
	}
	return e.Seq
}
