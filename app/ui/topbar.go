package ui

import (
	"fmt"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
	"oauthlab/app/ui/page"
	"oauthlab/app/ui/session"
	"oauthlab/app/ui/widget"
)

// topBar says where one is, whether the lab is broken, and runs the flow.
type topBar struct {
	app.Compo
	Controller *session.Controller
	Content    page.Content
	Broken     []session.ProtectionStatus
	Open       bool
	Busy       session.Busy
	Offset     int64            // of the lab's clock, in seconds
	Next       session.TourStop // of the tour
}

func (t *topBar) Render() app.UI {
	return tag.Header("topbar").Body(
		widget.Logo(),
		chapters(t.Content),
		tag.Div("topbar-space"),
		// A place of its own, so that what follows stays the same element, and keeps the focus.
		tag.Div("broken-place").Body(tag.If(len(t.Broken) > 0, t.alert)),
		&clock{Controller: t.Controller, Offset: t.Offset, Ready: t.Open && t.Busy == session.Idle},
		t.stepButton(),
		t.runButton(),
		tag.Button("topbar-more").ID(session.MoreID).Aria("label", "More").Aria("haspopup", "dialog").Text("⋯").
			OnClick(func(app.Context, app.Event) { t.Controller.OpenDialog(session.DialogMore) }),
	)
}

func (t *topBar) alert() app.UI {
	return tag.Div("broken").Body(
		tag.Span("broken-text").Text(brokenText(t.Broken)),
		widget.Pressable(tag.Button("broken-mend").Text("Mend it"), t.Open && t.Busy == session.Idle, func() { t.Controller.Mend() }, "mend"),
	)
}

func (t *topBar) stepButton() app.UI {
	title, held := "Runs the flow, and shows each request before it is sent", t.Content.Chapter.Client == ""
	if !held {
		title = session.NoSteps
	}
	return widget.Pressable(tag.Button("button", "topbar-step").ID(session.StepID).Text("Step").Title(title),
		held && t.Open && t.Busy == session.Idle, func() { t.Controller.Step() }, "step")
}

func (t *topBar) runButton() app.UI {
	return widget.Pressable(widget.Marked(tag.Button(), t.Next, t.Next.What == session.AtRun).Class("button", "button-primary", "topbar-run").Text("Run the flow"),
		t.Open && t.Busy == session.Idle, func() { t.Controller.Run() }, "run")
}

// brokenText says what is off.
func brokenText(off []session.ProtectionStatus) string {
	switch {
	case len(off) > 1:
		return fmt.Sprintf("%d protections are off in this lab", len(off))
	case off[0].AllOff():
		return off[0].Protection.Title + " is off in this lab"
	}
	if off[0].On {
		return "A habit of " + off[0].Protection.Title + " is changed"
	}
	return "Part of " + off[0].Protection.Title + " is off in this lab"
}
