package timeline

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"oauthlab/lessons/event"
)

// A replay that has come to its end shows what there is, and each step shows one row
// more than the one before.
func TestAReplayAddsARowAStep(t *testing.T) {
	for name, events := range map[string][]event.Event{
		"a run":                record(aRun),
		"an attack":            record(won),
		"an attack after it":   record(aRun, won),
		"a run after attack":   record(won, aRun),
		"one that began again": record(begun, aRun),
	} {
		t.Run(name, func(t *testing.T) {
			whole := Reduce(events)
			for _, band := range whole.Bands {
				frames := Frames(whole, events, band.Key)
				if len(frames) == 0 {
					t.Fatalf("the band %s has nothing to replay", band.Title)
				}
				for i, f := range frames {
					rows := rowsOf(Reduce(Until(events, f.Until)), band.Key)
					if len(rows) != i+1 || rows[i].Seq != f.Seq {
						t.Errorf("step %d of %s shows %d rows", i+1, band.Title, len(rows))
					}
					if f.Text == "" {
						t.Errorf("step %d of %s says nothing", i+1, band.Title)
					}
					if whole := rowsOf(whole, band.Key)[i]; len(rows) > i && len(rows[i].Pills) > len(whole.Pills) {
						t.Errorf("step %d of %s shows verdicts of later", i+1, band.Title)
					}
				}
				if last := rowsOf(Reduce(Until(events, frames[len(frames)-1].Until)), band.Key); len(last) != len(band.Rows) {
					t.Errorf("the end of %s shows %d of %d rows", band.Title, len(last), len(band.Rows))
				}
			}
		})
	}
	if Frames(Reduce(record(aRun)), record(aRun), "nonsense") != nil {
		t.Error("a band that is not there has steps")
	}
}

func rowsOf(v View, key string) []Row {
	for _, b := range v.Bands {
		if b.Key == key {
			return b.Rows
		}
	}
	return nil
}

// A replay ends with the last message, whatever was switched or opened after it.
func TestAReplayEndsWithItsLastMessage(t *testing.T) {
	leaves := func(r *recording) {
		r.flow = ""
		r.change(event.Lab, "chapter", "switched", "", event.ChangeField{Name: "chapter", From: "v03", To: "v01"})
	}
	for name, after := range map[string][]func(*recording){
		"a switch": {on, off}, "another attack": {lost}, "another chapter": {leaves}, "nothing": nil,
	} {
		t.Run(name, func(t *testing.T) {
			events := record(append([]func(*recording){won}, after...)...)
			whole := Reduce(events)
			frames := Frames(whole, events, whole.Bands[0].Key)
			last := frames[len(frames)-1]
			if last.Text != "Mallory holds Alice's token" {
				t.Errorf("it ends with %q", last.Text)
			}
			if alice := Reduce(Until(events, last.Until)).Alice; alice.Page != PageClient || !alice.Played || !alice.Over {
				t.Errorf("Alice's browser shows %q then, played %v", alice.Page, alice.Played)
			}
		})
	}
}

// Time that passes in an attack is a step of its story, and a client's giving up is told once,
// by the name of the check.
func TestAStoryTellsTimeAndReason(t *testing.T) {
	note := func(seq uint64, name, text string, from event.Party, fields ...event.Field) event.Event {
		return event.Event{Seq: seq, Kind: event.KindNote, From: from, Note: &event.Note{Name: name, Text: text, Fields: fields}}
	}
	events := []event.Event{
		note(1, event.NoteAttackBegins, "", event.Lab, event.Field{Name: "attack", Value: "late-code"}),
		{Seq: 2, Kind: event.KindChange, From: event.Lab, Change: &event.Change{What: "clock", Action: "moved", Fields: []event.ChangeField{{Name: "offset", From: "1h0m0s", To: "1h11m0s"}}}},
		note(3, event.NoteFlowFailed, "The client gives up: state.forget: this state came back before", event.Client,
			event.Field{Name: "error", Value: "state.forget: this state came back before"}),
		note(4, event.NoteAttackEnds, "", event.Lab, event.Field{Name: "attack", Value: "late-code"}, event.Field{Name: "outcome", Value: "stopped"}, event.Field{Name: "by", Value: "code-entropy"}),
	}
	var says []string
	for _, f := range Frames(Reduce(events), events, "attack-1") {
		says = append(says, f.Says)
	}
	want := []string{"11 minutes pass.", "Alice's client gives up: state reuse: this state came back before.", "Stopped by Code entropy. Nobody had to refuse: the server makes codes random."}
	if diff := cmp.Diff(want, says); diff != "" {
		t.Error(diff)
	}
}
