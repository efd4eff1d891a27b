package ui

import (
	"fmt"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// topBar says where one is, whether the lab is broken, and runs the flow.
type topBar struct {
	app.Compo
	Desk    *desk
	Content Content
	Broken  []standing
	Open    bool
	Busy    busy
	Offset  int64 // of the lab's clock, in seconds
}

func (t *topBar) Render() app.UI {
	return app.Header().Class("topbar").Body(
		logo(),
		&chapterNav{Content: t.Content},
		app.Div().Class("topbar-space"),
		app.If(len(t.Broken) > 0, t.alert),
		&clock{Offset: t.Offset},
		t.runButton(),
	)
}

func (t *topBar) alert() app.UI {
	return app.Div().Class("broken").Body(
		app.Span().Class("broken-text").Text(brokenText(t.Broken)),
		app.Button().Class("broken-mend").Type("button").Text("Mend it").
			OnClick(func(app.Context, app.Event) { t.Desk.mend() }),
	)
}

func (t *topBar) runButton() app.UI {
	b := app.Button().Class("button", "button-primary", "topbar-run").Type("button").Text("Run the flow").
		OnClick(func(app.Context, app.Event) { t.Desk.run() })
	if !t.Open || t.Busy != idle {
		b = b.Disabled(true)
	}
	return b
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
