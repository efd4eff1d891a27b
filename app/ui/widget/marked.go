package widget

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/ui/session"
)

// Marked puts the mark on what is next.
func Marked(e app.HTMLElem, s session.TourStop, here bool) app.HTMLElem {
	if !here {
		return e
	}
	return e.DataSet("tour", "next").DataSet("tour-label", s.Label())
}
