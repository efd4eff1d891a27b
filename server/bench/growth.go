package main

import (
	"context"
	"fmt"
	"time"

	"oauthlab/app/lab"
	"oauthlab/lessons/api"
)

// measureGrowth times flows and the calls of a lab's API while the store grows, and the
// start of the program before and after. A price that grows with the number of labs is a
// mistake somewhere; the start reads what is stored, and may.
func (b *bench) measureGrowth(ctx context.Context) error {
	return b.with(ctx, func(p *program) error {
		b.report.add("growth", "0 labs: start of the program", milliseconds(p.took), "ms")
		var sessions []*lab.Session
		for _, labs := range b.counts.grown {
			more, err := b.fill(ctx, p, labs-len(sessions))
			if err != nil {
				return err
			}
			sessions = append(sessions, more...)
			if err := b.measureAt(ctx, p, sessions, fmt.Sprintf("%d labs: ", labs)); err != nil {
				return err
			}
		}
		if err := p.restart(ctx, b.binary); err != nil {
			return err
		}
		b.report.add("growth", fmt.Sprintf("%d labs: start of the program", len(sessions)), milliseconds(p.took), "ms")
		return nil
	})
}

// measureAt measures a program that has these labs.
func (b *bench) measureAt(ctx context.Context, p *program, sessions []*lab.Session, name string) error {
	var m played
	if err := b.play(ctx, p, b.counts.learners, chapter, &m); err != nil {
		return err
	}
	m.report(b.report, "growth", fmt.Sprintf("%s%d at once: ", name, b.counts.learners))
	for _, o := range operations() {
		each := make([]time.Duration, b.counts.operations)
		before, err := p.processor(ctx)
		if err != nil {
			return err
		}
		for i := range each {
			begun := time.Now()
			if err := o.do(ctx, p, sessions[i*stride%len(sessions)]); err != nil {
				return fmt.Errorf("%s: %w", o.name, err)
			}
			each[i] = time.Since(begun)
		}
		after, err := p.processor(ctx)
		if err != nil {
			return err
		}
		b.report.add("growth", name+o.name+", median", milliseconds(percentile(each, 50)), "ms")
		b.report.add("growth", name+o.name+", processor time", milliseconds(after-before)/float64(len(each)), "ms")
	}
	return nil
}

// operation is a call of the lab's API.
type operation struct {
	name string
	do   func(ctx context.Context, p *program, s *lab.Session) error
}

func operations() []operation {
	return []operation{
		{"make a lab", func(ctx context.Context, p *program, _ *lab.Session) error {
			_, err := p.open(ctx, chapter)
			return err
		}},
		{"read a lab", func(ctx context.Context, _ *program, s *lab.Session) error {
			_, err := s.Refresh(ctx)
			return err
		}},
		{"switch a protection off", func(ctx context.Context, _ *program, s *lab.Session) error {
			_, err := s.Patch(ctx, api.Patch{Protections: map[string]bool{"pkce": false}})
			return err
		}},
		{"read its state", func(ctx context.Context, _ *program, s *lab.Session) error {
			_, err := s.StateSheets(ctx, false)
			return err
		}},
		{"reset it", func(ctx context.Context, _ *program, s *lab.Session) error {
			_, err := s.Reset(ctx)
			return err
		}},
	}
}
