package lab

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/google/uuid"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/server/store"
	"oauthlab/server/store/storetest"
)

// noon is when these tests play.
var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// bench is an open store with labs in it, whose clock stands still.
type bench struct {
	*testing.T
	labs *Labs
}

func newBench(t *testing.T, parties ...Document) *bench {
	t.Helper()
	db := storetest.Open(t)
	return &bench{T: t, labs: &Labs{Store: db, Origins: local(), Now: func() time.Time { return noon }, Parties: parties}}
}

// create makes a lab in chapter v03.
func (b *bench) create() (l *Lab, key string) {
	b.Helper()
	l, key, err := b.labs.Create(b.Context(), "v03")
	if err != nil {
		b.Fatal(err)
	}
	return l, key
}

// reopen returns the lab as the store holds it.
func (b *bench) reopen(id uuid.UUID) *Lab {
	b.Helper()
	l, err := b.labs.Open(b.Context(), id)
	if err != nil {
		b.Fatal(err)
	}
	return l
}

// log returns what the lab's log holds behind the position after.
func (b *bench) log(id uuid.UUID, after uint64) []event.Event {
	b.Helper()
	var all []event.Event
	err := b.labs.Store.Events(b.Context(), id, after, func(e event.Event) error {
		all = append(all, e)
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	return all
}

// announce tells that a client is about to open the URL.
func (b *bench) announce(id uuid.UUID, url, flow string) {
	b.Helper()
	e := event.Event{
		V: event.Version, ID: uuid.NewString(), Time: noon, Flow: flow, From: event.Client, To: event.Browser, Kind: event.KindNote,
		Note: &event.Note{Name: event.NoteOpen, Text: "opens", Fields: []event.Field{{Name: "url", Value: url}}},
	}
	if err := b.labs.Record(b.Context(), b.reopen(id), e); err != nil {
		b.Fatal(err)
	}
}

// desk is a party's document for the lab's desk, which remembers what it was asked.
type desk struct {
	calls *[]string
	fail  error
}

func (d desk) Party() event.Party { return event.Auth }

func (d desk) Feature() guard.Feature { return "" }

func (d desk) Create(context.Context, *Lab) error {
	*d.calls = append(*d.calls, "create")
	return d.fail
}

func (d desk) Reset(context.Context, *Lab) error {
	*d.calls = append(*d.calls, "reset")
	return d.fail
}

func (d desk) Read(context.Context, *Lab) (json.RawMessage, error) { return json.RawMessage(`{}`), nil }

func (d desk) Sheet(context.Context, *Lab) (Sheet, error) { return Sheet{}, nil }

func TestANewLabIsSafeAndSaysSo(t *testing.T) {
	b := newBench(t)
	l, _ := b.create()

	l = b.reopen(l.ID)
	if l.Settings.Chapter != "v03" || !l.Settings.Created.Equal(noon) || l.Settings.ClockOffset != 0 {
		t.Errorf("settings %+v", l.Settings)
	}
	for _, p := range guard.Catalogue() {
		if !l.Settings.Switches.ProtectionOn(p) {
			t.Errorf("a new lab begins with %s off", p.ID)
		}
	}
	if want := "http://localhost:8081/" + l.ID.String(); l.Issuer() != want {
		t.Errorf("issuer %s, want %s", l.Issuer(), want)
	}
	log := b.log(l.ID, 0)
	if len(log) != 1 || log[0].Note == nil || log[0].Note.Name != event.NoteLabCreated || log[0].Seq != 1 ||
		log[0].From != event.Lab || log[0].Note.Get("chapter") != "v03" || !log[0].Time.Equal(noon) {
		t.Errorf("the log begins with %+v", log)
	}
}

func TestAKeyOpensItsOwnLabOnly(t *testing.T) {
	b := newBench(t)
	mine, key := b.create()
	other, otherKey := b.create()
	if mine.ID == other.ID || key == otherKey {
		t.Fatal("two labs share an id or a key")
	}
	stored := b.reopen(mine.ID)
	tests := []struct {
		name string
		key  string
		want bool
	}{
		{"its own key", key, true},
		{"another lab's key", otherKey, false},
		{"no key", "", false},
		{"a key with a character more", key + "A", false},
		{"a key with a character less", key[:len(key)-1], false},
		{"the hash that the settings hold", string(stored.Settings.KeyHash), false},
		{"the lab's id, which is public", mine.ID.String(), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := stored.Opens(tt.key); got != tt.want {
				t.Errorf("Opens is %v", got)
			}
		})
	}
	settings, err := json.Marshal(stored.Settings)
	if err != nil {
		t.Fatal(err)
	}
	var raw map[string]any
	if err := json.Unmarshal(settings, &raw); err != nil {
		t.Fatal(err)
	}
	if raw["key"] != nil || raw["key_hash"] == nil || raw["key_hash"] == key {
		t.Errorf("the settings are stored as %s", settings)
	}
}

// A lab whose settings are broken or empty is nobody's.
func TestALabWithoutAKeyOpensForNobody(t *testing.T) {
	for _, key := range []string{"", "x"} {
		if (&Lab{}).Opens(key) {
			t.Errorf("the key %q opens it", key)
		}
	}
}

func TestALabThatDoesNotExist(t *testing.T) {
	b := newBench(t)
	nobody := uuid.New()
	if _, err := b.labs.Open(t.Context(), nobody); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("open: %v", err)
	}
	if _, err := b.labs.Change(t.Context(), nobody, Change{}); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("change: %v", err)
	}
	if _, err := b.labs.Reset(t.Context(), b.labs.with(nobody, Settings{})); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("reset: %v", err)
	}
	if log := b.log(nobody, 0); len(log) != 0 {
		t.Errorf("the calls left %+v", log)
	}
}

