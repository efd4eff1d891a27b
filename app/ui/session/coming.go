package session

import (
	"oauthlab/app/timeline"
	"oauthlab/lessons/event"
)

// Coming is what is still to come of what the diagram shows: of a story or a replay, or of
// the chapter's flow, until that has run once.
func (c *Controller) Coming() []timeline.Coming {
	s := c.screen
	if s.Replay.On() {
		return timeline.After(s.View, s.Replay.Key, s.Replay.Frame().Until)
	}
	chapter := c.content.Chapter.ID
	_, here := CutBands(s.View.Bands, chapter, s.Elsewhere(chapter))
	switch {
	case len(here) == 0:
		return c.content.Coming
	case len(here) == 1 && here[0].Attack == "" && c.begins(here[0]):
		return timeline.StillToCome(c.content.Coming, here[0].Rows)
	}
	return nil
}

// begins reports whether the client of the chapter begins the flow: the one in the page does so
// by itself, and the web app because it is asked to. What another client will do, nobody knows.
func (c *Controller) begins(b timeline.Band) bool {
	if len(b.Rows) == 0 {
		return false
	}
	if c.RunsWebApp() {
		return b.Rows[0].To == event.Webapp
	}
	return b.Rows[0].From == event.Client
}
