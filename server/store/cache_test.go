package store

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
)

// shapes has a field of each shape that a document may have.
type shapes struct {
	Text  string
	List  []inner
	Plain []byte
	Fixed [2][]int
	Map   map[string][]int
	Ref   *inner
	Any   any
	At    time.Time
	None  []string
	Empty []string
}

type inner struct {
	Words []string
	At    *time.Time
}

func filled() shapes {
	now := time.Now()
	return shapes{
		Text: "text", List: []inner{{Words: []string{"a"}, At: &now}}, Plain: []byte("plain"), Fixed: [2][]int{{1}, {2}},
		Map: map[string][]int{"one": {1}}, Ref: &inner{Words: []string{"b"}}, Any: []any{"c"}, At: now, Empty: []string{},
	}
}

// Whatever is changed in a copy, the original stays; and times are as JSON gives them back.
func TestACopyOfADocumentSharesNothing(t *testing.T) {
	was := filled()
	copied := clone(was)
	if diff := cmp.Diff(was, copied); diff != "" {
		t.Fatalf("a copy is not the same:\n%s", diff)
	}
	if !reflect.DeepEqual(copied.At, was.At.Round(0)) || !reflect.DeepEqual(*copied.List[0].At, was.At.Round(0)) {
		t.Error("a copy keeps what the monotonic clock said")
	}
	if copied.None != nil || copied.Empty == nil {
		t.Error("no list and an empty list are no longer told apart")
	}
	copied.List[0].Words[0], copied.Plain[0], copied.Fixed[1][0] = "x", 'x', 9
	copied.Map["one"][0], copied.Map["two"], copied.Ref.Words[0] = 9, nil, "x"
	copied.Any.([]any)[0], *copied.List[0].At = "x", time.Time{}
	want := filled()
	want.At, want.List[0].At = was.At, &was.At
	if diff := cmp.Diff(want, was); diff != "" {
		t.Errorf("changing a copy changes the original:\n%s", diff)
	}
}

// A process that uses its store alone reads what it saved without asking the server, and
// hands out documents that nobody else has.
func TestAProcessAloneReadsWhatItSaved(t *testing.T) {
	s, lab := openIn(t, t.TempDir()), uuid.New()
	d := mustCreate(t, s, lab, state{Codes: []string{"kept"}})
	got, err := d.Get(t.Context(), lab)
	if err != nil {
		t.Fatal(err)
	}
	got.Codes[0] = "changed by a reader"
	var leaked *state
	err = d.Update(t.Context(), lab, func(doc *state, _ *Outbox) error { doc.Count++; leaked = doc; return nil })
	if err != nil {
		t.Fatal(err)
	}
	leaked.Codes[0] = "changed by a writer, too late"
	if err := d.Update(t.Context(), lab, func(doc *state, _ *Outbox) error { doc.Codes[0] = "given up"; return errEnough }); err == nil {
		t.Fatal("the update does not fail")
	}
	s.requests.Close() // from now on nobody can ask
	got, err = d.Get(t.Context(), lab)
	if diff := cmp.Diff(state{Count: 1, Codes: []string{"kept"}}, got); diff != "" || err != nil {
		t.Errorf("the document: %v\n%s", err, diff)
	}
}

// A process that shares its store does not judge by what was so: a refusal of its own
// making is looked at once more.
func TestAFaultIsNotJudgedByAnOldVersion(t *testing.T) {
	s, lab := openIn(t, t.TempDir()), uuid.New()
	d, other := mustCreate(t, s, lab, state{}), For[state](secondClient(t, s), Auth)
	if err := other.Update(t.Context(), lab, func(doc *state, _ *Outbox) error { doc.Count = 1; return nil }); err != nil {
		t.Fatal(err)
	}
	err := d.Update(t.Context(), lab, func(doc *state, _ *Outbox) error {
		if doc.Count == 0 {
			return errEnough
		}
		return nil
	})
	if err != nil {
		t.Errorf("it fails by the version before: %v", err)
	}
}

func TestCachedDocumentsAreBounded(t *testing.T) {
	c := newCache()
	const each = 1 << 20
	for i := range 2 * maxCachedBytes / each {
		for range 2 { // a version more of the same document
			c.put(0, version{key: fmt.Sprint(i), revision: uint64(i), size: each})
		}
	}
	if n := c.of.Len(); n != maxCachedBytes/each || c.bytes != maxCachedBytes {
		t.Errorf("%d documents of %d bytes are kept", n, c.bytes)
	}
	c.drop(fmt.Sprint(2*maxCachedBytes/each - 1))
	if c.bytes != maxCachedBytes-each {
		t.Errorf("after one is dropped there are %d bytes", c.bytes)
	}
}

// What is read while a lab is deleted, or while a later version is saved, is not kept.
func TestAnOldVersionIsNotKept(t *testing.T) {
	c, lab := newCache(), uuid.New()
	key := keyOf(lab, Auth)
	epoch := c.now()
	c.put(epoch, version{key: key, revision: 5})
	c.put(epoch, version{key: key, revision: 4})
	if v, _ := c.get(key); v.revision != 5 {
		t.Errorf("revision %d is kept", v.revision)
	}
	c.dropLab(lab)
	c.put(epoch, version{key: key, revision: 6})
	if v, known := c.get(key); known {
		t.Errorf("revision %d of a deleted lab is kept", v.revision)
	}
}

