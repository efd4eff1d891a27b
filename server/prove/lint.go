package prove

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"oauthlab/server/config"
)

// Lint checks the chapters in a folder as a start with --lessons does, and has
// the robot play each. What is wrong is printed, a finding a line, and is an error.
func Lint(ctx context.Context, serve Serve, l config.Lint, stdout io.Writer) error {
	c := config.Lessons{Dir: l.Dir, Only: l.Only}
	taught, err := Read(c)
	if err == nil {
		err = playAll(ctx, serve, taught)
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
	for _, one := range taught.Theirs {
		ids = append(ids, one.ID)
	}
	fmt.Fprintf(stdout, "%s: %s can be played to the end; nothing to mend.\n", c.Dir, strings.Join(ids, ", "))
	return nil
}

// playAll has the robot play the chapters of a teacher's folder.
func playAll(ctx context.Context, serve Serve, taught Teaching) error {
	return serve(ctx, func(ctx context.Context, p Prover) error {
		var found findingsError
		for _, one := range taught.Theirs {
			findings, err := p.VerifyPlayable(ctx, taught, one)
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
