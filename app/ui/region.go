package ui

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
	"oauthlab/app/ui/session"
)

// region says politely what came of what the learner did. Each time it stands in the other of two places: what is said
// twice would not change the page, and not be heard again.
func region(t session.Announcement) app.UI {
	places := []app.UI{tag.P(), tag.P()}
	at := 0
	if t.Odd {
		at = 1
	}
	places[at] = tag.P().Text(t.Text)
	return tag.Div("unseen").ID("told").Role("status").Aria("live", "polite").Body(places...)
}
