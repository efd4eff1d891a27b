package timeline

import (
	"oauthlab/lessons/event"
	"oauthlab/lessons/prose"
)

// Frame is one step of a replay: the row that it ends with, and everything that had
// happened by then.
type Frame struct {
	Seq   uint64 // of the row
	Until uint64 // position of the last event that belongs to it: its verdicts, for one
	Text  string // what the row says
	Says  string // the same as a sentence of a story, with the verdicts that refused or would have
}

// Frames returns the steps of the band key of the events' view, in order: a row that shows
// something each. It is empty where there is no such band.
func Frames(v View, events []event.Event, key string) []Frame {
	var frames []Frame
	for _, b := range v.Bands {
		if b.Key != key {
			continue
		}
		said := tellAll(events, b)
		for _, r := range b.Rows {
			if r.Seq == 0 || r.Kind == RowGap || r.Kind == RowQuiet {
				continue // nobody's message
			}
			if n := len(frames); n > 0 {
				frames[n-1].Until = r.Seq - 1
			}
			frames = append(frames, Frame{Seq: r.Seq, Text: r.says(), Says: r.story(said[r.Seq])})
		}
		if n := len(frames); n > 0 {
			frames[n-1].Until = b.Last
		}
	}
	return frames
}

// tellAll tells the events up to the end of a band, by position: what a code of before is, a
// later message may say.
func tellAll(events []event.Event, b Band) map[uint64]string {
	t, said := newTeller(), map[uint64]string{}
	whole := Until(SinceReset(events), b.Last)
	for _, e := range whole {
		t.meet(e)
	}
	for _, e := range whole {
		said[e.Seq] = t.tell(e)
	}
	return said
}

// story is what the row says in a story; said is what its message says there.
func (r Row) story(said string) string {
	if r.Card != nil {
		return r.Card.ends()
	}
	said = orElse(said, prose.Sentence(r.Text))
	for _, p := range r.Pills {
		if p.Outcome != event.Passed {
			said += " " + prose.Capital(p.Text) + reasonOf(p)
		}
	}
	return said
}

func reasonOf(p Pill) string {
	if p.Reason == "" {
		return "."
	}
	return ": " + p.Reason + "."
}

// says is what the row says in a line.
func (r Row) says() string {
	if r.Card != nil {
		return r.Card.Title
	}
	return r.Text
}

// Until returns the events up to a position.
func Until(events []event.Event, last uint64) []event.Event {
	for i, e := range events {
		if position(e) > last {
			return events[:i]
		}
	}
	return events
}
