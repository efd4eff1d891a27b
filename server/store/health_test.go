package store

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/nats-io/nats.go/jetstream"

	"oauthlab/lessons/event"
	"oauthlab/server/fault/smalldisk"
)

type paper struct{ Text string }

// write saves a document in a new lab, and gives up soon.
func write(ctx context.Context, s *Store, size int) error {
	ctx, cancel := context.WithTimeout(ctx, 2*tryTimeout)
	defer cancel()
	return For[paper](s, Settings).Create(ctx, uuid.New(), paper{strings.Repeat("x", size)}, note("written"))
}

// settle asks until the store takes writes again.
func settle(t *testing.T, s *Store) {
	t.Helper()
	for s.Writable(t.Context()) != nil {
		if t.Context().Err() != nil {
			t.Fatal(t.Context().Err())
		}
	}
}

func TestADiskThatIsNearlyFull(t *testing.T) {
	s, err := Open(t.Context(), Options{Dir: t.TempDir(), MinFree: 1 << 62})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	if _, known := freeSpace(s.options.Dir); !known {
		t.Skip("this system does not tell how much of a disk is free")
	}
	if err := s.Disk(); !errors.Is(err, ErrDisk) || !strings.Contains(err.Error(), s.options.Dir) {
		t.Errorf("Disk says %v", err)
	}
	s.options.MinFree = 1
	if err := s.Disk(); err != nil {
		t.Errorf("with room, Disk says %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(s.options.Dir, "probe*")); len(left) != 0 {
		t.Errorf("the probe leaves %q behind", left)
	}
}

// A store that is as large as it may be refuses writes at once, says so, and takes
// them again when there is room.
func TestAStoreThatIsFull(t *testing.T) {
	s, err := Open(t.Context(), Options{Dir: t.TempDir(), MaxStore: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	first := uuid.New()
	if err := For[paper](s, Settings).Create(t.Context(), first, paper{strings.Repeat("x", 100<<10)}); err != nil {
		t.Fatal(err)
	}
	var refused error
	for range 20 {
		if refused = write(t.Context(), s, 100<<10); refused != nil {
			break
		}
	}
	var api *jetstream.APIError
	if !errors.As(refused, &api) {
		t.Fatalf("writing ends with %v, want a refusal of the server", refused)
	}
	if err := s.Writable(t.Context()); err == nil {
		t.Error("the store says that it takes writes")
	}
	if err := s.Ready(t.Context()); err != nil {
		t.Errorf("what is there cannot be read: %v", err)
	}
	if err := s.Delete(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	settle(t, s)
	if err := write(t.Context(), s, 1000); err != nil {
		t.Errorf("with room again: %v", err)
	}
}

// A disk without a byte left: writes fail, the store says why, and once there is room
// the embedded server is started anew. What was acknowledged before is there.
func TestADiskWithoutAByteLeft(t *testing.T) {
	t.Parallel() // it waits, more than it works
	dir := smalldisk.New(t, "16m")
	s, err := Open(t.Context(), Options{Dir: dir, MinFree: 1, MaxStore: 1 << 30})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	kept := uuid.New()
	if err := For[paper](s, Settings).Create(t.Context(), kept, paper{"kept"}, note("kept")); err != nil {
		t.Fatal(err)
	}
	ballast := smalldisk.Fill(t, dir)
	for range 40 { // what was allocated before may take a few
		if err = write(t.Context(), s, 100<<10); err != nil {
			break
		}
	}
	if err == nil {
		t.Fatal("a full disk takes everything")
	}
	if err := s.Disk(); !errors.Is(err, ErrDisk) {
		t.Errorf("Disk says %v", err)
	}
	if err := s.Writable(t.Context()); err == nil {
		t.Error("the store says that it takes writes")
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	settle(t, s)
	if err := s.Disk(); err != nil {
		t.Errorf("with room, Disk says %v", err)
	}
	if err := write(t.Context(), s, 1000); err != nil {
		t.Errorf("with room, writing says %v", err)
	}
	if got, err := For[paper](s, Settings).Get(t.Context(), kept); err != nil || got.Text != "kept" {
		t.Errorf("what was written before is %q (%v)", got.Text, err)
	}
	if last, err := s.Last(t.Context(), kept); err != nil || last != 1 {
		t.Errorf("its log ends at %d (%v), want 1", last, err)
	}
}

// What one stream takes says nothing about the other.
func TestAStreamIsSuspectUntilItTakesAWrite(t *testing.T) {
	s := openIn(t, t.TempDir())
	lab, docs := uuid.New(), For[paper](s, Settings)
	if err := docs.Create(t.Context(), lab, paper{}); err != nil {
		t.Fatal(err)
	}
	s.suspect.documents.Store(true)
	s.suspect.log.Store(true)
	if _, err := s.Append(t.Context(), lab, note("told")); err != nil {
		t.Fatal(err)
	}
	if !s.suspect.documents.Load() || s.suspect.log.Load() {
		t.Error("the log took a write, and that is held for the documents")
	}
	s.suspect.log.Store(true)
	if err := docs.Update(t.Context(), lab, func(*paper, *Outbox) error { return nil }); err != nil {
		t.Fatal(err)
	}
	if s.suspect.documents.Load() || !s.suspect.log.Load() {
		t.Error("a document was saved, and that is held for the log")
	}
	s.suspect.documents.Store(true)
	if err := s.Writable(t.Context()); err != nil || s.suspect.documents.Load() || s.suspect.log.Load() {
		t.Errorf("both take writes, and Writable says %v", err)
	}
}

func TestCountingLabs(t *testing.T) {
	s := openIn(t, t.TempDir())
	before := time.Now().Add(-time.Second)
	for range 3 {
		lab := uuid.New()
		for _, kind := range []Kind{Settings, Auth} {
			if err := For[paper](s, kind).Create(t.Context(), lab, paper{}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if n, err := s.Labs(t.Context()); err != nil || n != 3 {
		t.Errorf("there are %d labs (%v), want 3", n, err)
	}
	if at, err := s.LastWrite(t.Context()); err != nil || at.Before(before) {
		t.Errorf("the last write was at %s (%v)", at, err)
	}
}

func TestOperationsAreTimed(t *testing.T) {
	seen := map[string]int{}
	delivered := make(chan time.Duration, 1)
	s, err := Open(t.Context(), Options{
		Dir:       t.TempDir(),
		Timed:     func(op string, _ time.Duration) { seen[op]++ },
		Delivered: func(after time.Duration) { delivered <- after },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	lab, docs := uuid.New(), For[paper](s, Settings)
	if err := docs.Create(t.Context(), lab, paper{}); err != nil {
		t.Fatal(err)
	}
	if err := docs.Update(t.Context(), lab, func(*paper, *Outbox) error { return nil }); err != nil {
		t.Fatal(err)
	}
	if _, err := docs.Get(t.Context(), lab); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Append(t.Context(), lab, note("heard before")); err != nil {
		t.Fatal(err)
	}
	if err := s.Touch(t.Context(), lab); err != nil {
		t.Fatal(err)
	}
	for _, op := range []string{"create", "update", "get", "append", "touch"} {
		if seen[op] != 1 {
			t.Errorf("%s was timed %d times, want once", op, seen[op])
		}
	}

	ctx, stop := context.WithCancel(t.Context())
	heard, ended := make(chan uint64, 2), make(chan error, 1)
	go func() {
		ended <- s.Follow(ctx, lab, 0, func(e event.Event) error { heard <- e.Seq; return nil })
	}()
	<-heard // from the log: nobody asks how old that is
	other := secondClient(t, s)
	if _, err := other.Append(t.Context(), lab, note("heard live")); err != nil {
		t.Fatal(err)
	}
	if after := <-delivered; after < 0 || after > time.Minute {
		t.Errorf("delivered after %s", after)
	}
	stop()
	<-ended
}

// soonReady is Store.Ready for who waits half a second.
func soonReady(t *testing.T, s *Store) error {
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	return s.Ready(ctx)
}

// A server that goes away is missed within the time that one is ready to wait, and the
// store goes on by itself when it is back.
func TestAServerThatGoesAndComes(t *testing.T) {
	s := openIn(t, t.TempDir())
	lab := uuid.New()
	if err := For[paper](s, Settings).Create(t.Context(), lab, paper{"kept"}); err != nil {
		t.Fatal(err)
	}
	if err := s.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.server.running.Shutdown()
	s.server.running.WaitForShutdown()
	if err := soonReady(t, s); err == nil {
		t.Error("without its server, the store says that it is ready")
	}
	if err := s.server.restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	for soonReady(t, s) != nil {
		if t.Context().Err() != nil {
			t.Fatal("it does not come back")
		}
	}
	if got, err := For[paper](s, Settings).Get(t.Context(), lab); err != nil || got.Text != "kept" {
		t.Errorf("the document is %q (%v)", got.Text, err)
	}
	if err := For[paper](s, Settings).Update(t.Context(), lab, func(p *paper, _ *Outbox) error { p.Text = "changed"; return nil }); err != nil {
		t.Error(err)
	}
}
