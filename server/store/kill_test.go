package store

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"oauthlab/lessons/event"
)

// childEnv names the folder on which a process started by this test works.
const childEnv = "STORE_TEST_CHILD"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childEnv); dir != "" {
		fmt.Fprintln(os.Stderr, work(dir))
		os.Exit(1)
	}
	os.Exit(func() int {
		var err error
		if natsFolder, err = os.MkdirTemp("", "oauthlab-nats-"); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(natsFolder) //nolint:errcheck // a temporary folder
		return m.Run()
	}())
}

// killLabs are worked on in every round of the test.
var killLabs = []uuid.UUID{
	uuid.MustParse("11111111-1111-4111-8111-111111111111"),
	uuid.MustParse("22222222-2222-4222-8222-222222222222"),
}

// killOptions hold more events than the test can make.
func killOptions(dir string) Options { return Options{Dir: dir, MaxEventsPerLab: 100_000} }

// work changes documents and appends events on dir until the process is killed.
// Each event that is acknowledged it prints, as "<lab> <id>".
func work(dir string) error {
	s, err := Open(context.Background(), killOptions(dir))
	if err != nil {
		return err
	}
	var out sync.Mutex
	return writeMuch(context.Background(), s, func(lab uuid.UUID, id string) {
		out.Lock()
		defer out.Unlock()
		fmt.Printf("%s %s\n", lab, id)
	})
}

// writeMuch changes documents and appends events, many at once, until one of them
// fails. It says which events were acknowledged.
func writeMuch(ctx context.Context, s *Store, acknowledge func(lab uuid.UUID, id string)) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var writers sync.WaitGroup
	d := For[state](s, Auth)
	for _, lab := range killLabs {
		if err := d.Create(ctx, lab, state{}); err != nil && !errors.Is(err, ErrExists) {
			return err
		}
		for range 2 {
			writers.Go(func() {
				for {
					var id string
					err := d.Update(ctx, lab, func(doc *state, out *Outbox) error {
						doc.Count++
						id = fmt.Sprintf("count-%d", doc.Count)
						out.Add(note(id))
						out.Add(note(id + "-too"))
						return nil
					})
					if err != nil {
						cancel(err)
						return
					}
					acknowledge(lab, id)
					acknowledge(lab, id+"-too")
				}
			})
			writers.Go(func() {
				for {
					id := uuid.NewString()
					if _, err := s.Append(ctx, lab, note(id)); err != nil {
						cancel(err)
						return
					}
					acknowledge(lab, id)
				}
			})
		}
	}
	writers.Wait()
	return context.Cause(ctx)
}

func TestAKillLosesNothingAcknowledged(t *testing.T) {
	dir := t.TempDir()
	acknowledged := make(map[uuid.UUID]map[string]bool)
	for _, lab := range killLabs {
		acknowledged[lab] = make(map[string]bool)
	}
	for range 4 {
		killAtRandom(t, dir, acknowledged)

		s, err := Open(t.Context(), killOptions(dir))
		if err != nil {
			t.Fatal(err)
		}
		for _, lab := range killLabs {
			checkSurvivor(t, s, lab, acknowledged[lab])
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// killAtRandom lets a child work on dir and kills it at some acknowledgement.
func killAtRandom(t *testing.T, dir string, acknowledged map[uuid.UUID]map[string]bool) {
	t.Helper()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), childEnv+"="+dir)
	child.Stderr = os.Stderr
	stdout, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	fatal := 1 + rand.IntN(500)
	lines := bufio.NewScanner(stdout)
	n := 0
	for lines.Scan() {
		lab, id, ok := strings.Cut(lines.Text(), " ")
		if !ok {
			t.Errorf("the child printed %q", lines.Text())
			continue
		}
		acknowledged[uuid.MustParse(lab)][id] = true
		if n++; n == fatal {
			if err := child.Process.Kill(); err != nil {
				t.Error(err)
			}
		}
	}
	if err := child.Wait(); err == nil || n < fatal {
		t.Fatalf("the child ended by itself after %d acknowledgements: %v", n, err)
	}
}

// checkSurvivor compares what a lab holds with what was acknowledged.
func checkSurvivor(t *testing.T, s *Store, lab uuid.UUID, acknowledged map[string]bool) {
	t.Helper()
	var events []event.Event
	err := s.Events(t.Context(), lab, 0, func(e event.Event) error {
		events = append(events, e)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	wantDense(t, events, len(events))
	held := make(map[string]bool)
	told := 0 // by changes of the document
	for _, e := range events {
		held[e.ID] = true
		if !strings.HasPrefix(e.ID, "count-") {
			continue
		}
		want := fmt.Sprintf("count-%d", told/2+1)
		if told%2 == 1 {
			want += "-too"
		}
		if told++; e.ID != want {
			t.Fatalf("position %d holds %s, want %s", e.Seq, e.ID, want)
		}
	}
	for id := range acknowledged {
		if !held[id] {
			t.Errorf("event %s was acknowledged and is lost", id)
		}
	}
	doc, err := For[state](s, Auth).Get(t.Context(), lab)
	if err != nil || told != 2*doc.Count {
		t.Errorf("the document counts %d changes, the log tells %d events of them: %v", doc.Count, told, err)
	}
	t.Logf("lab %.8s: %d events, %d acknowledged, %d changes", lab, len(events), len(acknowledged), doc.Count)
}
