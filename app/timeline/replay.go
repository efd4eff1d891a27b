package timeline

import "oauthlab/lessons/event"

// Frame is one step of a replay: the row that it ends with, and everything that had
// happened by then.
type Frame struct {
	Seq   uint64 // of the row
	Until uint64 // position of the last event that belongs to it: its verdicts, for one
	Text  string // what the row says
}

// Frames returns the steps of the band key, in order: a row that shows something each.
// It is empty where there is no such band.
func Frames(v View, key string) []Frame {
	var frames []Frame
	for _, b := range v.Bands {
		if b.Key != key {
			continue
		}
		for _, r := range b.Rows {
			if r.Seq == 0 || r.Kind == RowGap || r.Kind == RowQuiet {
				continue // nobody's message
			}
			if n := len(frames); n > 0 {
				frames[n-1].Until = r.Seq - 1
			}
			frames = append(frames, Frame{Seq: r.Seq, Text: r.says()})
		}
		if n := len(frames); n > 0 {
			frames[n-1].Until = b.Last
		}
	}
	return frames
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
