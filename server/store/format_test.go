package store

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"oauthlab/lessons/event"
)

// oldLab is the lab in testdata/format1.tar.gz. A release that wrote format 1 made the
// folder, and was killed when it had saved that a code was spent, and had not told it yet.
var oldLab = uuid.MustParse("2b531d1e-85d8-466a-9025-5bcd3114cc59")

// oldOptions keep the old lab for as long as the one that made it would.
func oldOptions(dir string) Options { return Options{Dir: dir, LabTTL: 876000 * time.Hour} }

// oldFolder unpacks testdata/format1.tar.gz.
func oldFolder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if out, err := exec.Command("tar", "-xzf", "testdata/format1.tar.gz", "-C", dir).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return dir
}

func openOld(t *testing.T, dir string) *Store {
	t.Helper()
	s, err := Open(t.Context(), oldOptions(dir))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// A folder of the first format is taken over with all that it holds: its log goes on where
// it ended, and what waited in a document is told once.
func TestAFolderOfTheFirstFormat(t *testing.T) {
	dir := oldFolder(t)
	s := openOld(t, dir)
	type authDocument struct {
		Clients []json.RawMessage
		Codes   []struct{ Spent *time.Time }
		Tokens  []json.RawMessage
	}
	d := For[authDocument](s, Auth)
	got, err := d.Get(t.Context(), oldLab)
	if err != nil || len(got.Codes) != 1 || got.Codes[0].Spent == nil || len(got.Tokens) != 1 {
		t.Fatalf("the document is %+v (%v), want a spent code and its token", got, err)
	}
	log := replay(t, s, oldLab, 0)
	wantDense(t, log, len(log))
	spent := 0
	for _, e := range log {
		if e.Change != nil && e.Change.What == "code" && e.Change.Action == "spent" {
			spent++
		}
	}
	if last := log[len(log)-1]; spent != 1 || last.Change == nil || last.Change.What != "token" {
		t.Errorf("the log tells %d times that the code was spent, and ends with %+v; want once, and the token", spent, last)
	}
	err = d.Update(t.Context(), oldLab, func(_ *authDocument, out *Outbox) error { out.Add(note("new")); return nil })
	if err != nil {
		t.Fatal(err)
	}
	log = append(log, note("new"))
	wantLine(t, replay(t, s, oldLab, uint64(len(log)-3)), line(positioned(log)[len(log)-3:]))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, acknowledgedName))
	if err != nil || !strings.HasPrefix(string(text), "oauthlab acknowledged 2\n") {
		t.Errorf("the folder says %.30q (%v), want format 2", text, err)
	}
	s = openOld(t, dir)
	wantLine(t, replay(t, s, oldLab, 0), line(positioned(log)))
}

// positioned numbers events as the log does.
func positioned(events []event.Event) []event.Event {
	for i := range events {
		events[i].Seq = uint64(i + 1)
	}
	return events
}

// A folder of a later format is refused, and nothing in it is changed.
func TestAFolderOfANewerFormatIsRefused(t *testing.T) {
	dir := t.TempDir()
	if err := openIn(t, dir).Close(); err != nil {
		t.Fatal(err)
	}
	rewrite(t, filepath.Join(dir, acknowledgedName), func(text []byte) []byte {
		return []byte(strings.Replace(string(text), "acknowledged 2\n", "acknowledged 3\n", 1))
	})
	before := contents(t, dir)
	for _, accept := range []bool{false, true} {
		_, err := Open(t.Context(), Options{Dir: dir, AcceptLoss: accept})
		want := "store: the data folder is of a newer release: " + dir + " has format 3, and this release reads up to 2"
		if !errors.Is(err, ErrNewer) || err.Error() != want {
			t.Errorf("the start says %v, want %s", err, want)
		}
	}
	if after := contents(t, dir); after != before {
		t.Errorf("a refused start changes the folder from\n%sto\n%s", before, after)
	}
}
