package stage

import (
	"html"
	"strconv"
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
)

// still is a page as a server sent it, to be looked at and scrolled: no script in it runs,
// and its controls are off (timeline, pageOf). It is of the lab's own origin, whose policy it is under,
// so that the styles it names are found.
type still struct {
	app.Compo
	Seq  uint64 // position of the answer
	HTML string
}

// CompoID names it by its answer: a frame that is given another page would add to the
// history.
func (s *still) CompoID() string { return strconv.FormatUint(s.Seq, 10) }

func (s *still) Render() app.UI {
	return tag.Iframe("alice-frame", "alice-still").Title("What Alice's browser got: "+titleOf(s.HTML)).
		Attr("sandbox", "allow-same-origin").Attr("srcdoc", s.HTML)
}

// titleOf returns what a page calls itself.
func titleOf(page string) string {
	_, rest, _ := strings.Cut(page, "<title>")
	title, _, found := strings.Cut(rest, "</title>")
	if !found {
		return "an answer without a title"
	}
	return html.UnescapeString(title)
}
