package main

import (
	"context"
	"fmt"

	"oauthlab/server/lab"
	"oauthlab/server/prove"
	"oauthlab/server/seed"
)

// readSeed reads the file of --seed. A mistake in it ends the start before anything happens.
func (c *setup) readSeed(taught prove.Teaching) ([]lab.Seed, error) {
	if c.Seed.File == "" {
		return nil, nil
	}
	return seed.ReadFile(c.Seed.File, &lab.Labs{
		Origins: c.Origins, Chapters: taught.Standing(), OwnRedirects: lab.OwnRedirects(c.OwnClients), Now: c.now,
	})
}

// seed makes the labs of the seed, or brings those that it made before to what it says. It
// changes none where one of them is somebody's.
func (h *house) seed(ctx context.Context, seeds []lab.Seed) error {
	for _, step := range []func(context.Context, lab.Seed) error{h.labs.CheckSeed, h.labs.Seed} {
		for _, s := range seeds {
			if err := step(ctx, s); err != nil {
				return fmt.Errorf("--seed %s: the lab %s: %w", h.config.Seed.File, s.ID, err)
			}
		}
	}
	for _, s := range seeds {
		h.seeded = append(h.seeded, h.config.Origins.Issuer(s.ID))
	}
	return nil
}
