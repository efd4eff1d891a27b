package ui

import (
	"fmt"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// topBar says where one is, whether the lab is broken, and runs the flow.
type topBar struct {
	app.Compo
	Desk     *desk
	Content  Content
	Broken   []standing
	Open     bool
	Busy     busy
	Offset   int64           // of the lab's clock, in seconds
	Finished map[string]bool // chapters that are done, by id
	Next     stop            // of the tour
}

func (t *topBar) Render() app.UI {
	return app.Header().Class("topbar").Body(
		logo(),
		&chapterNav{Content: t.Content, Finished: t.Finished},
		app.Div().Class("topbar-space"),
		// A place of its own, so that what follows stays the same element, and keeps the focus.
		app.Div().Class("broken-place").Body(app.If(len(t.Broken) > 0, t.alert)),
		&clock{Desk: t.Desk, Offset: t.Offset, Ready: t.Open && t.Busy == idle},
		t.stepButton(),
		t.runButton(),
		app.Button().Class("topbar-more").ID(moreID).Type("button").Aria("label", "More").Aria("haspopup", "dialog").Text("⋯").
			OnClick(func(app.Context, app.Event) { t.Desk.openDialog(dialogMore) }),
	)
}

func (t *topBar) alert() app.UI {
	return app.Div().Class("broken").Body(
		app.Span().Class("broken-text").Text(brokenText(t.Broken)),
		app.Button().Class("broken-mend").Type("button").Text("Mend it").
			OnClick(func(app.Context, app.Event) { t.Desk.mend() }),
	)
}

func (t *topBar) stepButton() app.UI {
	return pressable(app.Button().Class("button", "topbar-step").ID(stepID).Type("button").Text("Step").
		Title("Runs the flow, and shows each request before it is sent"),
		t.Open && t.Busy == idle, func() { t.Desk.step() }, "step")
}

func (t *topBar) runButton() app.UI {
	return pressable(marked(app.Button(), t.Next, t.Next.What == atRun).Class("button", "button-primary", "topbar-run").Type("button").Text("Run the flow"),
		t.Open && t.Busy == idle, func() { t.Desk.run() }, "run")
}

// brokenText says what is off.
func brokenText(off []standing) string {
	switch {
	case len(off) > 1:
		return fmt.Sprintf("%d protections are off in this lab", len(off))
	case off[0].allOff():
		return off[0].Protection.Title + " is off in this lab"
	}
	return "Part of " + off[0].Protection.Title + " is off in this lab"
}

// allOff reports whether nothing in the protection refuses any more.
func (s standing) allOff() bool {
	for _, p := range s.Parts {
		if p.Value == "" && p.On {
			return false
		}
	}
	return !s.On
}
