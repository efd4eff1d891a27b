package widget

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
)

// Troubleshooting links to the causes and cures of an error; nil where there is none.
func Troubleshooting(address string) app.UI {
	if address == "" {
		return nil
	}
	return tag.A(address, "term", "cures").Attr("target", "_blank").Text("Causes and cures")
}

// TermLink links to a term of the glossary; where it is none, it is text.
func TermLink(id, text string) app.UI {
	if id == "" {
		return app.Text(text)
	}
	return tag.A("/glossary#"+id, "term").Text(text)
}
