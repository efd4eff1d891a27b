package ui

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/timeline"
	"oauthlab/lessons"
)

// lessonBar is the lesson: the chapter's question, its problem and its steps.
type lessonBar struct {
	app.Compo
	Desk      *desk
	Content   Content
	Steps     []timeline.StepProgress
	Standings []standing
	Opened    map[string]bool
	Answers   map[string]int
	Busy      busy
	Open      bool
}

func (l *lessonBar) Render() app.UI {
	c := l.Content.Chapter
	return app.Section().Class("lesson").Aria("label", "Lesson").Body(
		app.Div().Class("lesson-scroll").Body(
			app.P().Class("lesson-chapter").Text("Chapter "+c.ID),
			app.H1().Class("lesson-title").Text(c.Question),
			app.Raw(`<div class="prose lesson-problem">`+c.Problem+`</div>`),
			app.Ol().Class("steps").Body(l.steps()...),
			l.finished(),
			l.sections(),
		),
		l.neighbours(),
	)
}

func (l *lessonBar) steps() []app.UI {
	var items []app.UI
	for i, s := range l.Content.Chapter.Steps {
		item := &step{
			Desk: l.Desk, Number: i + 1, Step: s, Progress: l.Steps[i],
			Open: l.isOpen(i), Busy: l.Busy, Ready: l.Open, Answer: -1,
		}
		item.Standing, _ = find(l.Standings, s.Protection)
		item.Attack, _ = l.Content.attack(s.Attack)
		if a, ok := l.Answers[s.ID]; ok {
			item.Answer = a
		}
		items = append(items, item)
	}
	return items
}

// isOpen reports whether step i is unfolded: the current one is, and an
// explanation stays until the learner goes on, though its event came by before
// there was time to read.
func (l *lessonBar) isOpen(i int) bool {
	s := l.Content.Chapter.Steps[i]
	if open, ok := l.Opened[s.ID]; ok {
		return open
	}
	if l.Steps[i].Current {
		return true
	}
	next := i + 1
	return s.Kind == lessons.Why && l.Steps[i].Done && next < len(l.Steps) &&
		l.Steps[next].Current && !goalMet(l.Steps[next])
}

func goalMet(p timeline.StepProgress) bool {
	return len(p.Goals) > 0 && p.Goals[0].Met
}

// finished says so once every step is done.
func (l *lessonBar) finished() app.UI {
	for _, s := range l.Steps {
		if !s.Done {
			return nil
		}
	}
	return app.P().Class("lesson-finished").Text("Run, broken, understood and mended: this chapter is done.")
}

func (l *lessonBar) sections() app.UI {
	var items []app.UI
	for _, s := range l.Content.Chapter.Sections {
		items = append(items, app.Li().Body(app.A().Href(s.URL).Text(s.Title)))
	}
	if len(items) == 0 {
		return nil
	}
	return app.Div().Class("sections").Body(
		app.H2().Class("sections-title").Text("To read"),
		app.Ul().Class("sections-list").Body(items...),
	)
}

func (l *lessonBar) neighbours() app.UI {
	before, after := l.Content.neighbours()
	return app.Nav().Class("neighbours").Aria("label", "Previous and next chapter").Body(
		neighbour(before, "‹ "+before.ID+" "+before.Title),
		neighbour(after, after.ID+" "+after.Title+" ›"),
	)
}

func neighbour(link ChapterLink, text string) app.UI {
	switch {
	case link.ID == "":
		return app.Span()
	case link.Path == "":
		return app.Span().Class("neighbour", "is-off").Title("Not there yet").Text(text)
	}
	return app.A().Class("neighbour").Href(link.Path).Text(text)
}
