package ui

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
)

// book is a page of the lab that is read and not run. The server renders it whole.
type book struct{ path, title, text string }

func books() []book {
	return []book{
		{"/glossary", "Glossary", "Every term of the lessons in a sentence or two, with its section."},
		{"/troubleshooting", "Troubleshooting", "Every error of the lab: its usual causes, and the cure."},
		{"/reference", "Reference", "Every endpoint, parameter, protection and attack."},
	}
}

// bookShelf links to them.
func bookShelf() app.UI {
	var links []app.UI
	for _, b := range books() {
		links = append(links, tag.A(b.path, "shelf-link").Text(b.title))
	}
	return tag.Nav("shelf").Aria("label", "To look up").Body(links...)
}

// withoutScript says, where scripts are off, what the page can still do.
func withoutScript() app.UI {
	return app.Raw(`<noscript class="noscript">The lesson can be read as it is. To run it, this page needs JavaScript and WebAssembly.</noscript>`)
}
