package main

import (
	"context"
	"errors"
	"testing"

	"oauthlab/app/timeline"
	"oauthlab/lessons"
	"oauthlab/lessons/content"
	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/lessons/load"
	"oauthlab/server/attack"
	"oauthlab/server/lab"
	"oauthlab/server/robot"
)

// The robot plays each chapter from run to mended, as its steps say. A step ticks when
// what it asks for has happened, and not before: a chapter that cannot be finished, or
// that finishes by itself, fails.
func TestEachChapterCanBePlayed(t *testing.T) {
	chapters, err := load.Chapters(content.FS)
	if err != nil {
		t.Fatal(err)
	}
	h := openHouse(t)
	for _, c := range chapters {
		t.Run(c.ID, func(t *testing.T) {
			l, _, err := h.labs.Create(t.Context(), c.ID)
			if err != nil {
				t.Fatal(err)
			}
			p := &player{T: t, house: h, chapter: c, lab: l}
			for i, step := range c.Steps {
				if len(step.Goals) > 0 && p.progress()[i].Done {
					t.Errorf("%s ticks before anything was done", step.ID)
				}
				p.play(step)
				if len(step.Goals) > 0 && !p.progress()[i].Done {
					t.Errorf("%s does not tick: %+v", step.ID, p.progress()[i].Goals)
				}
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

// player is a learner who does what the steps of a chapter say.
type player struct {
	*testing.T
	house   *house
	chapter lessons.Chapter
	lab     *lab.Lab
}

func (p *player) play(step lessons.Step) {
	p.Helper()
	if step.Kind == lessons.Run {
		alice := robot.New(p.house.labs, p.lab, p.house.attacks.Badges, event.Browser, "alice")
		callback, err := alice.SignIn(p.Context())
		if err != nil {
			p.Fatal(err)
		}
		if err := alice.Finish(p.Context(), callback); err != nil {
			p.Fatal(err)
		}
	}
	if step.Protection != "" && step.Switch != "" {
		after, err := p.house.labs.Change(p.Context(), p.lab.ID, lab.Change{Switches: func(s guard.Switches) (guard.Switches, error) {
			return s.WithProtection(step.Protection, step.Switch == "on")
		}})
		if err != nil {
			p.Fatal(err)
		}
		p.lab = after
	}
	if step.Attack != "" {
		a, err := attack.Find(step.Attack)
		if err != nil {
			p.Fatal(err)
		}
		if _, err := p.house.attacks.Run(p.Context(), p.lab, a); err != nil {
			p.Fatal(err)
		}
	}
}

func (p *player) progress() []timeline.StepProgress {
	p.Helper()
	var log []event.Event
	err := p.house.labs.Store.Events(p.Context(), p.lab.ID, 0, func(e event.Event) error {
		log = append(log, e)
		return nil
	})
	if err != nil {
		p.Fatal(err)
	}
	return timeline.Progress(p.chapter.Steps, log, nil)
}
