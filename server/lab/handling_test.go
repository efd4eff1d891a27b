package lab

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/server/store"
)

// ledger stands for a party's document.
type ledger struct {
	Spent int `json:"spent"`
}

// newTurn returns a turn in a new lab with the switches, and the ledger of its party.
func (b *bench) newTurn(switches guard.Switches) (*Handling, store.Documents[ledger]) {
	b.Helper()
	l, _ := b.create()
	if switches != nil {
		var err error
		l, err = b.labs.Change(b.Context(), l.ID, Change{Switches: func(guard.Switches) (guard.Switches, error) { return switches, nil }})
		if err != nil {
			b.Fatal(err)
		}
	}
	docs := store.For[ledger](b.labs.Store, store.Auth)
	if err := docs.Create(b.Context(), l.ID, ledger{}); err != nil {
		b.Fatal(err)
	}
	return &Handling{Lab: l, Party: event.Auth, Request: "request-1", Flow: "flow-1"}, docs
}

// told returns what was told behind the position before.
func (b *bench) told(id uuid.UUID, before uint64) []event.Event {
	b.Helper()
	return b.log(id, before)
}

func (b *bench) last(id uuid.UUID) uint64 {
	b.Helper()
	last, err := b.labs.Store.Last(b.Context(), id)
	if err != nil {
		b.Fatal(err)
	}
	return last
}

// line is that of the caller, so that a test knows where itself stands.
func line() int {
	_, _, line, _ := runtime.Caller(1)
	return line
}

func TestEnforce(t *testing.T) {
	reason := errors.New("the verifier does not fit the challenge")
	tests := []struct {
		name     string
		switches guard.Switches
		reason   error
		outcome  event.Outcome
		text     string
		refused  bool
	}{
		{"a guard that finds nothing passes", nil, nil, event.Passed, "", false},
		{"a guard that is on refuses", nil, reason, event.Refused, reason.Error(), true},
		{"a guard that is off would refuse, and the flow goes on", guard.Switches{guard.IDPKCE: "off"}, reason, event.WouldRefuse, reason.Error(), false},
		{"a guard that is off and finds nothing passes", guard.Switches{guard.IDPKCE: "off"}, nil, event.Passed, "", false},
		{"another guard's switch does not count", guard.Switches{guard.IDCodeExpiry: "off"}, reason, event.Refused, reason.Error(), true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t)
			turn, docs := b.newTurn(tt.switches)
			before := b.last(turn.ID)
			var where int
			verdict, err := Update(t.Context(), turn, docs, func(_ *ledger, t *Handling) (error, error) {
				where = line() + 1
				verdict := t.Enforce(guard.IDPKCE, tt.reason)
				return verdict, nil
			})
			if err != nil {
				t.Fatal(err)
			}

			var refusal *guard.Refusal
			if errors.As(verdict, &refusal) != tt.refused {
				t.Errorf("Enforce returns %v", verdict)
			}
			if tt.refused && (refusal.Guard != guard.IDPKCE || refusal.Reason != tt.text) {
				t.Errorf("the refusal is %+v", refusal)
			}
			if !tt.refused && verdict != nil {
				t.Errorf("Enforce returns %v, want nil", verdict)
			}
			told := b.told(turn.ID, before)
			if len(told) != 1 {
				t.Fatalf("told %+v", told)
			}
			e := told[0]
			if e.From != event.Auth || e.Re != "request-1" || e.Flow != "flow-1" || !e.Time.Equal(noon) {
				t.Errorf("the event is %+v", e)
			}
			want := &event.Verdict{
				Guard: "pkce.verify", Outcome: tt.outcome, Reason: tt.text,
				Where: event.Where{File: "server/lab/handling_test.go", Line: where},
			}
			if diff := cmp.Diff(want, e.Verdict); diff != "" {
				t.Errorf("the verdict (+ is, - should be):\n%s", diff)
			}
		})
	}
}

// What a chapter does not have yet neither refuses nor speaks.
func TestAGuardOfALaterChapterSaysNothing(t *testing.T) {
	b := newBench(t)
	turn, docs := b.newTurn(nil)
	turn.Settings.Chapter = "v01" // PKCE comes with v03
	before := b.last(turn.ID)
	verdict, err := Update(t.Context(), turn, docs, func(_ *ledger, t *Handling) (error, error) {
		return t.Enforce(guard.IDPKCE, errors.New("the verifier does not fit")), nil
	})
	if err != nil || verdict != nil {
		t.Errorf("Enforce returns %v, %v", verdict, err)
	}
	if told := b.told(turn.ID, before); len(told) != 0 {
		t.Errorf("told %+v", told)
	}
}

