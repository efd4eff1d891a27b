package lesson

import (
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
	"oauthlab/app/timeline"
	"oauthlab/app/ui/page"
	"oauthlab/app/ui/session"
)

// PresentStep is the present step in a few words over the stage, where the
// lesson itself is out of sight: on a narrow screen.
type PresentStep struct {
	app.Compo
	Controller *session.Controller
	Content    page.Content
	Steps      []timeline.StepProgress
}

func (p *PresentStep) Render() app.UI {
	for i, s := range p.Steps {
		if s.Current {
			return p.sheet(strconv.Itoa(i+1)+" · "+p.Content.Chapter.Steps[i].Title, nextGoal(s))
		}
	}
	text := "All of it was read."
	if mends(p.Content.Chapter) {
		text = "Run, broken, understood and mended."
	}
	return p.sheet("This chapter is done", text)
}

func (p *PresentStep) sheet(title, text string) app.UI {
	return tag.Aside("present").Aria("label", "Present step").Body(
		tag.Div("present-words").Body(
			tag.P("present-title").Text(title),
			tag.P("present-text").Text(text),
		),
		tag.Button("button").Text("Lesson").Aria("label", "Go to the lesson").
			OnClick(func(app.Context, app.Event) { p.Controller.ToLesson() }),
	)
}

// nextGoal returns the first line of the checklist that is open.
func nextGoal(s timeline.StepProgress) string {
	for _, g := range s.Goals {
		if !g.Met {
			return "Next: " + g.Text
		}
	}
	return ""
}
