package session

import (
	"context"
	"strings"

	"oauthlab/app/lab"
	"oauthlab/app/timeline"
	"oauthlab/lessons/prose"
)

// OpenChanged opens the dialog that tells what changed in the lab, and counts the learner's
// own clients for it. opener is the id of the button that was pressed.
func (c *Controller) OpenChanged(opener string) {
	c.OpenFrom(opener, DialogChanged)
	c.screen.OwnClients = 0
	var n int
	c.call(Idle, func(ctx context.Context, s *lab.Session) (err error) {
		n, err = s.OwnClients(ctx)
		return err
	}, func() { c.screen.OwnClients = n })
}

// TellSince chooses from when on it is told what happened.
func (c *Controller) TellSince(when timeline.Since) { c.screen.Since = when }

// SinceName is a row of the table of moments.
type SinceName struct {
	Since timeline.Since
	Name  string
}

// Sinces is the table of moments since which it is told what happened.
func Sinces() []SinceName {
	return []SinceName{{timeline.SinceOpened, "the chapter was opened"}, {timeline.SinceRun, "the last run"}, {timeline.SinceTen, "ten minutes before the end of the log"}}
}

// ChangedText tells how the lab differs from how its chapter opens, and what happened, as
// text for the one who is asked for help. It ends with a link that brings a lab to the same state.
func (c *Controller) ChangedText() string {
	differs := c.differs(true)
	if n := c.screen.OwnClients; n > 0 {
		differs = append(differs, prose.Count(n, "client")+" of my own registered")
	}
	var since string
	for _, s := range Sinces() {
		if s.Since == c.screen.Since {
			since = s.Name
		}
	}
	return "OAuth Lab, " + c.content.Heading() + ": " + c.content.Chapter.Title +
		"\n\nHow my lab differs from how the chapter opens:" + listed(differs) +
		"\n\nWhat happened since " + since + " (UTC, by the lab's clock):" + listed(timeline.Happened(c.log.Events(), c.screen.Since)) +
		"\n\nA link to this state: " + c.LinkTo(ShareState) + "\n"
}

// listed is a list, a line each.
func listed(lines []string) string {
	if len(lines) == 0 {
		return "\n- nothing"
	}
	return "\n- " + strings.Join(lines, "\n- ")
}
