package ui

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
	"oauthlab/app/ui/page"
	"oauthlab/app/ui/session"
	"oauthlab/app/ui/widget"
)

const (
	landingTitle       = "OAuth Lab: run it, break it, see why, mend it"
	landingDescription = "Learn OAuth 2.1 by running it, breaking it and mending it against a real server."
)

// landing is the way in: what this is, in one screen.
type landing struct {
	app.Compo
	content page.Content
	missing bool // the content is not at hand
}

// OnNav names the page.
func (l *landing) OnNav(ctx app.Context) {
	ctx.Page().SetTitle(landingTitle)
	ctx.Page().SetDescription(widget.Escaped(landingDescription))
	if l.missing {
		fetchPage(ctx)
	}
}

// OnMount ticks what was done before, in the browser only.
func (l *landing) OnMount(app.Context) {
	session.TickChapters()
}

func (l *landing) Render() app.UI {
	return tag.Div("landing").Body(
		tag.Header("landing-top").Body(widget.Logo()),
		tag.Main("landing-main").Body(
			tag.Div("landing-hero").Body(l.hero(), landingStory()),
			tag.Div("landing-below").Body(tag.Div().Body(l.loop(), widget.BookShelf(), reading(l.content)), chapters(l.content)),
		),
		embed(l.content),
	)
}

// hero says what this is, and leads in.
func (l *landing) hero() app.UI {
	return tag.Div("landing-words").Body(
		tag.H1("landing-title").Text("Learn OAuth by breaking it."),
		tag.P("landing-lead").Text(
			"A real client in this page signs Alice in at a real authorization server, and you see every message. "+
				"Then you switch a protection off, and see what is lost."),
		tag.P("landing-who").Body(
			tag.Strong().Text("Alice"), app.Text(" has an account and a browser. "),
			tag.Strong("is-mallory").Text("Mallory"), app.Text(" wants what is hers, and does what real attackers do."),
		),
		tag.P("landing-ways").Body(l.ways()...),
	)
}

// ways lead into the lab: a tour, and the first chapter.
func (l *landing) ways() []app.UI {
	var tours, start []app.UI
	for _, link := range l.content.Chapters {
		if link.Path == "" {
			continue
		}
		if link.Tour != "" {
			tours = append(tours, tag.A(link.Path+"?tour=1", "button button-primary button-large").Text(link.Tour))
		}
		if start == nil {
			start = append(start, tag.A(link.Path, "button button-large").Text("Start at "+link.ID))
		}
	}
	return append(tours, start...)
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
		items = append(items, tag.Li("loop-step").Body(
			tag.H2("loop-title").Text(s.title),
			tag.P("loop-text").Text(s.text),
		))
	}
	return tag.Ol("loop").Body(items...)
}
