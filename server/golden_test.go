package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/lessons/load"
	"oauthlab/lessons/trace"
	"oauthlab/server/prove"
)

var update = flag.Bool("update", false, "record the golden traces and the recordings anew (make golden)")

// What a chapter's happy flow puts on the wire, beside the chapter's prose; and what
// each habit changes about it, as a patch. A difference is a change of the protocol: look
// at it, and if it is meant, record it with make golden.
func TestGoldenTraces(t *testing.T) {
	h := openHouse(t)
	for _, c := range h.taught.Chapters {
		if c.ID != c.Version { // the trace is its version's
			continue
		}
		folder := filepath.Join("..", prove.OurLessons, c.Folder)
		files := []string{filepath.Join(folder, prove.TraceFile)}
		whole := h.trace(t, c, nil)
		t.Run(c.ID, func(t *testing.T) {
			compare(t, filepath.Join(folder, prove.TraceFile), whole)
		})
		for _, p := range guard.Catalogue() {
			if p.ID == "server-faults" { // what each changes is a table's, and tested there
				continue
			}
			for _, part := range p.Parts {
				since := p.Chapter
				if part.Since != "" {
					since = part.Since
				}
				if part.Refuses() || since != c.ID {
					continue
				}
				for _, value := range part.Values[1:] {
					name := fmt.Sprintf("trace-%s-%s.diff", part.ID, strings.ReplaceAll(value, " ", "-"))
					changed := trace.Patch(whole, h.trace(t, c, map[guard.ID]string{part.ID: value}))
					if part.Kind == guard.Setting && changed == "" {
						continue // it is about something else, such as learners' own clients
					}
					files = append(files, filepath.Join(folder, name))
					t.Run(c.ID+" "+name, func(t *testing.T) {
						compare(t, filepath.Join(folder, name), changed)
					})
				}
			}
		}
		there, err := filepath.Glob(filepath.Join(folder, "trace*"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range there {
			if !slices.Contains(files, file) {
				t.Errorf("%s is the trace of nothing: take it away", file)
			}
		}
	}
}

func compare(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s is out of date (make golden records it):\n%s", file, diff)
	}
}

// trace plays the chapter's script in a new lab and returns its log as a trace.
func (h *house) trace(t *testing.T, c load.Chapter, switches map[guard.ID]string) string {
	t.Helper()
	script, err := h.taught.Script(c)
	if err != nil {
		t.Fatal(err)
	}
	l, err := h.prover().LabWith(t.Context(), c.ID, switches)
	if err != nil {
		t.Fatal(err)
	}
	begin, err := h.store.Last(t.Context(), l.ID)
	if err != nil {
		t.Fatal(err)
	}
	if err := h.prover().Play(t.Context(), l, script); err != nil {
		t.Fatal(err)
	}
	places := []trace.Place{{Address: "/" + l.ID.String(), Name: "{path}"}}
	for _, p := range h.config.Parties {
		places = append(places, trace.Place{Address: l.Origins[p.ID], Name: "{" + string(p.ID) + "}"})
	}
	w := trace.NewWriter(l.Issuer(), l.API(), places...)
	var lines strings.Builder
	err = h.store.Events(t.Context(), l.ID, begin, func(e event.Event) error {
		lines.WriteString(w.Event(e))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return lines.String()
}
