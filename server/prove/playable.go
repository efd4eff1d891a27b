package prove

import (
	"context"
	"errors"
	"fmt"

	"oauthlab/app/client"
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
		findings = append(findings, c.Pages[step].Problem(fmt.Sprintf(format, args...), c.GoalPath(step, goal)...))
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
		if err := learner.play(ctx, step, c.Plays[i]); err != nil {
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

// play does what a step says: the flow, what its attack needs, a switch, an attack, or what answers its questions.
func (p *player) play(ctx context.Context, step lessons.Step, answers []load.Play) error {
	for _, a := range answers {
		if err := p.answer(ctx, a); err != nil {
			return err
		}
	}
	if step.Kind == lessons.Run {
		if err := p.prover.Play(ctx, p.lab, p.script); err != nil {
			return err
		}
	}
	if step.Attack != "" {
		if err := p.setUp(ctx, step.Attack); err != nil {
			return err
		}
	}
	if step.Protection != "" && step.Switch != "" {
		if err := p.set(ctx, func(s guard.Switches) (guard.Switches, error) {
			return s.WithProtection(step.Protection, step.Switch == "on")
		}); err != nil {
			return err
		}
	}
	if step.Attack == "" {
		return nil
	}
	return p.attack(ctx, step.Attack)
}

// set changes what is on and off in the lab.
func (p *player) set(ctx context.Context, change func(guard.Switches) (guard.Switches, error)) error {
	after, err := p.prover.Labs.Change(ctx, p.lab.ID, lab.Change{Switches: change})
	if err != nil {
		return err
	}
	p.lab = after
	return nil
}

// setUp sets what an attack needs, as the learner does by one press.
func (p *player) setUp(ctx context.Context, id string) error {
	a, err := attack.Find(id)
	if err != nil || len(a.Given) == 0 {
		return err
	}
	return p.set(ctx, func(s guard.Switches) (guard.Switches, error) {
		for id, value := range a.Given {
			if s, err = s.With(id, asJSON(value)); err != nil {
				return nil, err
			}
		}
		return s, nil
	})
}

func (p *player) attack(ctx context.Context, id string) error {
	a, err := attack.Find(id)
	if err != nil {
		return err
	}
	_, err = p.prover.Attacks.Run(ctx, p.lab, a)
	return err
}

// answer does what answers a question.
func (p *player) answer(ctx context.Context, a load.Play) error {
	if err := p.set(ctx, func(guard.Switches) (guard.Switches, error) { return a.Switches() }); err != nil {
		return err
	}
	if a.Attack != "" {
		return p.attack(ctx, a.Attack)
	}
	alice := p.prover.alice(p.lab)
	alice.Client.Before = func(_ context.Context, d client.Draft) (client.Draft, error) {
		d.Parameters = a.Edited(d.Parameters)
		return d, nil
	}
	if err := alice.Play(ctx, p.script); err != nil {
		return err
	}
	if a.Twice && len(alice.Codes) > 0 {
		_, err := alice.Client.Redeem(ctx, alice.Codes[0])
		if err != nil && !errors.As(err, new(*client.TokenError)) {
			return err
		}
	}
	if a.Wait() == 0 {
		return nil
	}
	if err := alice.Wait(ctx, a.Wait()); err != nil {
		return err
	}
	return alice.Show(ctx)
}

// Play has Alice's robot play a chapter's script in the lab.
func (p Prover) Play(ctx context.Context, l *lab.Lab, s robot.Script) error {
	return p.alice(l).Play(ctx, s)
}

// alice is Alice's robot in a lab.
func (p Prover) alice(l *lab.Lab) *robot.Robot {
	return robot.New(p.Labs, l, p.Attacks.InternalSenders, event.Browser, "alice")
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
