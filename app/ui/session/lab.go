package session

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"oauthlab/app/browser"
	"oauthlab/app/lab"
	"oauthlab/app/timeline"
	"oauthlab/lessons"
	"oauthlab/lessons/api"
	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
)

// arrive brings the lab to this page: into its chapter, and to how the link wants
// it (/v03-pkce?off=pkce). A tour begins at the beginning.
func (c *Controller) arrive(l Link) {
	p := l.Patch
	if chapter := c.content.Chapter.ID; c.screen.Lab.Chapter != chapter {
		p.Chapter = &chapter
	}
	changes := p.Chapter != nil || p.Protections != nil || p.Guards != nil || p.Settings != nil || p.ClockOffsetSeconds != nil
	if !changes && !l.Tour {
		return
	}
	c.call(Switching, func(ctx context.Context, s *lab.Session) (err error) {
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
			c.clear()
			c.forget()
			c.reduce()
		}
	})
}

// Elsewhere returns the chapter in which the lab is, where that is not the page's own:
// another tab took it there.
func (s Screen) Elsewhere(chapter string) string {
	if !s.Open || s.Busy == Switching || s.Lab.Chapter == chapter {
		return ""
	}
	return s.Lab.Chapter
}

// BringBack takes the lab to this page's chapter again.
func (c *Controller) BringBack() {
	chapter := c.content.Chapter.ID
	c.patch(api.Patch{Chapter: &chapter})
}

// Turn switches a protection with all its parts.
func (c *Controller) Turn(id string, on bool) {
	c.patch(api.Patch{Protections: map[string]bool{id: on}})
}

// TurnPart switches one part, or sets a habit or a setting.
func (c *Controller) TurnPart(id guard.ID, value any) {
	if part, _ := guard.FindPart(id); part.Kind == guard.Setting {
		c.patch(api.Patch{Settings: map[string]string{string(id): fmt.Sprint(value)}})
		return
	}
	text, err := json.Marshal(value)
	if err != nil {
		return // a bool or a string never fails
	}
	c.patch(api.Patch{Guards: map[string]json.RawMessage{string(id): text}})
}

// SetUp sets what an attack needs, and nothing else, by parts and settings with their values.
// opener is the id of what has the focus then: the button that was pressed is gone.
func (c *Controller) SetUp(given map[string]string, opener string) {
	c.patchThen(patchOf(aloneOf(given, Statuses(c.screen.Lab, c.content.Chapter.Version))), func() { c.FocusSoon(opener) })
}

// aloneOf is what is given, and beside it that nothing else is unusual about the same
// protections: of two faults of a server, a client notices one first.
func aloneOf(given map[string]string, all []ProtectionStatus) map[string]string {
	alone := maps.Clone(given)
	for _, s := range all {
		if !slices.ContainsFunc(s.Parts, func(p PartStatus) bool { return given[string(p.Part.ID)] != "" }) {
			continue
		}
		for _, p := range s.Parts {
			if p.Part.Kind == guard.Habit && given[string(p.Part.ID)] == "" && !p.Safe() {
				alone[string(p.Part.ID)] = p.Part.Values[0]
			}
		}
	}
	return alone
}

// SetUpStep sets what a step's attack needs.
func (c *Controller) SetUpStep(step lessons.Step) {
	a, _ := c.content.Attack(step.Attack)
	c.SetUp(a.Given, StepAttackID(step.ID))
}

// StepAttackID is the id of the button that runs a step's attack.
func StepAttackID(step string) string { return "step-attack-" + step }

// patchOf is the call that sets parts and settings to their values.
func patchOf(given map[string]string) api.Patch {
	p := api.Patch{Guards: map[string]json.RawMessage{}, Settings: map[string]string{}}
	for id, value := range given {
		switch part, _ := guard.FindPart(guard.ID(id)); part.Kind {
		case guard.Setting:
			p.Settings[id] = value
		case guard.Habit:
			p.Guards[id] = []byte(strconv.Quote(value))
		default:
			p.Guards[id] = []byte(value) // true or false
		}
	}
	return p
}

// Mend switches everything on that is off.
func (c *Controller) Mend() {
	on := map[string]bool{}
	for _, s := range Broken(Statuses(c.screen.Lab, c.content.Chapter.Version)) {
		on[s.Protection.ID] = true
	}
	c.patchThen(api.Patch{Protections: on}, func() {
		AfterDraw(func() { browser.Reveal(".topbar-run") }) // the button that was pressed is gone
	})
}

func (c *Controller) patch(p api.Patch) { c.patchThen(p, nil) }

func (c *Controller) patchThen(p api.Patch, done func()) {
	c.call(Switching, func(ctx context.Context, s *lab.Session) error {
		_, err := s.Patch(ctx, p)
		return err
	}, done)
}

// refresh reads how the lab stands, which another tab or program may have changed.
func (c *Controller) refresh() {
	c.call(Idle, func(ctx context.Context, s *lab.Session) error {
		_, err := s.Refresh(ctx)
		return err
	}, nil)
}

// Attack lets Mallory try.
func (c *Controller) Attack(id string) {
	if c.session == nil || c.screen.Busy != Idle {
		return
	}
	c.Show(PaneStage)
	c.makeWay()
	c.screen.Frame = FrameEmpty // the lab plays Alice now
	browser.DropFrame(holder)
	c.attacked, c.attackEnded, c.attackTold, c.attackedAfter = true, false, false, c.screen.View.Last
	c.screen.Selected, c.screen.Message, c.screen.Guard, c.screen.Tab = 0, timeline.Message{}, "", TabDecoded
	c.call(attacking, func(ctx context.Context, s *lab.Session) error {
		_, err := s.RunAttack(ctx, id)
		return err
	}, nil)
}

// Reset brings the lab back to the chapter's start.
func (c *Controller) Reset() {
	c.call(Switching, func(ctx context.Context, s *lab.Session) error {
		_, err := s.Reset(ctx)
		return err
	}, func() {
		c.clear()
		c.forget()
		c.reduce()
	})
}

// ExplainVerdict selects a message and shows the code that decided on it.
func (c *Controller) ExplainVerdict(seq uint64, guardID string) {
	c.uncover()
	c.explainVerdict(seq, guardID)
}

// explainVerdict does so below the drawer, if that is open.
func (c *Controller) explainVerdict(seq uint64, guardID string) {
	c.inspect(seq)
	c.screen.Tab, c.screen.Guard = TabWhy, guardID
	c.readFromTop()
	showLine := func() { AfterDraw(func() { browser.ScrollTo(".code-line.is-here") }) }
	if c.screen.Code.Guard == guardID {
		showLine()
		return
	}
	c.screen.Code = api.Code{}
	var code api.Code
	c.call(Idle, func(ctx context.Context, s *lab.Session) (err error) {
		code, err = s.Code(ctx, guardID)
		return err
	}, func() {
		if c.screen.Guard == guardID {
			c.screen.Code = code
			showLine()
		}
	})
}

// ShowCode shows the code of a guard, at the latest verdict of it if there is one.
func (c *Controller) ShowCode(guardID string) {
	c.ExplainVerdict(c.latestVerdict(guardID), guardID)
	c.Show(PaneStage)
}

// latestVerdict returns the position of the guard's latest verdict that was not
// "passed", else of its latest one, else 0.
func (c *Controller) latestVerdict(guardID string) uint64 {
	var passed uint64
	for _, e := range slices.Backward(timeline.SinceReset(c.log.Events())) {
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
