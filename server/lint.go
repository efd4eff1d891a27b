package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"oauthlab/server/lab"
)

// lintFolder checks the chapters in a folder as a start with --lessons does, and has
// the robot play each. What is wrong is printed, a finding a line, and is an error.
func lintFolder(ctx context.Context, args []string, stdout io.Writer) error {
	flags := flag.NewFlagSet("oauthlab lint", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	var c lessonsConfig
	flags.BoolVar(&c.only, "lessons-only", false, "check the folder by itself, without the lab's own chapters")
	flags.Usage = func() {
		fmt.Fprint(stdout, "oauthlab lint [flags] DIR: check the chapters in a folder, and play them\n")
		flags.SetOutput(stdout)
		flags.PrintDefaults()
	}
	if err := parseQuietly(flags, args); err != nil {
		return err
	}
	if flags.NArg() != 1 {
		return errors.New("lint takes one folder: oauthlab lint DIR")
	}
	c.dir = flags.Arg(0)
	taught, err := c.read()
	if err == nil {
		err = playAll(ctx, taught)
	}
	if findings := (*findingsError)(nil); errors.As(err, &findings) {
		for _, f := range findings.told() {
			fmt.Fprintln(stdout, f)
		}
		return fmt.Errorf("%s: %d to mend", c.dir, len(findings.list))
	}
	if err != nil {
		return err
	}
	var ids []string
	for _, one := range taught.theirs {
		ids = append(ids, one.ID)
	}
	fmt.Fprintf(stdout, "%s: %s can be played to the end; nothing to mend.\n", c.dir, strings.Join(ids, ", "))
	return nil
}

// playAll has the robot play the chapters of a teacher's folder.
func playAll(ctx context.Context, taught teaching) (err error) {
	data, err := os.MkdirTemp("", "oauthlab-lint-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(data) //nolint:errcheck // a temporary folder
	return serveWhile(ctx, config{data: data}, func(ctx context.Context, h *house) error {
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

// serveWhile serves a whole lab on free ports while work is done in it.
func serveWhile(ctx context.Context, c config, work func(context.Context, *house) error) error {
	c.table = lab.AllParties()
	c.origins = freeOrigins(c.table)
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
