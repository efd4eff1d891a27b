package timeline

import (
	"slices"
	"testing"

	"oauthlab/lessons/event"
)

func at(seqs ...uint64) []event.Event {
	var out []event.Event
	for _, s := range seqs {
		out = append(out, event.Event{Seq: s, Kind: event.KindNote, Note: &event.Note{}})
	}
	return out
}

func gap(after, next uint64) event.Event {
	return event.Event{Kind: event.KindGap, Gap: &event.Gap{After: after, Next: next}}
}

func TestLogOrdersAndDropsWhatItHas(t *testing.T) {
	tests := map[string]struct {
		batches [][]event.Event
		want    []uint64 // positions; 0 for a gap
	}{
		"in order":                          {[][]event.Event{at(1, 2), at(3)}, []uint64{1, 2, 3}},
		"the same batch twice":              {[][]event.Event{at(1, 2), at(1, 2)}, []uint64{1, 2}},
		"twice in one batch":                {[][]event.Event{at(1, 1, 2)}, []uint64{1, 2}},
		"out of order":                      {[][]event.Event{at(3), at(1, 2)}, []uint64{1, 2, 3}},
		"an event without position is none": {[][]event.Event{at(0, 1)}, []uint64{1}},
		"a gap stands before what is left":  {[][]event.Event{{gap(0, 7)}, at(7, 8)}, []uint64{0, 7, 8}},
		"a gap that comes late":             {[][]event.Event{at(7, 8), {gap(0, 7)}}, []uint64{0, 7, 8}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var l Log
			for _, b := range tt.batches {
				l.Add(b)
			}
			var got []uint64
			for _, e := range l.Events() {
				got = append(got, e.Seq)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("positions %v, want %v", got, tt.want)
			}
		})
	}
}

func TestLogSaysWhetherAnythingWasNew(t *testing.T) {
	var l Log
	if !l.Add(at(1)) || l.Add(at(1)) || l.Add(nil) {
		t.Error("Add does not tell new from old")
	}
}

func TestLogLeavesSnapshotsAlone(t *testing.T) {
	var l Log
	l.Add(at(2, 3))
	snapshot := l.Events()
	l.Add(at(1))
	if len(snapshot) != 2 || snapshot[0].Seq != 2 {
		t.Errorf("the snapshot changed: %v", snapshot)
	}
}

func TestLogIsBounded(t *testing.T) {
	var l Log
	var batch []event.Event
	for i := range uint64(MaxEvents) {
		batch = append(batch, at(i+1)...)
	}
	l.Add(batch)
	l.Add(at(MaxEvents+1, MaxEvents+2))
	if n := len(l.Events()); n != MaxEvents || l.Events()[0].Seq != 3 {
		t.Errorf("%d events from %d", n, l.Events()[0].Seq)
	}
}
