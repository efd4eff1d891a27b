package ui

import (
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
)

// saying is what the live region says: a sentence or two on what came of what the learner
// did, for who does not see it.
type saying struct {
	Text string
	Odd  bool // of the first, third, fifth time
}

// region says it politely. Each time it stands in the other of two places: what is said
// twice would not change the page, and not be heard again.
func (t saying) region() app.UI {
	places := []app.UI{tag.P(), tag.P()}
	at := 0
	if t.Odd {
		at = 1
	}
	places[at] = tag.P().Text(t.Text)
	return tag.Div("unseen").ID("told").Role("status").Aria("live", "polite").Body(places...)
}

// tell has the live region say text.
func (d *desk) tell(text string) { d.screen.Told = saying{Text: text, Odd: !d.screen.Told.Odd} }

// report tells what is new in the log and has come of what the learner did, then
// praises. What the log held when the page was loaded is no news.
func (d *desk) report(praise string) {
	news, at := d.screen.View.News, d.screen.View.NewsAt
	if at == d.heard {
		news = ""
	}
	d.heard = at
	if text := strings.TrimSpace(news + " " + strings.TrimPrefix(praise, "✓ ")); text != "" && d.acted {
		d.tell(text)
	}
}
