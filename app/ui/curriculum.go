package ui

import "oauthlab/lessons"

// curriculum lists the chapters of part I in the order in which they are
// taught, whether they are there yet or not.
var curriculum = []ChapterLink{
	{ID: "v01", Title: "Login and code"},
	{ID: "v02", Title: "State"},
	{ID: "v03", Title: "PKCE and the token endpoint"},
	{ID: "v04", Title: "A protected API"},
	{ID: "v05", Title: "Refresh tokens"},
	{ID: "v06", Title: "Split servers"},
	{ID: "v07", Title: "OpenID Connect"},
	{ID: "v08", Title: "JWKS and RS256"},
	{ID: "v09", Title: "Resource indicators"},
	{ID: "v10", Title: "Token exchange"},
}

// chapterPaths are the pages of the chapters that there are.
func chapterPaths() []string {
	return []string{"/v01-login-and-code", "/v02-state", "/v03-pkce"}
}

// Curriculum returns the chapters for the switcher at the top. Those among
// there are links; chapters that the list does not know come last.
func Curriculum(there []lessons.Chapter) []ChapterLink {
	links := append([]ChapterLink(nil), curriculum...)
	for _, c := range there {
		link := ChapterLink{ID: c.ID, Title: c.Title, Path: c.Path}
		if i := indexOf(links, c.ID); i >= 0 {
			links[i] = link
		} else {
			links = append(links, link)
		}
	}
	return links
}

func indexOf(links []ChapterLink, id string) int {
	for i, link := range links {
		if link.ID == id {
			return i
		}
	}
	return -1
}
