package main

import (
	"context"
	"errors"
	"os"
	"strings"

	"oauthlab/server/config"
	"oauthlab/server/lab"
	"oauthlab/server/prove"
)

// freeOrigins are those that the parties have by default, on ports that are free.
func freeOrigins(table lab.Parties) lab.Origins {
	origins := table.Defaults()
	for id, origin := range origins {
		origins[id] = origin[:strings.LastIndexByte(origin, ':')] + ":0"
	}
	return origins
}

// serveTrial serves a whole lab on free ports while work is done in it. Its labs lie in a
// temporary folder. It is a prove.Serve.
func serveTrial(ctx context.Context, work func(context.Context, prove.Prover) error) error {
	data, err := os.MkdirTemp("", "oauthlab-trial-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(data) //nolint:errcheck // a temporary folder
	s := setup{Config: config.Default(lab.AllParties())}
	s.Data, s.Origins = data, freeOrigins(s.Parties)
	h, err := open(ctx, s)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	served := make(chan error, 1)
	go func() { served <- h.serve(ctx) }()
	err = work(ctx, h.prover())
	stop()
	return errors.Join(err, <-served)
}

// prover proves things in the labs of this program.
func (h *house) prover() prove.Prover { return prove.Prover{Labs: h.labs, Attacks: h.attacks} }
