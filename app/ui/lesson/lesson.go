// Package lesson is the left column of a chapter's page: its prose, its steps, and the
// events of each.
package lesson

import (
	"slices"
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
	"oauthlab/app/timeline"
	"oauthlab/app/ui/page"
	"oauthlab/app/ui/session"
	"oauthlab/app/ui/widget"
	"oauthlab/lessons"
)

// Column is the lesson: the chapter's question, its problem and its steps.
type Column struct {
	app.Compo
	Controller *session.Controller
	Content    page.Content
	Steps      []timeline.StepProgress
	Statuses   []session.ProtectionStatus
	Unfolded   []bool // steps
	LeadOn     []bool // steps that offer to go on
	Answers    map[string]int
	Assignment []timeline.GoalProgress // what a class was asked to do
	Finished   map[string]bool         // chapters, by id
	Busy       session.Busy
	Open       bool
	Tour       session.TourStop
}

func (l *Column) Render() app.UI {
	c := l.Content.Chapter
	return tag.Section("lesson").Aria("label", "Lesson").Body(
		tag.Div("lesson-scroll").Body(
			tag.P("lesson-chapter").Text(l.Content.Heading()),
			tag.H2("lesson-title").Text(c.Question),
			assignment(l.Controller, l.Assignment),
			app.Raw(`<div class="prose lesson-problem">`+c.Problem+`</div>`),
			l.changes(),
			tag.Ol("steps").Body(l.steps()...),
			l.finished(),
			l.inYourApp(),
			l.sections(),
			widget.BookShelf(),
		),
		l.neighbours(),
	)
}

// changes folds out what the chapter changed since the version before.
func (l *Column) changes() app.UI { return fold(l.Content.Changes) }

// inYourApp folds out what to check in an app of one's own.
func (l *Column) inYourApp() app.UI { return fold(l.Content.InYourApp) }

// fold draws what the server wrote to fold out.
func fold(text string) app.UI {
	if text == "" {
		return nil
	}
	if head, _, folds := strings.Cut(text, "</summary>"); app.IsServer && folds {
		text = head + "</summary></details>" // nobody can unfold it before the program draws it
	}
	return app.Raw(text)
}

func (l *Column) steps() []app.UI {
	var items []app.UI
	for i, s := range l.Content.Chapter.Steps {
		item := &step{
			Controller: l.Controller, Number: i + 1, Step: s, Progress: l.Steps[i],
			Open: l.Unfolded[i], Next: l.next(i), Busy: l.Busy, Ready: l.Open, Answers: l.Answers, Tour: l.Tour,
		}
		item.Status, _ = session.FindStatus(l.Statuses, s.Protection)
		item.Attack, _ = l.Content.Attack(s.Attack)
		item.Lacks = !session.Has(item.Attack.Given, l.Statuses)
		items = append(items, item)
	}
	return items
}

// next returns the title of the step that the learner goes on to from step i, ""
// where that is not the question, or the tour says it.
func (l *Column) next(i int) string {
	if !l.LeadOn[i] || l.Controller.TourOver() {
		return ""
	}
	return l.Content.Chapter.Steps[i+1].Title
}

// mends reports whether something is mended in the chapter: in an interlude nothing is.
func mends(c lessons.Chapter) bool {
	return slices.ContainsFunc(c.Steps, func(s lessons.Step) bool { return s.Kind == lessons.Mend })
}

// finished says so once every step is done, and leads on.
func (l *Column) finished() app.UI {
	if !session.AllDone(l.Steps) {
		return nil
	}
	text := "This chapter is done."
	if mends(l.Content.Chapter) {
		text = "Run, broken, understood and mended: this chapter is done."
	}
	to, way := "/", "All chapters, and what is to come"
	if on, word := l.Content.WayOn(l.Finished); on.ID != "" {
		to, way = on.Path, word+on.Name()
	}
	return tag.Div("lesson-finished").Body(
		tag.P().Text(text),
		tag.A(to, "button", "button-primary").Text(way),
	)
}

func (l *Column) sections() app.UI {
	var items []app.UI
	for _, s := range l.Content.Chapter.Sections {
		items = append(items, tag.Li().Body(tag.A(widget.Escaped(s.URL)).Text(s.Title)))
	}
	if len(items) == 0 {
		return nil
	}
	return tag.Div("sections").Body(
		tag.H3("sections-title").Text("To read"),
		tag.Ul("sections-list").Body(items...),
	)
}

func (l *Column) neighbours() app.UI {
	before, after := l.Content.Neighbours()
	return tag.Nav("neighbours").Aria("label", "Previous and next chapter").Body(
		neighbour(before, "‹ "+before.Name()),
		neighbour(after, after.Name()+" ›"),
	)
}

func neighbour(link page.ChapterLink, text string) app.UI {
	switch {
	case link.ID == "":
		return tag.Span()
	case link.Path == "":
		return tag.Span("neighbour", "is-off").Text(link.Name() + ", not there yet")
	}
	return tag.A(link.Path, "neighbour").Text(text)
}
