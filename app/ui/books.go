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

// reading is the page for who runs no script: the server writes it, and where
// there are scripts nobody needs it.
func reading(c Content) app.UI {
	if app.IsClient || c.Reading == "" {
		return nil
	}
	return app.Raw("<noscript>" + c.Reading + "</noscript>")
}
