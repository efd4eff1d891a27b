package main

import (
	"context"
	"errors"
	"testing"

	"oauthlab/server/lab"
)

// Our own chapters hold to what is asked of a teacher's.
func TestOurChaptersHaveNothingToMend(t *testing.T) {
	taught, err := lessonsConfig{}.read()
	if err != nil {
		t.Fatal(err)
	}
	findings, err := taught.lint()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range findings {
		t.Error(f)
	}
}

// The robot plays each chapter from run to mended, as its steps say. A step ticks when
// what it asks for has happened, and not before: a chapter that cannot be finished, or
// that finishes by itself, fails.
func TestEachChapterCanBePlayed(t *testing.T) {
	h := openHouse(t)
	for _, c := range h.taught.chapters {
		t.Run(c.ID, func(t *testing.T) {
			findings, err := h.rehearse(t.Context(), c)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range findings {
				t.Error(f)
			}
		})
	}
}

// openHouse serves a whole lab on free ports for the time of the test.
func openHouse(t *testing.T) *house { t.Helper(); return openHouseWith(t, func(*config) {}) }

// openHouseWith does so with the settings changed.
func openHouseWith(t *testing.T, change func(*config)) *house {
	t.Helper()
	c := config{data: t.TempDir(), log: "json", bounds: defaultBounds(), origins: lab.Origins{
		Lab: "http://localhost:0", Auth: "http://localhost:0", Mallory: "http://127.0.0.1:0",
	}}
	change(&c)
	h, err := open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	served := make(chan error, 1)
	go func() { served <- h.serve(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-served; err != nil && !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
	return h
}
