package ui

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
	"oauthlab/app/ui/page"
	"oauthlab/app/ui/widget"
)

// chapterNav leads from chapter to chapter. Chapters that are not there yet are
// shown, and lead nowhere.
type chapterNav struct {
	app.Compo
	Content  page.Content
	Finished map[string]bool // chapters that are done, by id
}

func (n *chapterNav) Render() app.UI {
	before, after := n.Content.Neighbours()
	return tag.Nav("chapters").DataSet("stop", true).Aria("label", "Chapters").Body(
		arrow(before, "‹", "Previous chapter"),
		tag.H1("chapters-title").Text(n.Content.Chapter.ID+" "+n.Content.Chapter.Title),
		arrow(after, "›", "Next chapter"),
		tag.Ol("dots").Body(n.dots()...),
	)
}

func (n *chapterNav) dots() []app.UI {
	var dots []app.UI
	past := true
	for _, link := range n.Content.Chapters {
		class, done := "dot", n.Finished[link.ID]
		switch {
		case link.ID == n.Content.Chapter.ID:
			class, past = "dot dot-here", false
		case link.Path != "" && past:
			class = "dot dot-before"
		}
		if done {
			class += " dot-done"
		}
		dots = append(dots, tag.Li("dots-item").Body(dot(link, class, done)))
	}
	return dots
}

func dot(link page.ChapterLink, class string, done bool) app.UI {
	name := widget.Escaped(link.ID + " " + link.Title)
	if done {
		name += ", done"
	}
	if link.Path == "" {
		name += ", not there yet"
		return tag.Span(class).Role("img").Aria("label", name).Title(name)
	}
	return tag.A(link.Path, class).Aria("label", name).Title(name)
}

func arrow(link page.ChapterLink, sign, name string) app.UI {
	if link.Path == "" {
		return tag.Span("chapters-arrow", "is-off").Aria("hidden", "true").Text(sign)
	}
	return tag.A(link.Path, "chapters-arrow").Aria("label", widget.Escaped(name+": "+link.ID+" "+link.Title)).Text(sign)
}
