package timeline

import (
	"reflect"
	"testing"

	"oauthlab/lessons/event"
)

// However a log came about, it is drawn as if it had been read at once; also when more
// went through it than it keeps.
func TestALogThatGrowsIsDrawnAsIfReadAtOnce(t *testing.T) {
	var story []func(*recording)
	for range 4 {
		story = append(story, aRun, off, won, on, lost)
	}
	events := record(story...)
	var log Log
	for at := 0; at < len(events); at += 7 {
		log.Add(events[at:min(at+7, len(events))])
		checkMemo(t, &log)
	}
	long := len(events)
	for round := 1; round*long < 3*MaxEvents; round++ {
		log.Add(shifted(events, uint64(round*long)))
		log.View()
		log.Progress(Lesson{Steps: chapter})
	}
	checkMemo(t, &log)
	if n := log.known.size(); n == 0 || n > 2*MaxEvents {
		t.Errorf("it remembers %d events", n)
	}
}

func (m *memo) size() int { return max(len(m.marks), len(m.lines)) }

func checkMemo(t *testing.T, l *Log) {
	t.Helper()
	if !reflect.DeepEqual(l.View(), Reduce(l.Events())) {
		t.Fatalf("the view of %d events is another one", len(l.Events()))
	}
	if !reflect.DeepEqual(l.Progress(Lesson{Steps: chapter}), Progress(Lesson{Steps: chapter}, l.Events())) {
		t.Fatalf("the progress of %d events is another one", len(l.Events()))
	}
}

// shifted returns the events as they come later.
func shifted(events []event.Event, by uint64) []event.Event {
	later := make([]event.Event, len(events))
	for i, e := range events {
		e.Seq += by
		later[i] = e
	}
	return later
}
