package ui

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/browser"
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

	finished map[string]bool // chapters that the learner has done, by id
}

// OnNav names the page.
func (l *landing) OnNav(ctx app.Context) {
	ctx.Page().SetTitle(landingTitle)
	ctx.Page().SetDescription(inHead(landingDescription))
	if l.missing {
		fetchPage(ctx)
	}
}

// OnMount looks up what was done before, in the browser only.
func (l *landing) OnMount(ctx app.Context) {
	p, _ := readProgress(browser.Keep().Get(progressKey))
	ctx.Dispatch(func(app.Context) { l.finished = p.done() })
}

func (l *landing) Render() app.UI {
	return app.Div().Class("landing").Body(
		app.Header().Class("landing-top").Body(logo()),
		app.Main().Class("landing-main").Body(
			app.Div().Class("landing-hero").Body(l.hero(), landingStory()),
			app.Div().Class("landing-below").Body(app.Div().Body(l.loop(), bookShelf(), withoutScript()), l.chapters()),
		),
		l.content.embed(),
	)
}

// hero says what this is, and leads in.
func (l *landing) hero() app.UI {
	return app.Div().Class("landing-words").Body(
		app.H1().Class("landing-title").Text("Learn OAuth by breaking it."),
		app.P().Class("landing-lead").Text(
			"A real client in this page signs Alice in at a real authorization server, and you see every message. "+
				"Then you switch a protection off, and see what is lost."),
		app.P().Class("landing-who").Body(
			app.Strong().Text("Alice"), app.Text(" has an account and a browser. "),
			app.Strong().Class("is-mallory").Text("Mallory"), app.Text(" wants what is hers, and does what real attackers do."),
		),
		app.P().Class("landing-ways").Body(
			app.A().Class("button button-primary button-large").Href(l.path("v03")+"?tour=1").Text("Break PKCE in one minute"),
			app.A().Class("button button-large").Href(l.path("v01")).Text("Start at v01"),
		),
	)
}

// path returns the page of a chapter, also where the content is not at hand.
func (l *landing) path(id string) string {
	for _, link := range l.content.Chapters {
		if link.ID == id && link.Path != "" {
			return link.Path
		}
	}
	for i, link := range curriculum {
		if paths := chapterPaths(); link.ID == id && i < len(paths) {
			return paths[i]
		}
	}
	return "/"
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

// chapters lists them; those that are not there yet lead nowhere.
func (l *landing) chapters() app.UI {
	var items []app.UI
	for _, link := range l.content.Chapters {
		items = append(items, app.Li().Class("toc-item").Body(l.chapter(link)))
	}
	return app.Nav().Class("toc").Aria("label", "Chapters").Body(
		app.H2().Class("toc-title").Text("Chapters"),
		app.Ol().Class("toc-list").Body(items...),
	)
}

func (l *landing) chapter(link ChapterLink) app.UI {
	name := []app.UI{
		app.Span().Class("toc-id").Text(link.ID),
		app.Span().Class("toc-name").Text(link.Title),
	}
	switch {
	case link.Path == "":
		name = append(name, app.Span().Class("toc-word").Text("not there yet"))
		return app.Span().Class("toc-link", "is-off").Body(name...)
	case l.finished[link.ID]:
		name = append(name, app.Span().Class("toc-word", "is-done").Text("✓ done"))
	}
	return app.A().Class("toc-link").Href(link.Path).Body(name...)
}

// logo leads home.
func logo() app.UI {
	return app.A().Class("logo").Href("/").Body(
		app.Img().Class("logo-image").Src("/web/icons/logo.svg").Alt("").Width(24).Height(24),
		app.Span().Class("logo-name").Text("OAuth Lab"),
	)
}