func TestARefusalIsAResultAndCommits(t *testing.T) {
	b := newBench(t)
	turn, docs := b.newTurn(nil)
	before := b.last(turn.ID)
	refusal, err := Update(t.Context(), turn, docs, func(doc *ledger, t *Handling) (error, error) {
		if err := t.Enforce(guard.IDCodeSingleUse, errors.New("spent")); err != nil {
			doc.Spent = 7 // what the refusal caused, such as a revocation
			t.Changed("token", "revoked", "key-1", event.ChangeField{Name: "alive", From: "true", To: "false"})
			return err, nil
		}
		return nil, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if refusal == nil || refusal.Error() != "code-single-use.refuse: spent" {
		t.Errorf("the result is %v", refusal)
	}
	if doc, err := docs.Get(t.Context(), turn.ID); err != nil || doc.Spent != 7 {
		t.Errorf("the document is %+v, %v", doc, err)
	}
	told := b.told(turn.ID, before)
	if len(told) != 2 || told[0].Verdict == nil || told[1].Change == nil {
		t.Fatalf("told %+v", told)
	}
	want := &event.Change{
		What: "token", Action: "revoked", Key: "key-1",
		Fields: []event.ChangeField{{Name: "alive", From: "true", To: "false"}},
	}
	if diff := cmp.Diff(want, told[1].Change); diff != "" {
		t.Error(diff)
	}
}

func TestAnErrorAbortsAndTellsNothing(t *testing.T) {
	b := newBench(t)
	turn, docs := b.newTurn(nil)
	before := b.last(turn.ID)
	fault := errors.New("the disk is full")
	_, err := Update(t.Context(), turn, docs, func(doc *ledger, t *Handling) (string, error) {
		doc.Spent = 7
		t.Noted(event.NoteLoginRefused, "told too early")
		t.Changed("code", "spent", "key-1")
		_ = t.Enforce(guard.IDPKCE, nil)
		return "", fmt.Errorf("spend: %w", fault)
	})
	if !errors.Is(err, fault) {
		t.Errorf("update: %v", err)
	}
	if doc, err := docs.Get(t.Context(), turn.ID); err != nil || doc.Spent != 0 {
		t.Errorf("the document is %+v, %v", doc, err)
	}
	if told := b.told(turn.ID, before); len(told) != 0 {
		t.Errorf("told %+v", told)
	}
}

func TestNotedJoinsTheLogAsTheParty(t *testing.T) {
	b := newBench(t)
	turn, docs := b.newTurn(nil)
	before := b.last(turn.ID)
	_, err := Update(t.Context(), turn, docs, func(_ *ledger, t *Handling) (struct{}, error) {
		t.Noted(event.NoteOutOfBounds, "outside", event.Field{Name: "redirect_uri", Value: "http://evil.test"})
		return struct{}{}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	told := b.told(turn.ID, before)
	if len(told) != 1 || told[0].From != event.Auth || told[0].Flow != "flow-1" || told[0].Re != "request-1" ||
		told[0].Note.Name != event.NoteOutOfBounds || told[0].Note.Get("redirect_uri") != "http://evil.test" {
		t.Errorf("told %+v", told)
	}
}

// An event that would be lost is a mistake in the program, found at once.
func TestATurnOutsideUpdatePanics(t *testing.T) {
	for name, speak := range map[string]func(*Handling){
		"a verdict": func(t *Handling) { t.Enforce(guard.IDPKCE, nil) }, //nolint:errcheck // it panics
		"a change":  func(t *Handling) { t.Changed("code", "spent", "key-1") },
		"a note":    func(t *Handling) { t.Noted(event.NoteLoginRefused, "wrong") },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if said := fmt.Sprint(recover()); !strings.Contains(said, "outside Update") {
					t.Errorf("it panics with %q", said)
				}
			}()
			speak(&Handling{Lab: &Lab{now: func() time.Time { return noon }}, Party: event.Auth})
		})
	}
}

// The turn that a handler holds stays outside, even while and after it updates.
func TestTheOuterTurnPanicsDuringAndAfterItsUpdate(t *testing.T) {
	b := newBench(t)
	turn, docs := b.newTurn(nil)
	panics := func() (did bool) {
		defer func() { did = recover() != nil }()
		turn.Noted(event.NoteLoginRefused, "lost")
		return false
	}
	during, err := Update(t.Context(), turn, docs, func(*ledger, *Handling) (bool, error) { return panics(), nil })
	if err != nil || !during {
		t.Errorf("during its update it panics: %v, %v", during, err)
	}
	if !panics() {
		t.Error("after its update it takes an event that nobody stores")
	}
}

// However many requests race for a code, one spends it, and each tells its own.
func TestRacingUpdatesEachSeeTheOthers(t *testing.T) {
	const racers = 12
	b := newBench(t)
	turn, docs := b.newTurn(nil)
	before := b.last(turn.ID)
	results := make([]int, racers)
	var all sync.WaitGroup
	for i := range racers {
		all.Go(func() {
			mine := *turn
			mine.Request = fmt.Sprint("request-", i)
			var err error
			results[i], err = Update(b.Context(), &mine, docs, func(doc *ledger, t *Handling) (int, error) {
				doc.Spent++
				t.Changed("code", "spent", fmt.Sprint(doc.Spent))
				return doc.Spent, nil
			})
			if err != nil {
				b.Error(err)
			}
		})
	}
	all.Wait()
	seen := map[int]bool{}
	for _, r := range results {
		if r < 1 || r > racers || seen[r] {
			t.Errorf("the results are %v", results)
			break
		}
		seen[r] = true
	}
	told := b.told(turn.ID, before)
	if len(told) != racers {
		t.Fatalf("%d events are told, want %d", len(told), racers)
	}
	for i, e := range told {
		if e.Change.Key != fmt.Sprint(i+1) {
			t.Errorf("event %d tells the change %s", i, e.Change.Key)
		}
		if want := fmt.Sprint("request-", indexIn(results, i+1)); e.Re != want {
			t.Errorf("change %d belongs to %s, want %s", i+1, e.Re, want)
		}
	}
}

func indexIn(list []int, value int) int {
	for i, v := range list {
		if v == value {
			return i
		}
	}
	return -1
}
