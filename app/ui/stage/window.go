package stage

import (
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
	"oauthlab/app/timeline"
	"oauthlab/app/ui/session"
)

// What the diagram draws of a long log: the latest bands, and of each the latest
// rows. The rest waits until it is asked for. It is left out in chunks, so that
// what is drawn does not move along with every event.
const (
	windowBands, chunkBands = 20, 10
	windowRows, chunkRows   = 120, 60
)

// hiddenOf returns how many of n are left out at the beginning, where pages says
// how often the learner asked for earlier ones.
func hiddenOf(n, window, chunk, pages int) int {
	return max(0, n-window*(pages+1)) / chunk * chunk
}

// hiddenRows returns how many rows of a band are left out at the beginning. One
// that is selected is drawn.
func hiddenRows(b timeline.Band, selected uint64, pages int) int {
	hidden := hiddenOf(len(b.Rows), windowRows, chunkRows, pages)
	for i := range hidden {
		if selected != 0 && b.Rows[i].Seq == selected {
			return i
		}
	}
	return hidden
}

// earlierButton asks for what is left out.
func earlierButton(c *session.Controller, key, text string) app.UI {
	return tag.Button("earlier").Text(text).
		OnClick(func(app.Context, app.Event) { c.ShowEarlier(key) }, app.EventScope(key))
}

// earlierText says how much is left out: "Show earlier (40 more)".
func earlierText(hidden int) string { return "Show earlier (" + strconv.Itoa(hidden) + " more)" }
