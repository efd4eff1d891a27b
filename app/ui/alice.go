package ui

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/timeline"
)

// alice is Alice's browser: a frame in which the authorization server's own
// pages run, under an address bar.
type alice struct {
	app.Compo
	Desk    *desk
	Address timeline.Address
	InFrame bool // the frame shows something
	Open    bool
	Busy    busy
}

func (a *alice) Render() app.UI {
	class := "alice"
	if a.InFrame {
		class = "alice is-open"
	}
	return app.Section().Class(class).Aria("label", "Alice's browser").Body(
		app.Div().Class("alice-bar").Body(
			a.address(),
		),
		app.Div().Class("alice-view").Body(
			app.IFrame().Class("alice-frame").ID(frameID).Name("alice").Title("Alice's browser"),
			app.P().Class("alice-empty").Text("Press “Run the flow”: the authorization server's own sign-in page opens here."),
		),
		app.Div().Class("alice-foot").Body(
			app.P().Class("alice-caption").Text("Stands for Alice's whole browser. Real servers forbid framing."),
			a.tabButton(),
		),
	)
}

func (a *alice) address() app.UI {
	if !a.InFrame {
		return app.P().Class("address", "is-empty").Text("Alice's browser")
	}
	var pieces []app.UI
	for _, p := range a.Address.Pieces {
		piece := app.Span().Text(p.Text)
		if p.Kind != "" {
			piece = piece.Class("mark", markClass(p.Kind))
		}
		pieces = append(pieces, piece)
	}
	return app.Div().Class("address").Role("group").Aria("label", "Address").Title(a.Address.URL).TabIndex(0).Body(pieces...)
}

func (a *alice) tabButton() app.UI {
	b := app.Button().Class("button", "button-small").Type("button").Text("Open in a tab").
		Title("The same flow in a tab of its own, by full redirects").
		OnClick(func(app.Context, app.Event) { a.Desk.runInTab() })
	if !a.Open || a.Busy != idle {
		b = b.Disabled(true)
	}
	return b
}