func TestUnknownChaptersAreRefused(t *testing.T) {
	var calls []string
	b := newBench(t, desk{calls: &calls})
	for _, chapter := range []string{"", "v99", "V03", "/v03-pkce", "v03 "} {
		if _, _, err := b.labs.Create(t.Context(), chapter); !errors.Is(err, ErrUnknownChapter) {
			t.Errorf("create in chapter %q: %v", chapter, err)
		}
	}
	if len(calls) != 0 {
		t.Errorf("the parties were asked to %v", calls)
	}
	l, _ := b.create()
	unknown, offset := "v99", time.Hour
	if _, err := b.labs.Change(t.Context(), l.ID, Change{Chapter: &unknown, ClockOffset: &offset}); !errors.Is(err, ErrUnknownChapter) {
		t.Errorf("change: %v", err)
	}
	if s := b.reopen(l.ID).Settings; s.Chapter != "v03" || s.ClockOffset != 0 {
		t.Errorf("a change that was refused left %+v", s)
	}
	if log := b.log(l.ID, 1); len(log) != 0 {
		t.Errorf("a change that was refused told %+v", log)
	}
}

// A lab exists once its settings do: none is left without its parties' documents.
func TestALabOfWhichAPartyFailsDoesNotExist(t *testing.T) {
	var calls []string
	broken := errors.New("the disk is full")
	b := newBench(t, desk{calls: &calls, fail: broken})
	l, key, err := b.labs.Create(t.Context(), "v03")
	if !errors.Is(err, broken) || l != nil || key != "" {
		t.Errorf("create: %v, %q, %v", l, key, err)
	}
}

