// Package prove holds what proves that the content is true. Matrix runs every attack
// against every guard that is said to stop it; Lint checks chapters as a start does and
// has the robot play them to their end; Read reads the chapters that a lab teaches, and
// refuses what does not hold.
//
// It proves things in a lab that somebody else serves.
package prove

import (
	"context"

	"oauthlab/server/attack"
	"oauthlab/server/lab"
)

// Prover plays chapters and attacks in the labs of a program that is being served.
type Prover struct {
	Labs    *lab.Labs
	Attacks *attack.Runner
}

// Serve serves a whole lab while work is done in it. What labs it holds is thrown away
// afterwards.
type Serve func(ctx context.Context, work func(context.Context, Prover) error) error
