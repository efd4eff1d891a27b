package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/nats-io/nats.go/jetstream"

	"oauthlab/lessons/event"
	"oauthlab/lessons/frame"
)

// suiteBound is Options.MaxEventsPerLab of the stores that the suite runs on. It
// is more than what waits in memory for a follower.
const suiteBound = syncQueue + 100

// state is a document of the tests.
type state struct {
	Count int
	Codes []string
	Text  string
}

// note is the smallest valid event.
func note(id string) event.Event {
	return event.Event{V: event.Version, ID: id, From: event.Client, Kind: event.KindNote, Note: &event.Note{Name: "test", Text: id}}
}

func notes(prefix string, n int) []event.Event {
	all := make([]event.Event, n)
	for i := range all {
		all[i] = note(fmt.Sprintf("%s%d", prefix, i+1))
	}
	return all
}

// errEnough is what a test's each returns when it has what it waits for.
var errEnough = errors.New("enough")

// replay returns the log of the lab behind a position.
func replay(t *testing.T, s *Store, lab uuid.UUID, after uint64) []event.Event {
	t.Helper()
	var got []event.Event
	err := s.Events(t.Context(), lab, after, func(e event.Event) error {
		got = append(got, e)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// follow returns the next n events that a follower gets.
func follow(t *testing.T, s *Store, lab uuid.UUID, after uint64, n int) []event.Event {
	t.Helper()
	var got []event.Event
	err := s.Follow(t.Context(), lab, after, func(e event.Event) error {
		got = append(got, e)
		if len(got) == n {
			return errEnough
		}
		return nil
	})
	if err != errEnough {
		t.Fatalf("follow ended with %v, want the very error of each", err)
	}
	return got
}

// line writes events as "1:a 2:b gap(3-7) 7:c".
func line(events []event.Event) string {
	var words []string
	for _, e := range events {
		if e.Kind == event.KindGap {
			words = append(words, fmt.Sprintf("gap(%d-%d)", e.Gap.After, e.Gap.Next))
			continue
		}
		words = append(words, fmt.Sprintf("%d:%s", e.Seq, e.ID))
	}
	return strings.Join(words, " ")
}

// numbered is what line writes for notes(prefix, ...) from position seq on.
func numbered(prefix string, seq, first, last int) string {
	var words []string
	for i := first; i <= last; i++ {
		words = append(words, fmt.Sprintf("%d:%s%d", seq+i-first, prefix, i))
	}
	return strings.Join(words, " ")
}

func wantLine(t *testing.T, got []event.Event, want string) {
	t.Helper()
	if diff := cmp.Diff(strings.Fields(want), strings.Fields(line(got))); diff != "" {
		t.Errorf("log (-want +got):\n%s", diff)
	}
}

// wantDense fails unless the events are positions 1 to n, each ID once.
func wantDense(t *testing.T, got []event.Event, n int) {
	t.Helper()
	if len(got) != n {
		t.Errorf("%d events, want %d", len(got), n)
	}
	ids := make(map[string]bool)
	for i, e := range got {
		if e.Seq != uint64(i+1) {
			t.Fatalf("event %d has position %d", i+1, e.Seq)
		}
		if ids[e.ID] {
			t.Errorf("event %s stands twice in the log", e.ID)
		}
		ids[e.ID] = true
	}
}

func mustAppend(t *testing.T, s *Store, lab uuid.UUID, events ...event.Event) uint64 {
	t.Helper()
	last, err := s.Append(t.Context(), lab, events...)
	if err != nil {
		t.Fatal(err)
	}
	return last
}

func mustCreate(t *testing.T, s *Store, lab uuid.UUID, doc state, events ...event.Event) Documents[state] {
	t.Helper()
	d := For[state](s, Auth)
	if err := d.Create(t.Context(), lab, doc, events...); err != nil {
		t.Fatal(err)
	}
	return d
}

// mustLoad reads the document of kind Auth as it stands.
func mustLoad(t *testing.T, s *Store, lab uuid.UUID) version {
	t.Helper()
	p, err := s.load(t.Context(), lab, keyOf(lab, Auth))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// testStore is what every store must hold, wherever its server runs. It is given
// two clients of one server, which know nothing of each other's memory. Where a
// test needs a process that died, it stops one client half-way and goes on with
// the other.
func testStore(t *testing.T, s, other *Store) {
	t.Run("a document is created once, read and changed", func(t *testing.T) {
		ctx, lab := t.Context(), uuid.New()
		d := For[state](s, Auth)
		if _, err := d.Get(ctx, lab); !errors.Is(err, ErrNotFound) {
			t.Errorf("get before create: %v", err)
		}
		err := d.Update(ctx, lab, func(*state, *Outbox) error { t.Error("apply ran on nothing"); return nil })
		if !errors.Is(err, ErrNotFound) {
			t.Errorf("update before create: %v", err)
		}
		if err := d.Create(ctx, lab, state{Text: "first"}, note("created")); err != nil {
			t.Fatal(err)
		}
		if err := d.Create(ctx, lab, state{Text: "second"}, note("never")); !errors.Is(err, ErrExists) {
			t.Errorf("second create: %v", err)
		}
		err = d.Update(ctx, lab, func(doc *state, out *Outbox) error {
			doc.Count++
			out.Add(note("counted"))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		got, err := For[state](other, Auth).Get(ctx, lab)
		if diff := cmp.Diff(state{Count: 1, Text: "first"}, got); diff != "" || err != nil {
			t.Errorf("document: %v\n%s", err, diff)
		}
		wantLine(t, replay(t, other, lab, 0), "1:created 2:counted")
		if _, err := For[state](s, API).Get(ctx, lab); !errors.Is(err, ErrNotFound) {
			t.Errorf("another kind: %v", err)
		}
		if _, err := d.Get(ctx, uuid.New()); !errors.Is(err, ErrNotFound) {
			t.Errorf("another lab: %v", err)
		}
	})

	t.Run("of 64 racers for one code one wins, and no change is lost", func(t *testing.T) {
		lab := uuid.New()
		mustCreate(t, s, lab, state{Codes: []string{"code"}})
		var wins atomic.Int32
		var racers sync.WaitGroup
		for i := range 64 {
			client := []*Store{s, other}[i%2]
			racers.Go(func() {
				won := false
				err := For[state](client, Auth).Update(t.Context(), lab, func(doc *state, out *Outbox) error {
					won = len(doc.Codes) > 0
					doc.Codes = nil
					doc.Count++
					out.Add(note(fmt.Sprintf("%d-first", i)))
					out.Add(note(fmt.Sprintf("%d-second", i)))
					return nil
				})
				if err != nil {
					t.Error(err)
				}
				if won {
					wins.Add(1)
				}
			})
		}
		racers.Wait()
		got, err := For[state](s, Auth).Get(t.Context(), lab)
		if err != nil || got.Count != 64 || wins.Load() != 1 {
			t.Errorf("count %d, want 64; winners %d, want 1; %v", got.Count, wins.Load(), err)
		}
		events := replay(t, s, lab, 0)
		wantDense(t, events, 128)
		for i := 0; i+1 < len(events); i += 2 {
			if a, b := events[i].ID, events[i+1].ID; strings.TrimSuffix(a, "first") != strings.TrimSuffix(b, "second") {
				t.Errorf("%s and %s stand side by side: two changes mixed", a, b)
			}
		}
	})

	t.Run("events of one document stand in the log in the order of its changes", func(t *testing.T) {
		lab := uuid.New()
		mustCreate(t, s, lab, state{})
		var racers sync.WaitGroup
		for i := range 8 {
			client := []*Store{s, other}[i%2]
			racers.Go(func() {
				for range 8 {
					err := For[state](client, Auth).Update(t.Context(), lab, func(doc *state, out *Outbox) error {
						doc.Count++
						out.Add(note(fmt.Sprintf("change%d", doc.Count)))
						return nil
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		racers.Wait()
		wantLine(t, replay(t, s, lab, 0), numbered("change", 1, 1, 64))
	})

	t.Run("an error of apply saves and appends nothing", func(t *testing.T) {
		lab := uuid.New()
		d := mustCreate(t, s, lab, state{Count: 7})
		fault := errors.New("a fault")
		err := d.Update(t.Context(), lab, func(doc *state, out *Outbox) error {
			doc.Count = 8
			out.Add(note("never"))
			return fault
		})
		if !errors.Is(err, fault) {
			t.Errorf("update: %v", err)
		}
		if got, err := d.Get(t.Context(), lab); err != nil || got.Count != 7 {
			t.Errorf("document %+v, %v", got, err)
		}
		wantLine(t, replay(t, s, lab, 0), "")
	})

	t.Run("each attempt gets a fresh document and a fresh outbox", func(t *testing.T) {
		lab := uuid.New()
		d := mustCreate(t, s, lab, state{})
		attempts := 0
		err := d.Update(t.Context(), lab, func(doc *state, out *Outbox) error {
			if attempts++; attempts == 1 {
				err := For[state](other, Auth).Update(t.Context(), lab, func(doc *state, out *Outbox) error {
					doc.Codes = append(doc.Codes, "other")
					out.Add(note("other"))
					return nil
				})
				if err != nil {
					t.Error(err)
				}
			}
			doc.Codes = append(doc.Codes, "mine")
			out.Add(note("mine"))
			return nil
		})
		got, getErr := d.Get(t.Context(), lab)
		if diff := cmp.Diff(state{Codes: []string{"other", "mine"}}, got); diff != "" || err != nil || getErr != nil || attempts != 2 {
			t.Errorf("%d attempts, %v, %v\n%s", attempts, err, getErr, diff)
		}
		wantLine(t, replay(t, s, lab, 0), "1:other 2:mine")
	})

	t.Run("what is too large or not valid is refused, and the old version stays", func(t *testing.T) {
		lab := uuid.New()
		d := mustCreate(t, s, lab, state{Text: "old"})
		long := strings.Repeat("x", s.options.MaxDocument)
		big := note("big")
		big.Note.Text = strings.Repeat("x", MaxEvent)
		half := note("half")
		half.Note.Text = strings.Repeat("x", MaxEvent*9/10)
		for name, apply := range map[string]func(*state, *Outbox) error{
			"document": func(doc *state, _ *Outbox) error { doc.Text = long; return nil },
			"event":    func(doc *state, out *Outbox) error { doc.Text = "new"; out.Add(big); return nil },
			"outbox": func(doc *state, out *Outbox) error {
				doc.Text = "new"
				for range 5 {
					out.Add(half)
				}
				return nil
			},
		} {
			if err := d.Update(t.Context(), lab, apply); !errors.Is(err, ErrTooLarge) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := d.Create(t.Context(), uuid.New(), state{Text: long}); !errors.Is(err, ErrTooLarge) {
			t.Errorf("create: %v", err)
		}
		if _, err := s.Append(t.Context(), lab, big); !errors.Is(err, ErrTooLarge) {
			t.Errorf("append: %v", err)
		}
		if _, err := s.Append(t.Context(), lab, note("fine"), event.Event{ID: "empty"}); err == nil {
			t.Error("an event without a body was appended")
		}
		gap := event.Event{V: event.Version, ID: "gap", From: event.Lab, Kind: event.KindGap, Gap: &event.Gap{}}
		if _, err := s.Append(t.Context(), lab, gap); err == nil {
			t.Error("a gap was appended")
		}
		if got, err := d.Get(t.Context(), lab); err != nil || got.Text != "old" {
			t.Errorf("document %q, %v", got.Text, err)
		}
		wantLine(t, replay(t, s, lab, 0), "")
		// Exactly at the bounds all of it fits.
		err := d.Update(t.Context(), lab, func(doc *state, out *Outbox) error {
			doc.Text = long[:s.options.MaxDocument-len(`{"Count":0,"Codes":null,"Text":""}`)]
			for i := range 4 {
				e := half
				e.ID = fmt.Sprint("half", i)
				out.Add(e)
			}
			return nil
		})
		if err != nil {
			t.Errorf("a document at the bound: %v", err)
		}
		wantLine(t, replay(t, s, lab, 0), "1:half0 2:half1 3:half2 4:half3")
	})

	t.Run("an ended context changes nothing", func(t *testing.T) {
		lab := uuid.New()
		d := mustCreate(t, s, lab, state{Count: 1})
		ctx, cancel := context.WithCancel(t.Context())
		err := d.Update(ctx, lab, func(doc *state, out *Outbox) error {
			doc.Count++
			out.Add(note("never"))
			cancel()
			return nil
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("update: %v", err)
		}
		if got, _ := d.Get(t.Context(), lab); got.Count != 1 {
			t.Errorf("count %d", got.Count)
		}
		wantLine(t, replay(t, s, lab, 0), "")
	})

	t.Run("many appenders leave no hole", func(t *testing.T) {
		lab := uuid.New()
		var racers sync.WaitGroup
		for i := range 8 {
			client := []*Store{s, other}[i%2]
			racers.Go(func() {
				for j := range 10 {
					e := []event.Event{note(fmt.Sprintf("%d-%d-a", i, j)), note(fmt.Sprintf("%d-%d-b", i, j))}
					last, err := client.Append(t.Context(), lab, e...)
					if err != nil || last < 2 {
						t.Errorf("last %d, %v", last, err)
					}
				}
			})
		}
		racers.Wait()
		events := replay(t, s, lab, 0)
		wantDense(t, events, 160)
		place := make(map[string]int)
		for i, e := range events {
			place[e.ID] = i
		}
		for i := range 8 {
			for j := range 10 {
				a, b := place[fmt.Sprintf("%d-%d-a", i, j)], place[fmt.Sprintf("%d-%d-b", i, j)]
				if a > b {
					t.Errorf("appender %d: its events stand in the wrong order", i)
				}
			}
		}
		if last, err := other.Last(t.Context(), lab); err != nil || last != 160 {
			t.Errorf("last %d, %v", last, err)
		}
	})

	t.Run("an event appended again is stored once", func(t *testing.T) {
		lab, neighbour := uuid.New(), uuid.New()
		mustAppend(t, s, lab, notes("e", 3)...)
		if last := mustAppend(t, s, lab, notes("e", 2)...); last != 3 {
			t.Errorf("last %d, want 3", last)
		}
		if last := mustAppend(t, other, lab, notes("e", 4)...); last != 4 {
			t.Errorf("last %d, want 4", last)
		}
		// The same ids in another lab are other events.
		if last := mustAppend(t, s, neighbour, notes("e", 2)...); last != 2 {
			t.Errorf("neighbour's last %d, want 2", last)
		}
		wantLine(t, replay(t, s, lab, 0), "1:e1 2:e2 3:e3 4:e4")
	})

	t.Run("an old event appended once more is stored once", func(t *testing.T) {
		lab := uuid.New()
		appendUnseen(t, s, lab, 1, note("old"))
		mustAppend(t, s, lab, note("between"))
		last, err := other.AppendOnce(t.Context(), lab, note("old"), note("new"))
		if err != nil || last != 3 {
			t.Errorf("last %d, %v", last, err)
		}
		wantLine(t, replay(t, s, lab, 0), "1:old 2:between 3:new")
	})

	crashed := func(t *testing.T) (uuid.UUID, version) {
		t.Helper()
		lab := uuid.New()
		d := mustCreate(t, s, lab, state{}, note("created"))
		was := mustLoad(t, s, lab)
		p, err := d.commit(t.Context(), lab, was, state{Count: 1}, notes("out", 3))
		if err != nil {
			t.Fatal(err)
		}
		return lab, p
	}

	for name, touch := range map[string]func(t *testing.T, lab uuid.UUID) error{
		"reading the log": func(t *testing.T, lab uuid.UUID) error {
			return other.Events(t.Context(), lab, 0, func(event.Event) error { return nil })
		},
		"following the log": func(t *testing.T, lab uuid.UUID) error {
			follow(t, other, lab, 0, 4)
			return nil
		},
		"reading the document": func(t *testing.T, lab uuid.UUID) error {
			_, err := For[state](other, Auth).Get(t.Context(), lab)
			return err
		},
		"changing the document": func(t *testing.T, lab uuid.UUID) error {
			return For[state](other, Auth).Update(t.Context(), lab, func(*state, *Outbox) error { return nil })
		},
	} {
		t.Run("a death before the append is mended by "+name, func(t *testing.T) {
			lab, _ := crashed(t)
			if err := touch(t, lab); err != nil {
				t.Fatal(err)
			}
			wantTold(t, s, lab)
			wantLine(t, replay(t, s, lab, 0), "1:created 2:out1 3:out2 4:out3")
		})

		t.Run("a death in the midst of the append is mended by "+name, func(t *testing.T) {
			lab, _ := crashed(t)
			// The first was appended so long ago that the server forgot its id,
			// and others have written since.
			appendUnseen(t, s, lab, 2, note("out1"))
			mustAppend(t, s, lab, note("between"))
			if err := touch(t, lab); err != nil {
				t.Fatal(err)
			}
			wantTold(t, s, lab)
			wantLine(t, replay(t, s, lab, 0), "1:created 2:out1 3:between 4:out2 5:out3")
		})

		t.Run("a death before the clearing is mended by "+name, func(t *testing.T) {
			lab, _ := crashed(t)
			for i, e := range notes("out", 3) {
				appendUnseen(t, s, lab, uint64(i+2), e)
			}
			if err := touch(t, lab); err != nil {
				t.Fatal(err)
			}
			wantTold(t, s, lab)
			wantLine(t, replay(t, s, lab, 0), "1:created 2:out1 3:out2 4:out3")
		})
	}

	t.Run("a process that wakes after another finished its work does nothing twice", func(t *testing.T) {
		lab, p := crashed(t)
		for i, e := range notes("out", 3) {
			appendUnseen(t, other, lab, uint64(i+2), e)
		}
		d := For[state](other, Auth)
		err := d.Update(t.Context(), lab, func(_ *state, out *Outbox) error { out.Add(note("later")); return nil })
		if err != nil {
			t.Fatal(err)
		}
		if err := s.finish(t.Context(), lab, p.out); err != nil {
			t.Errorf("finish: %v", err)
		}
		wantLine(t, replay(t, s, lab, 0), "1:created 2:out1 3:out2 4:out3 5:later")
	})

	t.Run("a change tells its predecessor's events before its own", func(t *testing.T) {
		lab, _ := crashed(t)
		err := For[state](other, Auth).Update(t.Context(), lab, func(doc *state, out *Outbox) error {
			doc.Count++
			out.Add(note("mine"))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		wantLine(t, replay(t, s, lab, 0), "1:created 2:out1 3:out2 4:out3 5:mine")
		if got, err := For[state](s, Auth).Get(t.Context(), lab); err != nil || got.Count != 2 {
			t.Errorf("count %d, %v", got.Count, err)
		}
	})

	t.Run("a log is read from any position", func(t *testing.T) {
		lab := uuid.New()
		for i, e := range notes("e", 40) {
			mustAppend(t, s, lab, e)
			if i%3 == 0 {
				mustAppend(t, s, uuid.New(), note("noise")) // places of one log are not side by side
			}
		}
		for after := range 40 {
			wantLine(t, replay(t, s, lab, uint64(after)), numbered("e", after+1, after+1, 40))
		}
		wantLine(t, replay(t, s, lab, 40), "")
	})

	t.Run("a follower reads, then hears, and resumes without repeat", func(t *testing.T) {
		lab := uuid.New()
		mustAppend(t, s, lab, notes("e", 5)...)
		var got []event.Event
		err := other.Follow(t.Context(), lab, 3, func(e event.Event) error {
			got = append(got, e)
			switch e.Seq {
			case 5: // the end of what there was
				mustAppend(t, s, lab, note("e6"))
			case 6:
				mustAppend(t, other, lab, note("e7"))
			case 7:
				return errEnough
			}
			return nil
		})
		if err != errEnough {
			t.Fatal(err)
		}
		wantLine(t, got, numbered("e", 4, 4, 7))
		mustAppend(t, s, lab, note("e8"))
		wantLine(t, follow(t, other, lab, 7, 1), "8:e8")
	})

	t.Run("followers of a busy log get everything once", func(t *testing.T) {
		lab := uuid.New()
		const n = 300
		var all sync.WaitGroup
		for i := range 16 {
			client := []*Store{s, other}[i%2]
			all.Go(func() {
				var got []event.Event
				err := client.Follow(t.Context(), lab, 0, func(e event.Event) error {
					if got = append(got, e); e.Seq == n {
						return errEnough
					}
					return nil
				})
				if err != errEnough {
					t.Error(err)
				}
				wantDense(t, got, n)
			})
		}
		for i := range 3 {
			all.Go(func() {
				for j := range n / 3 {
					if _, err := s.Append(t.Context(), lab, note(fmt.Sprintf("%d-%d", i, j))); err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
	})

	t.Run("a position pushed out of the log is a gap", func(t *testing.T) {
		lab := uuid.New()
		mustAppend(t, s, lab, notes("e", suiteBound+10)...)
		want := "gap(4-11) " + numbered("e", 11, 11, suiteBound+10)
		wantLine(t, replay(t, s, lab, 4), want)
		wantLine(t, follow(t, other, lab, 4, suiteBound+1), want)
		wantLine(t, replay(t, s, lab, 0), strings.Replace(want, "gap(4", "gap(0", 1))
		wantLine(t, replay(t, s, lab, 9), strings.Replace(want, "gap(4", "gap(9", 1))
		wantLine(t, replay(t, s, lab, 10), strings.TrimPrefix(want, "gap(4-11) "))
	})

	t.Run("a stuck follower holds up nobody and misses nothing that the log has", func(t *testing.T) {
		lab := uuid.New()
		mustAppend(t, s, lab, note("e1"))
		stuck, free := make(chan struct{}), make(chan struct{})
		const n = syncQueue + 50 // more than waits in memory, less than the log holds
		result := make(chan []event.Event, 1)
		go func() {
			var got []event.Event
			err := other.Follow(t.Context(), lab, 0, func(e event.Event) error {
				got = append(got, e)
				switch e.Seq {
				case 1:
					close(stuck)
					<-free
				case n + 1: // the last, which the feed dropped
					return errEnough
				}
				return nil
			})
			if err != errEnough {
				t.Error(err)
			}
			result <- got
		}()
		<-stuck
		for _, e := range notes("e", n+1)[1:] {
			mustAppend(t, s, lab, e) // returns though the follower stands still
		}
		close(free)
		wantLine(t, <-result, numbered("e", 1, 1, n+1))
	})

	t.Run("a follower stuck for longer than the log remembers gets a gap", func(t *testing.T) {
		lab := uuid.New()
		mustAppend(t, s, lab, note("e1"))
		var got []event.Event
		const n = 2 * suiteBound
		err := other.Follow(t.Context(), lab, 0, func(e event.Event) error {
			got = append(got, e)
			if e.Seq == 1 {
				for _, e := range notes("e", n)[1:] {
					mustAppend(t, s, lab, e)
				}
			}
			if e.Seq == n {
				return errEnough
			}
			return nil
		})
		if err != errEnough {
			t.Fatal(err)
		}
		if !slices.ContainsFunc(got, func(e event.Event) bool { return e.Kind == event.KindGap }) {
			t.Error("no gap")
		}
		at := uint64(0)
		for _, e := range got {
			if e.Kind == event.KindGap {
				if e.Gap.After != at || e.Gap.Next <= at+1 {
					t.Fatalf("gap %+v at position %d", e.Gap, at)
				}
				at = e.Gap.Next - 1
				continue
			}
			if e.Seq != at+1 {
				t.Fatalf("position %d follows %d without a gap", e.Seq, at)
			}
			at = e.Seq
		}
	})

	t.Run("a follower ends with its context", func(t *testing.T) {
		lab := uuid.New()
		mustAppend(t, s, lab, note("e1"))
		ctx, cancel := context.WithCancel(t.Context())
		err := s.Follow(ctx, lab, 0, func(event.Event) error { cancel(); return nil })
		if err != context.Canceled {
			t.Errorf("follow: %v", err)
		}
	})

	t.Run("a deleted lab is gone, and a log that began anew is a gap", func(t *testing.T) {
		lab, neighbour := uuid.New(), uuid.New()
		d := mustCreate(t, s, lab, state{}, notes("e", 5)...)
		mustCreate(t, s, neighbour, state{}, note("n1"))
		var got []event.Event
		err := other.Follow(t.Context(), lab, 0, func(e event.Event) error {
			got = append(got, e)
			switch e.ID {
			case "e5":
				if err := s.Delete(t.Context(), lab); err != nil {
					t.Error(err)
				}
				wantLine(t, replay(t, s, lab, 0), "")
				if _, err := d.Get(t.Context(), lab); !errors.Is(err, ErrNotFound) {
					t.Errorf("get: %v", err)
				}
				if err := s.Touch(t.Context(), lab); !errors.Is(err, ErrNotFound) {
					t.Errorf("touch: %v", err)
				}
				mustAppend(t, other, lab, note("f1"), note("f2"))
			case "f2":
				return errEnough
			}
			return nil
		})
		if err != errEnough {
			t.Fatal(err)
		}
		wantLine(t, got, numbered("e", 1, 1, 5)+" gap(5-1) 1:f1 2:f2")
		wantLine(t, replay(t, other, lab, 9), "gap(9-1) 1:f1 2:f2")
		wantLine(t, replay(t, other, neighbour, 0), "1:n1")
		if err := s.Delete(t.Context(), uuid.New()); err != nil {
			t.Errorf("delete of nothing: %v", err)
		}
	})

	t.Run("positions go on when every event has aged away", func(t *testing.T) {
		lab := uuid.New()
		d := mustCreate(t, s, lab, state{}, notes("e", 3)...)
		mustAppend(t, s, lab, note("e4"))
		if err := s.touch(t.Context(), lab, 0); err != nil {
			t.Fatal(err)
		}
		if err := s.events.Purge(t.Context(), jetstream.WithPurgeSubject(logSubject(lab))); err != nil {
			t.Fatal(err)
		}
		wantLine(t, replay(t, other, lab, 2), "")
		err := d.Update(t.Context(), lab, func(_ *state, out *Outbox) error { out.Add(note("e5")); return nil })
		if err != nil {
			t.Fatal(err)
		}
		mustAppend(t, other, lab, note("e6"))
		wantLine(t, replay(t, other, lab, 4), "5:e5 6:e6")
		wantLine(t, replay(t, other, lab, 2), "gap(2-5) 5:e5 6:e6")
	})

	t.Run("a touch renews what is old and changes nothing", func(t *testing.T) {
		lab := uuid.New()
		d := mustCreate(t, s, lab, state{Count: 3})
		before := mustLoad(t, s, lab)
		if err := s.Touch(t.Context(), lab); err != nil {
			t.Fatal(err)
		}
		fresh := mustLoad(t, s, lab)
		if fresh.revision != before.revision {
			t.Error("a fresh document was written again")
		}
		if err := s.touch(t.Context(), lab, 0); err != nil {
			t.Fatal(err)
		}
		old := mustLoad(t, s, lab)
		if old.revision == before.revision {
			t.Error("an old document was not renewed")
		}
		if got, err := d.Get(t.Context(), lab); err != nil || got.Count != 3 {
			t.Errorf("document %+v, %v", got, err)
		}
	})

	t.Run("a secret is made once for all", func(t *testing.T) {
		ctx, name := t.Context(), uuid.NewString()
		a, err := s.Secret(ctx, name)
		b, err2 := other.Secret(ctx, name)
		c, err3 := s.Secret(ctx, name+"2")
		if err := errors.Join(err, err2, err3); err != nil {
			t.Fatal(err)
		}
		if len(a) != 32 || !slices.Equal(a, b) || slices.Equal(a, c) {
			t.Errorf("secrets %x, %x, %x", a, b, c)
		}
	})

	t.Run("of racers who create one document one does, and the others find it", func(t *testing.T) {
		for range 16 {
			lab, name := uuid.New(), uuid.NewString()
			var created atomic.Int32
			secrets := make([][]byte, 8)
			var racers sync.WaitGroup
			for i := range secrets {
				client := []*Store{s, other}[i%2]
				racers.Go(func() {
					d := For[state](client, Auth)
					err := d.Create(t.Context(), lab, state{Text: "there"})
					if err == nil {
						created.Add(1)
					} else if !errors.Is(err, ErrExists) {
						t.Error(err)
					}
					if got, err := d.Get(t.Context(), lab); err != nil || got.Text != "there" {
						t.Errorf("it is there, and reading it gives %+v, %v", got, err)
					}
					if secrets[i], err = client.Secret(t.Context(), name); err != nil {
						t.Error(err)
					}
				})
			}
			racers.Wait()
			if created.Load() != 1 {
				t.Errorf("%d created one document", created.Load())
			}
			for _, secret := range secrets {
				if !slices.Equal(secret, secrets[0]) {
					t.Errorf("secrets %x and %x of one name", secret, secrets[0])
				}
			}
		}
	})

	t.Run("who holds a lab holds it alone, in whichever process", func(t *testing.T) {
		lab := uuid.New()
		var inside, most atomic.Int32
		var racers sync.WaitGroup
		for i := range 8 {
			client := []*Store{s, other}[i%2]
			racers.Go(func() {
				release, err := client.Hold(t.Context(), lab)
				if err != nil {
					t.Error(err)
					return
				}
				most.Store(max(most.Load(), inside.Add(1)))
				inside.Add(-1)
				release()
			})
		}
		racers.Wait()
		if most.Load() != 1 {
			t.Errorf("%d held one lab at once", most.Load())
		}
		release, err := s.Hold(t.Context(), lab)
		if err != nil {
			t.Fatal(err)
		}
		defer release()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := other.Hold(ctx, lab); !errors.Is(err, context.Canceled) {
			t.Errorf("a second holder: %v", err)
		}
		free, err := other.Hold(t.Context(), uuid.New())
		if err != nil {
			t.Fatal(err)
		}
		free()
	})

	t.Run("a store is ready", func(t *testing.T) {
		if err := s.Ready(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// appendUnseen puts e into the log under an id that the server's window does not
// know it by: as if it had been appended long ago, by a release of the first format.
func appendUnseen(t *testing.T, s *Store, lab uuid.UUID, seq uint64, e event.Event) {
	t.Helper()
	one, err := tell(e)
	if err != nil {
		t.Fatal(err)
	}
	data := bytes.TrimSuffix(frame.AppendLine(nil, one.encoded, seq), []byte{'\n'})
	at, err := s.readTail(t.Context(), lab)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.publish(t.Context(), logSubject(lab), uuid.NewString(), at.stream, data); err != nil {
		t.Fatal(err)
	}
}

// wantTold fails unless the log has what the document's last change told.
func wantTold(t *testing.T, s *Store, lab uuid.UUID) {
	t.Helper()
	v := mustLoad(t, s, lab)
	if v.out == nil {
		return
	}
	a := &appending{lab: lab, left: v.out.events}
	if err := s.look(t.Context(), a, 0); err != nil || len(a.left) > 0 {
		t.Errorf("%d events wait in the document, %v", len(a.left), err)
	}
}
