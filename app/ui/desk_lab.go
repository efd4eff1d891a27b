package ui

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"oauthlab/app/browser"
	"oauthlab/app/lab"
	"oauthlab/app/timeline"
	"oauthlab/lessons/api"
	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
)

// arrive brings the lab to this page: into its chapter, and to how the link wants
// it (/v03-pkce?off=pkce). A tour begins at the beginning.
func (d *desk) arrive(l link) {
	p := l.Patch
	if chapter := d.content.Chapter.ID; d.screen.Lab.Chapter != chapter {
		p.Chapter = &chapter
	}
	changes := p.Chapter != nil || p.Protections != nil || p.Guards != nil || p.Settings != nil
	if !changes && !l.Tour {
		return
	}
	d.call(switching, func(ctx context.Context, s *lab.Session) (err error) {
		if l.Tour {
			if p.Chapter != nil {
				_, err = s.Patch(ctx, api.Patch{Chapter: p.Chapter})
			}
			if err == nil {
				_, err = s.Reset(ctx)
			}
		}
		if err == nil && changes {
			_, err = s.Patch(ctx, p)
		}
		return err
	}, func() {
		if l.Tour {
			d.clear()
			d.forget()
			d.reduce()
		}
	})
}

// elsewhere returns the chapter in which the lab is, where that is not the page's own:
// another tab took it there.
func (s screen) elsewhere(chapter string) string {
	if !s.Open || s.Busy == switching || s.Lab.Chapter == chapter {
		return ""
	}
	return s.Lab.Chapter
}

// bringBack takes the lab to this page's chapter again.
func (d *desk) bringBack() {
	chapter := d.content.Chapter.ID
	d.patch(api.Patch{Chapter: &chapter})
}

// turn switches a protection with all its parts.
func (d *desk) turn(id string, on bool) {
	d.patch(api.Patch{Protections: map[string]bool{id: on}})
}

// turnPart switches one part, or sets a habit or a setting.
func (d *desk) turnPart(id guard.ID, value any) {
	if part, _ := guard.FindPart(id); part.Kind == guard.Setting {
		d.patch(api.Patch{Settings: map[string]string{string(id): fmt.Sprint(value)}})
		return
	}
	text, err := json.Marshal(value)
	if err != nil {
		return // a bool or a string never fails
	}
	d.patch(api.Patch{Guards: map[string]json.RawMessage{string(id): text}})
}

// mend switches everything on that is off.
func (d *desk) mend() {
	on := map[string]bool{}
	for _, s := range broken(standings(d.screen.Lab, d.content.Chapter.Version)) {
		on[s.Protection.ID] = true
	}
	d.patchThen(api.Patch{Protections: on}, func() {
		afterDraw(func() { browser.Reveal(".topbar-run") }) // the button that was pressed is gone
	})
}

func (d *desk) patch(p api.Patch) { d.patchThen(p, nil) }

func (d *desk) patchThen(p api.Patch, done func()) {
	d.call(switching, func(ctx context.Context, s *lab.Session) error {
		_, err := s.Patch(ctx, p)
		return err
	}, done)
}

// refresh reads how the lab stands, which another tab or program may have changed.
func (d *desk) refresh() {
	d.call(idle, func(ctx context.Context, s *lab.Session) error {
		_, err := s.Refresh(ctx)
		return err
	}, nil)
}

// attack lets Mallory try.
func (d *desk) attack(id string) {
	if d.session == nil || d.screen.Busy != idle {
		return
	}
	d.show(paneStage)
	d.makeWay()
	d.screen.Frame = frameEmpty // the lab plays Alice now
	browser.DropFrame(holder)
	d.attacked = true
	d.screen.Selected, d.screen.Message, d.screen.Guard, d.screen.Tab = 0, timeline.Message{}, "", tabDecoded
	d.call(attacking, func(ctx context.Context, s *lab.Session) error {
		_, err := s.RunAttack(ctx, id)
		return err
	}, nil)
}

// reset brings the lab back to the chapter's start.
func (d *desk) reset() {
	d.call(switching, func(ctx context.Context, s *lab.Session) error {
		_, err := s.Reset(ctx)
		return err
	}, func() {
		d.clear()
		d.forget()
		d.reduce()
	})
}

// toggleState opens the state drawer with what the parties hold now, or closes it.
func (d *desk) toggleState() {
	d.screen.StateOpen = !d.screen.StateOpen
	if d.screen.StateOpen {
		d.readState()
	}
}

// explainVerdict selects a message and shows the code that decided on it.
func (d *desk) explainVerdict(seq uint64, guardID string) {
	d.inspect(seq)
	d.screen.Tab, d.screen.Guard = tabWhy, guardID
	d.readFromTop()
	showLine := func() { afterDraw(func() { browser.ScrollTo(".code-line.is-here") }) }
	if d.screen.Code.Guard == guardID {
		showLine()
		return
	}
	d.screen.Code = api.Code{}
	var code api.Code
	d.call(idle, func(ctx context.Context, s *lab.Session) (err error) {
		code, err = s.Code(ctx, guardID)
		return err
	}, func() {
		if d.screen.Guard == guardID {
			d.screen.Code = code
			showLine()
		}
	})
}

// showCode shows the code of a guard, at the latest verdict of it if there is one.
func (d *desk) showCode(guardID string) {
	d.explainVerdict(d.latestVerdict(guardID), guardID)
	d.show(paneStage)
}

// latestVerdict returns the position of the guard's latest verdict that was not
// "passed", else of its latest one, else 0.
func (d *desk) latestVerdict(guardID string) uint64 {
	var passed uint64
	for _, e := range slices.Backward(timeline.SinceReset(d.log.Events())) {
		if e.Verdict == nil || e.Verdict.Guard != guardID {
			continue
		}
		if e.Verdict.Outcome != event.Passed {
			return e.Seq
		}
		passed = max(passed, e.Seq)
	}
	return passed
}
