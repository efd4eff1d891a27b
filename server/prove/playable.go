package prove

import (
	"context"
	"fmt"

	"oauthlab/app/timeline"
	"oauthlab/lessons"
	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/lessons/load"
	"oauthlab/server/attack"
	"oauthlab/server/lab"
	"oauthlab/server/robot"
)

// VerifyPlayable has the robot play a chapter in a lab of its own, in the chapter's version,
// as its steps say, and returns what is wrong with it: a goal that no event meets, one that
// ticks before its step did anything, and so a chapter that cannot be finished, or that
// finishes by itself. An error is a fault of the lab, not of the chapter.
func (p Prover) VerifyPlayable(ctx context.Context, taught Teaching, c load.Chapter) (findings []error, err error) {
	l, _, err := p.Labs.Create(ctx, c.Version)
	if err != nil {
		return nil, err
	}
	script, err := taught.Script(c)
	if err != nil {
		return nil, err
	}
	learner := &player{prover: p, chapter: c.Chapter, script: script, lab: l}
	note := func(step, goal int, format string, args ...any) {
		findings = append(findings, c.Pages[step].Problem(fmt.Sprintf(format, args...), "goals", goal))
	}
	early := map[[2]int]bool{}
	for i, step := range c.Steps {
		before, err := learner.progress(ctx)
		if err != nil {
			return nil, err
		}
		for g, goal := range before[i].Goals {
			if goal.Met {
				early[[2]int{i, g}] = true
				note(i, g, "this goal ticks before its step has done anything: %q", goal.Text)
			}
		}
		if err := learner.play(ctx, step); err != nil {
			return nil, fmt.Errorf("play step %s of %s: %w", step.ID, c.ID, err)
		}
		after, err := learner.progress(ctx)
		if err != nil {
			return nil, err
		}
		for g, goal := range after[i].Goals {
			if goal.Met || early[[2]int{i, g}] {
				continue
			}
			met := "no event of the chapter's flow and attacks meets this goal: %q"
			if learner.sawFor(step.Goals[g]) {
				met = "playing the step does not bring about this goal, in this order: %q"
			}
			note(i, g, met, goal.Text)
		}
	}
	return findings, nil
}

// player is a learner who does what the steps of a chapter say.
type player struct {
	prover  Prover
	chapter lessons.Chapter
	script  robot.Script
	lab     *lab.Lab
	log     []event.Event // as progress last read it
}

// play does what a step says: the flow, a switch, an attack.
func (p *player) play(ctx context.Context, step lessons.Step) error {
	if step.Kind == lessons.Run {
		if err := p.prover.Play(ctx, p.lab, p.script); err != nil {
			return err
		}
	}
	if step.Protection != "" && step.Switch != "" {
		after, err := p.prover.Labs.Change(ctx, p.lab.ID, lab.Change{Switches: func(s guard.Switches) (guard.Switches, error) {
			return s.WithProtection(step.Protection, step.Switch == "on")
		}})
		if err != nil {
			return err
		}
		p.lab = after
	}
	if step.Attack == "" {
		return nil
	}
	a, err := attack.Find(step.Attack)
	if err != nil {
		return err
	}
	_, err = p.prover.Attacks.Run(ctx, p.lab, a)
	return err
}

// Play has Alice's robot play a chapter's script in the lab.
func (p Prover) Play(ctx context.Context, l *lab.Lab, s robot.Script) error {
	return robot.New(p.Labs, l, p.Attacks.InternalSenders, event.Browser, "alice").Play(ctx, s)
}

// progress reads how far the steps have come.
func (p *player) progress(ctx context.Context) ([]timeline.StepProgress, error) {
	p.log = nil
	err := p.prover.Labs.Store.Events(ctx, p.lab.ID, 0, func(e event.Event) error {
		p.log = append(p.log, e)
		return nil
	})
	return timeline.Progress(timeline.Lesson{Steps: p.chapter.Steps}, p.log), err
}

// sawFor reports whether any event so far meets the goal by itself.
func (p *player) sawFor(g lessons.Goal) bool {
	for _, e := range p.log {
		if g.Match(e) {
			return true
		}
	}
	return false
}
