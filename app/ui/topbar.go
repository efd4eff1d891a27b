package ui

import (
	"fmt"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
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
	return tag.Header("topbar").Body(
		logo(),
		&chapterNav{Content: t.Content, Finished: t.Finished},
		tag.Div("topbar-space"),
		// A place of its own, so that what follows stays the same element, and keeps the focus.
		tag.Div("broken-place").Body(app.If(len(t.Broken) > 0, t.alert)),
		&clock{Desk: t.Desk, Offset: t.Offset, Ready: t.Open && t.Busy == idle},
		t.stepButton(),
		t.runButton(),
		tag.Button("topbar-more").ID(moreID).Aria("label", "More").Aria("haspopup", "dialog").Text("⋯").
			OnClick(func(app.Context, app.Event) { t.Desk.openDialog(dialogMore) }),
	)
}

func (t *topBar) alert() app.UI {
	return tag.Div("broken").Body(
		tag.Span("broken-text").Text(brokenText(t.Broken)),
		pressable(tag.Button("broken-mend").Text("Mend it"), t.Open && t.Busy == idle, func() { t.Desk.mend() }, "mend"),
	)
}

func (t *topBar) stepButton() app.UI {
	return pressable(tag.Button("button", "topbar-step").ID(stepID).Text("Step").
		Title("Runs the flow, and shows each request before it is sent"),
		t.Open && t.Busy == idle, func() { t.Desk.step() }, "step")
}

func (t *topBar) runButton() app.UI {
	return pressable(marked(tag.Button(), t.Next, t.Next.What == atRun).Class("button", "button-primary", "topbar-run").Text("Run the flow"),
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
