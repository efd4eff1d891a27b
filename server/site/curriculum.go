package site

import (
	"slices"

	"oauthlab/app/ui/page"
	"oauthlab/lessons"
	"oauthlab/lessons/load"
)

// curriculum returns the chapters for the switcher at the top: those that are there,
// as links, and then those that are to come.
func curriculum(there []lessons.Chapter, coming []load.Coming) []page.ChapterLink {
	links := make([]page.ChapterLink, 0, len(there)+len(coming))
	for _, c := range there {
		links = append(links, page.ChapterLink{ID: c.ID, Title: c.Title, Part: c.Part, Path: c.Path, Tour: c.Tour})
	}
	for _, c := range coming {
		if !slices.ContainsFunc(links, func(l page.ChapterLink) bool { return l.ID == c.ID }) {
			links = append(links, page.ChapterLink{ID: c.ID, Title: c.Title, Part: c.Part})
		}
	}
	return links
}
