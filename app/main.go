// Command app is what runs in the learner's browser, compiled to WebAssembly:
// the screen of the lab and the OAuth client in it. The server is a program of
// its own (package server), which keeps this one small.
package main

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/browser"
	"oauthlab/app/ui"
	"oauthlab/app/ui/page"
)

func main() {
	loaded := page.Decode(browser.PageContent())
	ui.Routes(loaded.Chapters, func(path string) (page.Content, bool) { return loaded, loaded.Path == path })
	app.RunWhenOnBrowser()
}
