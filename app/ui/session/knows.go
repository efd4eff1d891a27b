package session

import (
	"oauthlab/app/lab"
	"oauthlab/app/timeline"
	"oauthlab/lessons/guard"
)

// OpenKnows shows what was told of the user of the latest login, and by whom. opener is the id
// of the button that was pressed.
func (c *Controller) OpenKnows(opener string) {
	c.OpenFrom(opener, DialogKnows)
}

// Knows returns what was told of the user of the latest login, as far as the stage has come.
func (c *Controller) Knows() timeline.Triptych {
	if c.screen.Replay.On() {
		return timeline.TriptychOf(c.untilStep())
	}
	return timeline.TriptychOf(c.log.Events())
}

// TellsWho reports whether there is anybody who tells clients who has signed in.
func (s Screen) TellsWho() bool { return lab.Rules(s.Lab).Offers(guard.OpenIDConnect) }
