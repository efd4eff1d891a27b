package ui

import (
	"slices"
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
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
	Lingers   map[string]bool
	Answers   map[string]int
	Busy      busy
	Open      bool
	Tour      stop
}

func (l *lessonBar) Render() app.UI {
	c := l.Content.Chapter
	return tag.Section("lesson").Aria("label", "Lesson").Body(
		tag.Div("lesson-scroll").Body(
			tag.P("lesson-chapter").Text("Chapter "+c.ID),
			tag.H2("lesson-title").Text(c.Question),
			app.Raw(`<div class="prose lesson-problem">`+c.Problem+`</div>`),
			l.changes(),
			tag.Ol("steps").Body(l.steps()...),
			l.finished(),
			l.sections(),
			bookShelf(),
		),
		l.neighbours(),
	)
}

// changes folds out what the chapter changed since the version before.
func (l *lessonBar) changes() app.UI {
	if l.Content.Changes == "" {
		return nil
	}
	text := l.Content.Changes
	if head, _, folds := strings.Cut(text, "</summary>"); app.IsServer && folds {
		text = head + "</summary></details>" // nobody can unfold it before the program draws it
	}
	return app.Raw(text)
}

func (l *lessonBar) steps() []app.UI {
	var items []app.UI
	for i, s := range l.Content.Chapter.Steps {
		item := &step{
			Desk: l.Desk, Number: i + 1, Step: s, Progress: l.Steps[i],
			Open: l.isOpen(i), Next: l.next(i), Busy: l.Busy, Ready: l.Open, Answer: -1, Tour: l.Tour,
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

// isOpen reports whether step i is unfolded: the present one is, and one that the
// learner has come to past a step left out. What got done stays open until the
// learner goes on, and so does the last step of a chapter that is done.
func (l *lessonBar) isOpen(i int) bool {
	s := l.Content.Chapter.Steps[i]
	if open, ok := l.Opened[s.ID]; ok {
		return open
	}
	switch p := l.Steps[i]; {
	case p.Current:
		return true
	case p.Done:
		return l.Lingers[s.ID] || i == len(l.Steps)-1 && l.allDone()
	}
	return i > 0 && l.Steps[i-1].Done
}

func (l *lessonBar) allDone() bool {
	return !slices.ContainsFunc(l.Steps, func(p timeline.StepProgress) bool { return !p.Done })
}

// next returns the title of the step that the learner goes on to from step i, ""
// where that is not the question.
func (l *lessonBar) next(i int) string {
	if s := l.Content.Chapter.Steps[i]; !l.Steps[i].Done || !l.Lingers[s.ID] || i+1 == len(l.Steps) {
		return ""
	}
	return l.Content.Chapter.Steps[i+1].Title
}

// finished says so once every step is done.
func (l *lessonBar) finished() app.UI {
	if !l.allDone() {
		return nil
	}
	text := "This chapter is done."
	if slices.ContainsFunc(l.Content.Chapter.Steps, func(s lessons.Step) bool { return s.Kind == lessons.Mend }) {
		text = "Run, broken, understood and mended: this chapter is done."
	}
	return tag.P("lesson-finished").Text(text)
}

func (l *lessonBar) sections() app.UI {
	var items []app.UI
	for _, s := range l.Content.Chapter.Sections {
		items = append(items, tag.Li().Body(tag.A(escaped(s.URL)).Text(s.Title)))
	}
	if len(items) == 0 {
		return nil
	}
	return tag.Div("sections").Body(
		tag.H3("sections-title").Text("To read"),
		tag.Ul("sections-list").Body(items...),
	)
}

func (l *lessonBar) neighbours() app.UI {
	before, after := l.Content.neighbours()
	var next string
	if l.allDone() {
		next = "is-next" // the way on
	}
	return tag.Nav("neighbours").Aria("label", "Previous and next chapter").Body(
		neighbour(before, "‹ "+before.ID+" "+before.Title, ""),
		neighbour(after, after.ID+" "+after.Title+" ›", next),
	)
}

func neighbour(link ChapterLink, text, class string) app.UI {
	switch {
	case link.ID == "":
		return tag.Span()
	case link.Path == "":
		return tag.Span("neighbour", "is-off").Text(link.ID + " " + link.Title + ", not there yet")
	}
	return tag.A(link.Path, "neighbour", class).Text(text)
}