func TestChangeTellsExactlyWhatDiffered(t *testing.T) {
	on, off := func(id string) func(guard.Switches) (guard.Switches, error) {
		return func(s guard.Switches) (guard.Switches, error) { return s.WithProtection(id, true) }
	}, func(id string) func(guard.Switches) (guard.Switches, error) {
		return func(s guard.Switches) (guard.Switches, error) { return s.WithProtection(id, false) }
	}
	part := func(id guard.ID, value string) func(guard.Switches) (guard.Switches, error) {
		return func(s guard.Switches) (guard.Switches, error) { return s.With(id, json.RawMessage(value)) }
	}
	hour, same := time.Hour, "v03"
	switched := func(id string, fields ...event.ChangeField) event.Change {
		return event.Change{What: "protection", Action: "switched", Key: id, Fields: fields}
	}
	turned := func(from, to string, ids ...guard.ID) []event.ChangeField {
		fields := []event.ChangeField{{Name: "on", From: from, To: to}}
		for _, id := range ids {
			fields = append(fields, event.ChangeField{Name: string(id), From: from, To: to})
		}
		return fields
	}
	checks := refusing(t, "pkce")
	withoutVerify := slices.DeleteFunc(slices.Clone(checks), func(id guard.ID) bool { return id == guard.IDPKCE })
	steps := []struct {
		name   string
		change Change
		want   []event.Change
	}{
		{"nothing is asked", Change{}, nil},
		{"what stands already is asked", Change{Chapter: &same, Switches: on("pkce")}, nil},
		{
			"a protection goes off with all its guards, its habits stay",
			Change{Switches: off("pkce")},
			[]event.Change{switched("pkce", turned("true", "false", checks...)...)},
		},
		{"the same again", Change{Switches: off("pkce")}, nil},
		{
			"one guard comes back, the protection does not yet",
			Change{Switches: part(guard.IDPKCE, "true")},
			[]event.Change{switched("pkce", event.ChangeField{Name: "on", From: "false", To: "false"},
				event.ChangeField{Name: "pkce.verify", From: "false", To: "true"})},
		},
		{
			"a habit changes, which takes no protection away",
			Change{Switches: part(guard.IDStateMethod, `"nothing"`)},
			[]event.Change{switched("state", event.ChangeField{Name: "on", From: "true", To: "true"},
				event.ChangeField{Name: "state.method", From: "random", To: "nothing"})},
		},
		{
			"the clock moves",
			Change{ClockOffset: &hour},
			[]event.Change{{What: "clock", Action: "moved", Fields: []event.ChangeField{{Name: "offset", From: "0s", To: "1h0m0s"}}}},
		},
		{"the clock stays", Change{ClockOffset: &hour}, nil},
		{
			"two protections, in the order in which they are taught",
			Change{Switches: func(s guard.Switches) (guard.Switches, error) {
				s, err := s.WithProtection("code-expiry", false)
				if err != nil {
					return nil, err
				}
				return s.WithProtection("pkce", true)
			}},
			[]event.Change{
				switched("pkce", turned("false", "true", withoutVerify...)...),
				switched("code-expiry", turned("true", "false", guard.IDCodeExpiry)...),
			},
		},
	}

	b := newBench(t)
	l, _ := b.create()
	for _, step := range steps { // one after the other, in one lab
		before, err := b.labs.Store.Last(t.Context(), l.ID)
		if err != nil {
			t.Fatal(err)
		}
		after, err := b.labs.Change(t.Context(), l.ID, step.change)
		if err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		var told []event.Change
		for _, e := range b.log(l.ID, before) {
			if e.From != event.Lab || e.Change == nil {
				t.Fatalf("%s: the log has %+v", step.name, e)
			}
			told = append(told, *e.Change)
		}
		if diff := cmp.Diff(step.want, told); diff != "" {
			t.Errorf("%s: told (+), want (-):\n%s", step.name, diff)
		}
		if diff := cmp.Diff(b.reopen(l.ID).Settings, after.Settings, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s: what Change returns is not what is stored:\n%s", step.name, diff)
		}
	}
}

// refusing returns the parts of a protection that refuse, in their order; the
// tests need one with more than one of them.
func refusing(t *testing.T, protection string) []guard.ID {
	t.Helper()
	p, ok := guard.Find(protection)
	if !ok {
		t.Fatalf("there is no protection %s", protection)
	}
	var ids []guard.ID
	for _, part := range p.Parts {
		if part.Kind != guard.Habit {
			ids = append(ids, part.ID)
		}
	}
	if len(ids) < 2 || len(ids) == len(p.Parts) {
		t.Fatalf("%s should have two checks and a habit, and has %v", protection, p.Parts)
	}
	return ids
}

func TestAChangeWhoseSwitchesFailChangesNothing(t *testing.T) {
	b := newBench(t)
	l, _ := b.create()
	wrong, hour := errors.New("no such switch"), time.Hour
	_, err := b.labs.Change(t.Context(), l.ID, Change{
		ClockOffset: &hour,
		Switches: func(s guard.Switches) (guard.Switches, error) {
			return guard.Switches{guard.IDPKCE: "off"}, wrong
		},
	})
	if !errors.Is(err, wrong) {
		t.Errorf("change: %v", err)
	}
	if s := b.reopen(l.ID).Settings; s.ClockOffset != 0 || !s.Switches.On(guard.IDPKCE) {
		t.Errorf("it left %+v", s)
	}
	if log := b.log(l.ID, 1); len(log) != 0 {
		t.Errorf("it told %+v", log)
	}
}

