package ui

import "github.com/maxence-charriere/go-app/v10/pkg/app"

// chapterNav leads from chapter to chapter. Chapters that are not there yet are
// shown, and lead nowhere.
type chapterNav struct {
	app.Compo
	Content  Content
	Finished map[string]bool // chapters that are done, by id
}

func (n *chapterNav) Render() app.UI {
	before, after := n.Content.neighbours()
	return app.Nav().Class("chapters").Aria("label", "Chapters").Body(
		arrow(before, "‹", "Previous chapter"),
		app.Span().Class("chapters-title").Text(n.Content.Chapter.ID+" "+n.Content.Chapter.Title),
		arrow(after, "›", "Next chapter"),
		app.Ol().Class("dots").Body(n.dots()...),
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
		dots = append(dots, app.Li().Class("dots-item").Body(dot(link, class, done)))
	}
	return dots
}

func dot(link ChapterLink, class string, done bool) app.UI {
	name := link.ID + " " + link.Title
	if done {
		name += ", done"
	}
	if link.Path == "" {
		return app.Span().Class(class).Role("img").Aria("label", name+", not there yet")
	}
	return app.A().Class(class).Href(link.Path).Aria("label", name)
}

func arrow(link ChapterLink, sign, name string) app.UI {
	if link.Path == "" {
		return app.Span().Class("chapters-arrow", "is-off").Aria("hidden", "true").Text(sign)
	}
	return app.A().Class("chapters-arrow").Href(link.Path).Aria("label", name+": "+link.ID+" "+link.Title).Text(sign)
}
