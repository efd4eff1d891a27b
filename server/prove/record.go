package prove

import (
	"context"
	"fmt"

	"oauthlab/lessons/api"
	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/lessons/load"
	"oauthlab/lessons/recording"
	"oauthlab/lessons/trace"
	"oauthlab/server/attack"
	"oauthlab/server/lab"
	"oauthlab/server/robot"
)

// RecordFlow records what happens in a chapter with everything on.
func (p Prover) RecordFlow(ctx context.Context, version string, s robot.Script) (recording.Run, error) {
	h := recording.Head{Chapter: version, Stands: []guard.Switches{{}}}
	l, err := p.LabWith(ctx, version, nil)
	if err != nil {
		return recording.Run{}, err
	}
	return p.record(ctx, l, &h, func() error { return p.Play(ctx, l, s) })
}

// RecordAttack records an attack in its chapter: with everything on, as it needs the lab to
// stand, with each alone of the guards that stop it, and with none of them. The last is
// recorded once more with whole protections off, as a learner switches them, where it
// succeeds then too. Runs that are the same are one.
func (p Prover) RecordAttack(ctx context.Context, a attack.Attack) ([]recording.Run, error) {
	var runs []recording.Run
	seen := map[string]bool{}
	take := func(s guard.Switches, only func(recording.Run) bool) error {
		key := recording.Key(a.Chapter, s)
		if seen[key] {
			return nil
		}
		r, err := p.recordAttack(ctx, a, s)
		if err != nil || !only(r) {
			return err
		}
		seen[key] = true
		for i := range runs {
			if runs[i].Same(r) {
				runs[i].Stands = append(runs[i].Stands, s)
				return nil
			}
		}
		runs = append(runs, r)
		return nil
	}
	always := func(recording.Run) bool { return true }
	there := guard.Rules{Chapter: a.Chapter}
	for _, values := range standings(a, there) {
		s, err := switchesOf(there, values)
		if err != nil {
			return nil, err
		}
		if err := take(s, always); err != nil {
			return nil, err
		}
	}
	whole, err := wholly(a, there)
	if err != nil {
		return nil, err
	}
	return runs, take(whole, recording.Run.Succeeded)
}

// standings are how a lab stands in which the attack is recorded.
func standings(a attack.Attack, there guard.Rules) []map[guard.ID]string {
	all := []map[guard.ID]string{nil, a.Given}
	if stops := a.Stops(there); len(stops) > 1 {
		for _, alone := range stops {
			all = append(all, Without(a, alone))
		}
	}
	return append(all, Without(a, ""))
}

// switchesOf are the values as a lab of the chapter keeps them.
func switchesOf(there guard.Rules, values map[guard.ID]string) (s guard.Switches, err error) {
	s = guard.Switches{}
	for id, value := range values {
		if !there.Has(id) {
			continue
		}
		if s, err = s.With(id, asJSON(value)); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// wholly is how the lab stands as the attack needs it, with each protection off that has a
// guard which stops it.
func wholly(a attack.Attack, there guard.Rules) (guard.Switches, error) {
	s, err := switchesOf(there, a.Given)
	for _, id := range a.StoppedBy {
		if protection, _ := guard.ProtectionOf(id); err == nil && there.Has(id) {
			s, err = s.WithProtection(protection.ID, false)
		}
	}
	for id := range s {
		if !there.Has(id) {
			delete(s, id) // a copy's, which comes in a later chapter
		}
	}
	return s, err
}

// recordAttack records one run of the attack.
func (p Prover) recordAttack(ctx context.Context, a attack.Attack, s guard.Switches) (recording.Run, error) {
	h := recording.Head{Chapter: a.Chapter, Attack: a.ID, Stands: []guard.Switches{s}}
	l, _, err := p.Labs.Create(ctx, a.Chapter)
	if err != nil {
		return recording.Run{}, err
	}
	l, err = p.Labs.Change(ctx, l.ID, lab.Change{Switches: func(guard.Switches) (guard.Switches, error) { return s, nil }})
	if err != nil {
		return recording.Run{}, err
	}
	return p.record(ctx, l, &h, func() error {
		result, err := p.Attacks.Run(ctx, l, a)
		if err == nil && result.Outcome == api.CutShort {
			err = fmt.Errorf("%s was cut short", a.ID)
		}
		h.Outcome, h.By = result.Outcome, result.By
		return err
	})
}

// record returns what play puts into the lab's log.
func (p Prover) record(ctx context.Context, l *lab.Lab, h *recording.Head, play func() error) (recording.Run, error) {
	begin, err := p.Labs.Store.Last(ctx, l.ID)
	if err != nil {
		return recording.Run{}, err
	}
	if err := play(); err != nil {
		return recording.Run{}, err
	}
	var events []event.Event
	err = p.Labs.Store.Events(ctx, l.ID, begin, func(e event.Event) error {
		events = append(events, e)
		return nil
	})
	if err != nil {
		return recording.Run{}, err
	}
	return recording.NewRun(*h, recording.Normalize(events, trace.NewWriter(l.Issuer(), l.API()), l.ID.String(), l.Origins))
}

// Recorded are the versions that are recorded: the chapters that stand on themselves.
func (t Teaching) Recorded() []load.Chapter {
	var all []load.Chapter
	for _, c := range t.Ours {
		if c.ID == c.Version {
			all = append(all, c)
		}
	}
	return all
}