// No switch of one lab has any effect in another.
func TestLabsDoNotSeeEachOthersSwitches(t *testing.T) {
	b := newBench(t)
	mine, _ := b.create()
	other, _ := b.create()
	hour := time.Hour
	_, err := b.labs.Change(t.Context(), mine.ID, Change{
		ClockOffset: &hour,
		Switches:    func(s guard.Switches) (guard.Switches, error) { return s.WithProtection("pkce", false) },
	})
	if err != nil {
		t.Fatal(err)
	}
	if s := b.reopen(other.ID).Settings; s.ClockOffset != 0 || !s.Switches.On(guard.IDPKCE) {
		t.Errorf("the other lab has %+v", s)
	}
	if log := b.log(other.ID, 1); len(log) != 0 {
		t.Errorf("the other lab was told %+v", log)
	}
}

func TestTheLabsClockMovesByItsOffset(t *testing.T) {
	b := newBench(t)
	b.labs.Now = func() time.Time { return noon.In(time.FixedZone("far east", 9*3600)) }
	l, _ := b.create()
	back := -90 * time.Minute
	after, err := b.labs.Change(t.Context(), l.ID, Change{ClockOffset: &back})
	if err != nil {
		t.Fatal(err)
	}
	if want := noon.Add(back); !after.Now().Equal(want) || after.Now().Location() != time.UTC {
		t.Errorf("the lab's time is %v, want %v", after.Now(), want)
	}
	log := b.log(l.ID, 1)
	if len(log) != 1 || !log[0].Time.Equal(noon.Add(back)) {
		t.Errorf("the change is told at %v", log)
	}
}

func TestResetKeepsTheKeyAndTheLog(t *testing.T) {
	var calls []string
	b := newBench(t, desk{calls: &calls})
	l, key := b.create()
	hour := time.Hour
	_, err := b.labs.Change(t.Context(), l.ID, Change{
		ClockOffset: &hour,
		Switches:    func(s guard.Switches) (guard.Switches, error) { return s.WithProtection("pkce", false) },
	})
	if err != nil {
		t.Fatal(err)
	}
	b.announce(l.ID, "http://localhost:8081/x", "flow-1")
	before := b.log(l.ID, 0)

	after, err := b.labs.Reset(t.Context(), l)
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"create", "reset"}; !slices.Equal(calls, want) {
		t.Errorf("the parties were asked to %v, want %v", calls, want)
	}
	stored := b.reopen(l.ID)
	if !stored.Opens(key) {
		t.Error("the key no longer opens the lab")
	}
	want := Settings{Chapter: "v03", KeyHash: stored.Settings.KeyHash, Created: noon}
	for name, s := range map[string]Settings{"returned": after.Settings, "stored": stored.Settings} {
		if diff := cmp.Diff(want, s); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
	log := b.log(l.ID, 0)
	if len(log) < len(before)+2 {
		t.Fatalf("the log had %d events and has %d: what was switched back is not told", len(before), len(log))
	}
	for _, e := range log[len(before) : len(log)-1] {
		if e.Change == nil {
			t.Errorf("before its end the reset tells %+v", e)
		}
	}
	if diff := cmp.Diff(before, log[:len(before)]); diff != "" {
		t.Errorf("the log was rewritten:\n%s", diff)
	}
	last := log[len(log)-1]
	if last.Note == nil || last.Note.Name != event.NoteReset || !last.Time.Equal(noon) || last.Seq != uint64(len(log)) {
		t.Errorf("the log ends with %+v", last)
	}
}

func TestAResetThatAPartyFailsIsNotTold(t *testing.T) {
	var calls []string
	b := newBench(t, desk{calls: &calls})
	l, _ := b.create()
	broken := errors.New("the disk is full")
	b.labs.Parties = []Document{desk{calls: &calls, fail: broken}}
	if _, err := b.labs.Reset(t.Context(), l); !errors.Is(err, broken) {
		t.Errorf("reset: %v", err)
	}
	if log := b.log(l.ID, 1); len(log) != 0 {
		t.Errorf("it told %+v", log)
	}
}

