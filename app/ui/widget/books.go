package widget

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
)

// book is a page of the lab that is read and not run. The server renders it whole.
type book struct{ Path, Title, Text string }

func Books() []book {
	return []book{
		{"/glossary", "Glossary", "Every term of the lessons in a sentence or two, with its section."},
		{"/troubleshooting", "Troubleshooting", "Every error of the lab: its usual causes, and the cure."},
		{"/reference", "Reference", "Every endpoint, parameter, protection and attack."},
		{"/asvs", "ASVS V10", "What a security review asks, number by number."},
		{"/client-bench", "Client bench", "Which faults of a server your client notices."},
		{"/class", "For a class", "What is to be done, handed in and checked."},
		{"/embed", "Recordings", "Flows and attacks, to show in a page or a slide of yours."},
	}
}

// BookShelf links to them.
func BookShelf() app.UI {
	var links []app.UI
	for _, b := range Books() {
		links = append(links, tag.A(b.Path, "shelf-link").Text(b.Title))
	}
	return tag.Nav("shelf").Aria("label", "To look up").Body(links...)
}
