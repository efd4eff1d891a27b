package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"oauthlab/server/config"
	"oauthlab/server/lab"
)

// lintFolder checks the chapters in a folder as a start with --lessons does, and has
// the robot play each. What is wrong is printed, a finding a line, and is an error.
func lintFolder(ctx context.Context, l config.Lint, stdout io.Writer) error {
	c := config.Lessons{Dir: l.Dir, Only: l.Only}
	taught, err := readLessons(c)
	if err == nil {
		err = playAll(ctx, taught)
	}
	if findings := (*findingsError)(nil); errors.As(err, &findings) {
		for _, f := range findings.told() {
			fmt.Fprintln(stdout, f)
		}
		return fmt.Errorf("%s: %d to mend", c.Dir, len(findings.list))
	}
	if err != nil {
		return err
	}
	var ids []string
	for _, one := range taught.theirs {
		ids = append(ids, one.ID)
	}
	fmt.Fprintf(stdout, "%s: %s can be played to the end; nothing to mend.\n", c.Dir, strings.Join(ids, ", "))
	return nil
}

// playAll has the robot play the chapters of a teacher's folder.
func playAll(ctx context.Context, taught teaching) (err error) {
	data, err := os.MkdirTemp("", "oauthlab-lint-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(data) //nolint:errcheck // a temporary folder
	return serveWhile(ctx, data, func(ctx context.Context, h *house) error {
		var found findingsError
		for _, one := range taught.theirs {
			findings, err := h.rehearse(ctx, one)
			if err != nil {
				return err
			}
			found.list = append(found.list, findings...)
		}
		if len(found.list) > 0 {
			return &found
		}
		return nil
	})
}

// freeOrigins are those that the parties have by default, on ports that are free.
func freeOrigins(table lab.Parties) lab.Origins {
	origins := table.Defaults()
	for id, origin := range origins {
		origins[id] = origin[:strings.LastIndexByte(origin, ':')] + ":0"
	}
	return origins
}

// serveWhile serves a whole lab on free ports while work is done in it; data is its folder.
func serveWhile(ctx context.Context, data string, work func(context.Context, *house) error) error {
	c := setup{Config: config.Default(lab.AllParties())}
	c.Data, c.Origins = data, freeOrigins(c.Parties)
	h, err := open(ctx, c)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	served := make(chan error, 1)
	go func() { served <- h.serve(ctx) }()
	err = work(ctx, h)
	stop()
	return errors.Join(err, <-served)
}
