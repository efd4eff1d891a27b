package timeline

import "oauthlab/lessons/event"

// memo remembers what was read out of each event of one log, whose parameters take
// longer to read than all the rest: a log that grows is looked at with every frame.
// nil remembers nothing. It is not safe for concurrent use.
type memo struct {
	marks map[uint64][]Mark
	lines map[uint64]told
}

// told is what lineOf says.
type told struct {
	line  Line
	tells bool
}

func newMemo() *memo { return &memo{map[uint64][]Mark{}, map[uint64]told{}} }

func (m *memo) marksOf(e event.Event) []Mark {
	if m == nil {
		return marksOf(e)
	}
	return remembered(m.marks, e, marksOf)
}

func (m *memo) lineOf(e event.Event) (Line, bool) {
	if m == nil {
		return lineOf(e)
	}
	t := remembered(m.lines, e, func(e event.Event) told {
		line, tells := lineOf(e)
		return told{line, tells}
	})
	return t.line, t.tells
}

// remembered reads an event once. Events that the log has dropped are forgotten with
// all the others, now and then.
func remembered[V any](known map[uint64]V, e event.Event, read func(event.Event) V) V {
	v, ok := known[e.Seq]
	if ok && e.Seq != 0 {
		return v
	}
	if len(known) >= 2*MaxEvents {
		clear(known)
	}
	v = read(e)
	known[e.Seq] = v
	return v
}
