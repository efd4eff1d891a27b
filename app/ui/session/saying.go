package session

import (
	"strings"
)

// Announcement is what the live region says: a sentence or two on what came of what the learner
// did, for who does not see it.
type Announcement struct {
	Text string
	Odd  bool // of the first, third, fifth time
}

// tell has the live region say text.
func (c *Controller) tell(text string) {
	c.screen.Told = Announcement{Text: text, Odd: !c.screen.Told.Odd}
}

// report tells what is new in the log and has come of what the learner did, then
// praises. What the log held when the page was loaded is no news.
func (c *Controller) report(praise string) {
	news, at := c.screen.ToldView().News, c.screen.ToldView().NewsAt
	if at == c.heard {
		news = ""
	}
	c.heard = at
	if text := strings.TrimSpace(news + " " + strings.TrimPrefix(praise, "✓ ")); text != "" && c.acted {
		c.tell(text)
	}
}