// An Update is two messages: the document with what it tells, and a frame of that. Nothing
// is saved only to clear an outbox, also not by whoever reads it next.
func TestAnUpdateIsTwoMessages(t *testing.T) {
	s, lab := openIn(t, t.TempDir()), uuid.New()
	d := mustCreate(t, s, lab, state{}, notes("made", 2)...)
	const updates = 3
	for i := range updates {
		err := d.Update(t.Context(), lab, func(doc *state, out *Outbox) error {
			for _, e := range notes(fmt.Sprint(i, "-"), 5) {
				out.Add(e)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	other := secondClient(t, s)
	wantDense(t, replay(t, other, lab, 0), 2+updates*5)
	if _, err := For[state](other, Auth).Get(t.Context(), lab); err != nil {
		t.Fatal(err)
	}
	for _, stream := range s.kept {
		info, err := stream.Info(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		want := uint64(1 + updates)
		if info.Config.Name == secretsName {
			want = 0
		}
		if info.State.LastSeq != want {
			t.Errorf("%s took %d messages, want %d", info.Config.Name, info.State.LastSeq, want)
		}
	}
}

// The events of a request, of its change and of its answer are one message; where somebody
// looks meanwhile, what stands there is told at once, and nothing twice.
func TestAFrameIsOneMessage(t *testing.T) {
	for name, meanwhile := range map[string]func(t *testing.T, s *Store, lab uuid.UUID){
		"":                         func(*testing.T, *Store, uuid.UUID) {},
		"while it is read":         func(t *testing.T, s *Store, lab uuid.UUID) { replay(t, s, lab, 0) },
		"while another reads it":   func(t *testing.T, s *Store, lab uuid.UUID) { replay(t, secondClient(t, s), lab, 0) },
		"while others write":       func(t *testing.T, s *Store, lab uuid.UUID) { mustAppend(t, s, lab, note("between")) },
		"while its document moves": func(t *testing.T, s *Store, lab uuid.UUID) { mustUpdate(t, s, lab) },
		"while another moves it":   func(t *testing.T, s *Store, lab uuid.UUID) { mustUpdate(t, secondClient(t, s), lab) },
	} {
		t.Run(name, func(t *testing.T) {
			s, lab := openIn(t, t.TempDir()), uuid.New()
			d := mustCreate(t, s, lab, state{})
			f := s.NewFrame(lab, note("request"))
			if err := d.UpdateIn(t.Context(), f, func(_ *state, out *Outbox) error { out.Add(note("change")); return nil }); err != nil {
				t.Fatal(err)
			}
			meanwhile(t, s, lab)
			if err := f.Tell(t.Context(), note("answer")); err != nil {
				t.Fatal(err)
			}
			if err := f.Tell(t.Context()); err != nil {
				t.Fatal(err)
			}
			log := replay(t, s, lab, 0)
			wantDense(t, log, len(log))
			var ids []string
			for _, e := range log {
				if e.ID != "between" && e.ID != "moved" {
					ids = append(ids, e.ID)
				}
			}
			if got := strings.Join(ids, " "); got != "request change answer" {
				t.Errorf("the log tells %q", line(log))
			}
			if info, err := s.events.Info(t.Context()); err != nil || name == "" && info.State.LastSeq != 1 {
				t.Errorf("the log has %d messages (%v), want one", info.State.LastSeq, err)
			}
		})
	}
}

func mustUpdate(t *testing.T, s *Store, lab uuid.UUID) {
	t.Helper()
	err := For[state](s, Auth).Update(t.Context(), lab, func(doc *state, out *Outbox) error { out.Add(note("moved")); return nil })
	if err != nil {
		t.Fatal(err)
	}
}

// A frame in which two documents are changed tells of the first before it changes the other.
func TestAFrameOfTwoChanges(t *testing.T) {
	s, lab := openIn(t, t.TempDir()), uuid.New()
	d := mustCreate(t, s, lab, state{})
	f := s.NewFrame(lab, note("request"))
	for _, id := range []string{"first", "second"} {
		if err := d.UpdateIn(t.Context(), f, func(_ *state, out *Outbox) error { out.Add(note(id)); return nil }); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Tell(t.Context(), note("answer")); err != nil {
		t.Fatal(err)
	}
	wantLine(t, replay(t, s, lab, 0), "1:request 2:first 3:second 4:answer")
}

// An outbox that was told so long ago that the bounded log dropped it is not told again.
func TestAnOutboxThatTheLogHasDropped(t *testing.T) {
	dir, lab := t.TempDir(), uuid.New()
	s := openIn(t, dir)
	mustCreate(t, s, lab, state{}, note("created"))
	for i := range suiteBound + 5 {
		mustAppend(t, s, lab, note(fmt.Sprint("n", i)))
	}
	last, err := s.Last(t.Context(), lab)
	if err != nil {
		t.Fatal(err)
	}
	other := secondClient(t, s)
	if _, err := For[state](other, Auth).Get(t.Context(), lab); err != nil {
		t.Fatal(err)
	}
	if now, err := other.Last(t.Context(), lab); err != nil || now != last {
		t.Errorf("the log ends at %d (%v), and ended at %d", now, err, last)
	}
}

// What a log took lately is known however much that is.
func TestManyEventsOfLateAreTakenOnce(t *testing.T) {
	s, lab := openIn(t, t.TempDir()), uuid.New()
	s.options.MaxEventsPerLab = 1 << 20
	r := &recent{}
	for i := range 3 * maxRecent {
		r.note(uint64(i), time.Now())
	}
	if len(r.ids) > maxRecent || r.since.IsZero() {
		t.Errorf("%d ids are remembered, all since %s", len(r.ids), r.since)
	}
	mustAppend(t, s, lab, notes("e", 10)...)
	s.lately.of.Remove(lab) // as after a restart, or by another process
	if last := mustAppend(t, s, lab, append(notes("e", 10), note("new"))...); last != 11 {
		t.Errorf("the log ends at %d, want 11", last)
	}
}
