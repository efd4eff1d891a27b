package widget

import (
	"oauthlab/app/tag"

	"oauthlab/app/ui/session"
)

// Marked puts the mark on what is next.
func Marked(e *tag.Element, s session.TourStop, here bool) *tag.Element {
	if !here {
		return e
	}
	return e.DataSet("tour", "next").DataSet("tour-label", s.Label())
}
