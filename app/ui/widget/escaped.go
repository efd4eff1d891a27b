package widget

import (
	"html"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// Escaped returns text for an attribute, or for the description of a page, which becomes
// one. The server writes it into the page as it is given; a browser takes it for text, and
// escapes nothing. A page's title is text to both.
func Escaped(text string) string {
	if app.IsServer {
		return html.EscapeString(text)
	}
	return text
}
