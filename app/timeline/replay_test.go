package timeline

import (
	"testing"

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
