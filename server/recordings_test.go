package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"oauthlab/lessons/recording"
	"oauthlab/server/attack"
)

// What is recorded of each chapter and each attack is what happens now. A difference is a
// change of the protocol, of an attack or of what is said of it: look at it, and if it is
// meant, record it with make golden.
func TestGoldenRecordings(t *testing.T) {
	began := time.Now()
	h := openHouseWith(t, func(c *setup) {
		c.now = func() time.Time { return began } // what is told of time is not told by how long this takes
	})
	root := filepath.Join("..", recording.Folder)
	var files []string
	check := func(runs ...recording.Run) {
		t.Helper()
		file := filepath.Join(root, filepath.FromSlash(runs[0].File()))
		files = append(files, file)
		t.Run(runs[0].File(), func(t *testing.T) {
			var text strings.Builder
			for _, r := range runs {
				one, err := r.Text()
				if err != nil {
					t.Fatal(err)
				}
				text.WriteString(one)
			}
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				t.Fatal(err)
			}
			compare(t, file, text.String())
		})
	}
	for _, c := range h.taught.Recorded() {
		script, err := h.taught.Script(c)
		if err != nil {
			t.Fatal(err)
		}
		flow, err := h.prover().RecordFlow(t.Context(), c.ID, script)
		if err != nil {
			t.Fatal(err)
		}
		check(flow)
	}
	for _, a := range attack.Catalogue() {
		runs, err := h.prover().RecordAttack(t.Context(), a)
		if err != nil {
			t.Fatal(err)
		}
		check(runs...)
	}
	there, err := filepath.Glob(filepath.Join(root, "*", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range there {
		if !slices.Contains(files, file) {
			t.Errorf("%s is the recording of nothing: take it away", file)
		}
	}
}
