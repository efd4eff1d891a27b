package store

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/nats-io/nats.go"

	"oauthlab/lessons/event"
)

func openIn(t testing.TB, dir string) *Store {
	t.Helper()
	s, err := Open(t.Context(), Options{Dir: dir, MaxEventsPerLab: suiteBound})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// secondClient is another process's view of the store, as far as that goes
// inside one process: it shares nothing with s but the server.
func secondClient(t testing.TB, s *Store) *Store {
	t.Helper()
	other, err := attach(t.Context(), s.options, "", nats.InProcessServer(s.server))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { other.Close() })
	s.alone = false
	return other
}

func TestEmbeddedStore(t *testing.T) {
	s := openIn(t, t.TempDir())
	testStore(t, s, secondClient(t, s))
}

func TestASecondProcessOnTheFolderIsTurnedAway(t *testing.T) {
	dir := t.TempDir()
	s := openIn(t, dir)
	_, err := Open(t.Context(), Options{Dir: dir})
	if !errors.Is(err, ErrLocked) || !strings.Contains(err.Error(), dir) {
		t.Errorf("second open: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	openIn(t, dir)
}

func TestAReopenedStoreHoldsEverything(t *testing.T) {
	dir, lab := t.TempDir(), uuid.New()
	s := openIn(t, dir)
	d := mustCreate(t, s, lab, state{Text: "kept"}, note("e1"))
	secret, err := s.Secret(t.Context(), "key")
	if err != nil {
		t.Fatal(err)
	}
	was := mustLoad(t, s, lab)
	if _, err := d.commit(t.Context(), lab, was, state{Text: "kept", Count: 2}, notes("left", 2)); err != nil {
		t.Fatal(err) // saved, and then the process goes away
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}

	s = openIn(t, dir)
	wantLine(t, replay(t, s, lab, 0), "1:e1 2:left1 3:left2")
	if got, err := For[state](s, Auth).Get(t.Context(), lab); err != nil || got.Text != "kept" || got.Count != 2 {
		t.Errorf("document %+v, %v", got, err)
	}
	if again, err := s.Secret(t.Context(), "key"); err != nil || string(again) != string(secret) {
		t.Errorf("the secret has changed, %v", err)
	}
	// What the server remembers of message ids survives too.
	if last := mustAppend(t, s, lab, note("left2"), note("e4")); last != 4 {
		t.Errorf("last %d, want 4", last)
	}
}

func TestAClosedStoreRefusesEverything(t *testing.T) {
	s, lab := openIn(t, t.TempDir()), uuid.New()
	d := mustCreate(t, s, lab, state{}, note("e1"))
	heard := make(chan struct{})
	ended := make(chan error)
	go func() {
		ended <- s.Follow(t.Context(), lab, 0, func(event.Event) error { close(heard); return nil })
	}()
	<-heard
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err != ErrClosed {
		t.Errorf("follower: %v", err)
	}
	ctx, each := t.Context(), func(event.Event) error { return nil }
	_, get := d.Get(ctx, lab)
	_, appended := s.Append(ctx, lab, note("e2"))
	_, last := s.Last(ctx, lab)
	_, secret := s.Secret(ctx, "key")
	_, hold := s.Hold(ctx, lab)
	for name, err := range map[string]error{
		"get": get, "append": appended, "last": last, "secret": secret, "hold": hold,
		"create": d.Create(ctx, uuid.New(), state{}),
		"update": d.Update(ctx, lab, func(*state, *Outbox) error { return nil }),
		"events": s.Events(ctx, lab, 0, each),
		"follow": s.Follow(ctx, lab, 0, each),
		"delete": s.Delete(ctx, lab),
		"touch":  s.Touch(ctx, lab),
		"ready":  s.Ready(ctx),
	} {
		if !errors.Is(err, ErrClosed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := s.Close(); err != nil {
		t.Errorf("second close: %v", err)
	}
}

func TestAProcessOpensOnlyItsOwnKinds(t *testing.T) {
	s, err := Open(t.Context(), Options{Dir: t.TempDir(), Kinds: []Kind{Settings}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	lab, d := uuid.New(), For[state](s, Auth)
	if err := For[state](s, Settings).Create(t.Context(), lab, state{}); err != nil {
		t.Errorf("its own: %v", err)
	}
	_, get := d.Get(t.Context(), lab)
	for name, err := range map[string]error{
		"get": get, "create": d.Create(t.Context(), lab, state{}),
		"update": d.Update(t.Context(), lab, func(*state, *Outbox) error { return nil }),
	} {
		if !errors.Is(err, ErrForeign) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTheMemoryOfLogEndsIsBounded(t *testing.T) {
	known := newTails()
	for range maxTails + 100 {
		known.put(uuid.New(), tail{})
	}
	if n := len(known.of); n != maxTails {
		t.Errorf("%d ends remembered, want %d", n, maxTails)
	}
}
