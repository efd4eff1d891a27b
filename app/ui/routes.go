// Package ui composes the screen of OAuth Lab: its routes, the landing page and the
// page of a chapter.
//
// Below it stand, a component a file, the columns of a chapter's page: lesson, stage
// and panel, and dialogs, which open above them. None of them knows another. What
// several of them draw is in widget. What a page says is in package page. What it
// shows and what its buttons do is in session, which draws nothing.
//
// A component's exported fields are given by its parent, the others are its
// own. Render is pure. Looks are classes (web/css); there are no inline styles,
// which the lab's content security policy forbids.
//
// What the screen shows of a lab comes out of app/timeline; what it does goes
// through app/lab, app/client and app/browser.
package ui

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/ui/page"
)

// Routes registers every page, for the server that prerenders them and for the
// program in the browser: the landing page, and those of the chapters that are
// there. content returns what the page at a path says, or false where that is
// not at hand: in the browser, for every page but the one that was loaded.
func Routes(chapters []page.ChapterLink, content func(path string) (page.Content, bool)) {
	app.Route("/", func() app.Composer {
		c, missing := contentOf(content, "/")
		return &landing{content: c, missing: missing}
	})
	for _, link := range chapters {
		if link.Path == "" {
			continue
		}
		app.Route(link.Path, func() app.Composer {
			c, missing := contentOf(content, link.Path)
			return newChapterPage(link.Path, c, missing)
		})
	}
}

// contentOf returns the content of the page at path, and whether it has to be
// fetched. Where the server itself has none, the page says so, and carries its
// path all the same: else the browser would fetch it again and again.
func contentOf(content func(path string) (page.Content, bool), path string) (c page.Content, missing bool) {
	c, ok := content(path)
	if !ok && app.IsServer {
		return page.Content{Path: path}, false
	}
	return c, !ok
}

// fetchPage loads the page anew, so that the server sends it with its content.
func fetchPage(ctx app.Context) {
	if app.IsClient {
		ctx.Reload()
	}
}