// An announced URL is kept as a hash. What an older release kept is read.
func TestAnAnnouncementIsAHash(t *testing.T) {
	b := newBench(t)
	l, _ := b.create()
	const url = "http://localhost:8081/x/authorize?client_id=demo-spa&state=1"
	b.announce(l.ID, url, "flow-1")
	text, err := json.Marshal(b.reopen(l.ID).Settings)
	if err != nil || strings.Contains(string(text), "authorize") {
		t.Errorf("the settings are %s (%v)", text, err)
	}
	for _, kept := range []string{string(text), `{"announced":[{"url":"` + url + `","flow":"flow-1"}]}`} {
		var s Settings
		if err := json.Unmarshal([]byte(kept), &s); err != nil || s.flowOf(url) != "flow-1" || s.flowOf("") != "" {
			t.Errorf("%s is read as %+v (%v)", kept, s, err)
		}
	}
}

func TestAnAnnouncementIsFoundByItsExactURLNewestFirst(t *testing.T) {
	b := newBench(t)
	l, _ := b.create()
	const url = "http://localhost:8081/x/authorize?client_id=demo-spa&state=1"
	b.announce(l.ID, url, "flow-1")
	b.announce(l.ID, url+"2", "flow-2")
	b.announce(l.ID, url, "flow-3")

	l = b.reopen(l.ID)
	for asked, want := range map[string]string{
		url:       "flow-3",
		url + "2": "flow-2",
		"http://localhost:8081/x/authorize?state=1&client_id=demo-spa": "", // another order is another request
		url + "&":           "",
		url[:len(url)-1]:    "",
		"":                  "",
		"http://evil.test/": "",
	} {
		if got := l.FlowOf(asked); got != want {
			t.Errorf("FlowOf(%q) is %q, want %q", asked, got, want)
		}
	}
	log := b.log(l.ID, 1)
	if len(log) != 3 || log[2].Flow != "flow-3" || log[2].Note.Name != event.NoteOpen {
		t.Errorf("the log has %+v", log)
	}
}

func TestAnnouncementsAreBounded(t *testing.T) {
	b := newBench(t)
	l, _ := b.create()
	const many = maxAnnounced + 5
	for i := range many {
		b.announce(l.ID, fmt.Sprintf("http://localhost:8081/%d", i), fmt.Sprintf("flow-%d", i))
	}
	l = b.reopen(l.ID)
	if got := len(l.Settings.Announced); got != maxAnnounced {
		t.Errorf("%d announcements are kept, want %d", got, maxAnnounced)
	}
	for i := range many {
		want := fmt.Sprintf("flow-%d", i)
		if i < many-maxAnnounced {
			want = "" // forgotten
		}
		if got := l.FlowOf(fmt.Sprintf("http://localhost:8081/%d", i)); got != want {
			t.Errorf("announcement %d gives %q, want %q", i, got, want)
		}
	}
}

// The bound counts announcements; each must be bounded as well, or sixteen of
// them are more than a document holds, and the lab cannot be used any more.
func TestALongAnnouncementDoesNotFillTheSettings(t *testing.T) {
	b := newBench(t)
	l, _ := b.create()
	long := make([]byte, event.MaxSize-1024)
	for i := range long {
		long[i] = 'a'
	}
	for i := range maxAnnounced {
		e := event.Event{
			V: event.Version, ID: uuid.NewString(), Time: noon, From: event.Client, Kind: event.KindNote,
			Note: &event.Note{Name: event.NoteOpen, Text: "opens", Fields: []event.Field{{Name: "url", Value: string(long)}}},
		}
		if err := b.labs.Record(t.Context(), l, e); err != nil {
			t.Fatalf("announcement %d: %v", i, err)
		}
	}
	if got, err := json.Marshal(b.reopen(l.ID).Settings); err != nil || len(got) > maxAnnounced*(event.MaxURL+256) {
		t.Errorf("the settings have %d bytes, %v", len(got), err)
	}
}

// A client that lost its connection tells again what it does not know to be stored.
func TestTheSameEventToldTwiceIsStoredOnce(t *testing.T) {
	b := newBench(t)
	l, _ := b.create()
	note := l.NewNote(event.NoteCallback, "came back")
	open := l.NewNote(event.NoteOpen, "opens", event.Field{Name: "url", Value: "http://localhost:8081/x"})
	for range 2 {
		for _, e := range []event.Event{note, open} {
			if err := b.labs.Record(t.Context(), l, e); err != nil {
				t.Fatal(err)
			}
		}
	}
	if log := b.log(l.ID, 1); len(log) != 2 || log[0].ID != note.ID || log[1].ID != open.ID {
		t.Errorf("the log has %+v", log)
	}
}
