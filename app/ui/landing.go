package ui

import (
	"html"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

const (
	landingTitle       = "OAuth Lab: run it, break it, see why, mend it"
	landingDescription = "Learn OAuth 2.1 and OpenID Connect by running them, breaking them and mending them against real servers."
)

// landing is the way in: what this is, in one screen.
type landing struct {
	app.Compo
	content Content
	missing bool // the content is not at hand
}

// OnNav names the page.
func (l *landing) OnNav(ctx app.Context) {
	ctx.Page().SetTitle(landingTitle)
	ctx.Page().SetDescription(html.EscapeString(landingDescription))
	if l.missing {
		fetchPage(ctx)
	}
}

func (l *landing) Render() app.UI {
	return app.Div().Class("landing").Body(
		app.Header().Class("landing-top").Body(logo()),
		app.Main().Class("landing-main").Body(
			app.H1().Class("landing-title").Text("Learn OAuth by breaking it."),
			app.P().Class("landing-lead").Text(
				"A real client in this page signs Alice in at a real authorization server. "+
					"You see every message. Then you switch a protection off, and see what Mallory does with that."),
			app.P().Class("landing-ways").Body(
				app.A().Class("button button-primary button-large").Href("/v03-pkce").Text("Break PKCE in one minute"),
				app.A().Class("button button-large").Href("/v03-pkce").Text("Start here"),
			),
			l.loop(),
		),
		l.content.embed(),
	)
}

// loop is what every chapter does.
func (l *landing) loop() app.UI {
	steps := []struct{ title, text string }{
		{"Run it", "The flow runs between real servers, and every message is drawn as it passes."},
		{"Break it", "Guess what happens without the protection. Switch it off. Let Mallory try."},
		{"See why", "The check that would have refused, and the very lines of code that ran."},
		{"Mend it", "Switch it on again, and see who refuses her."},
	}
	items := make([]app.UI, 0, len(steps))
	for _, s := range steps {
		items = append(items, app.Li().Class("loop-step").Body(
			app.H2().Class("loop-title").Text(s.title),
			app.P().Class("loop-text").Text(s.text),
		))
	}
	return app.Ol().Class("loop").Body(items...)
}

// logo leads home.
func logo() app.UI {
	return app.A().Class("logo").Href("/").Body(
		app.Img().Class("logo-image").Src("/web/icons/logo.svg").Alt("").Width(24).Height(24),
		app.Span().Class("logo-name").Text("OAuth Lab"),
	)
}
