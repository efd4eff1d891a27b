package ui

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/lessons"
	"oauthlab/lessons/api"
)

// stepActions are the buttons of a step.
type stepActions struct {
	app.Compo
	Desk     *desk
	Step     lessons.Step
	Standing standing
	Attack   api.Attack
	Waiting  bool // for the answer to the prediction
	Done     bool
	Busy     busy
	Ready    bool
}

func (a *stepActions) Render() app.UI {
	return app.Div().Class("step-actions").Body(
		app.If(a.Step.Protection != "" && a.Step.Switch != "", a.switchButton),
		app.If(a.Step.Attack != "", a.attackButton),
		app.If(a.Step.Guard != "", a.codeButton),
		app.If(len(a.Step.Goals) == 0 && !a.Done, a.readButton),
		app.If(a.Step.Attack != "" && a.Waiting, func() app.UI {
			return app.P().Class("step-wait").Text("Guess first, then the attack opens.")
		}),
	)
}

func (a *stepActions) switchButton() app.UI {
	on := a.Step.Switch == "on"
	text := "Switch " + a.Standing.Protection.Title + " " + a.Step.Switch
	there := a.Standing.Safe
	if !on {
		there = a.Standing.Protection.ID != "" && !a.Standing.On
	}
	if there {
		text = a.Standing.Protection.Title + " is " + a.Step.Switch
	}
	b := app.Button().Class("button").Type("button").Text(text).
		OnClick(func(app.Context, app.Event) { a.Desk.turn(a.Step.Protection, a.Step.Switch == "on") })
	if there || !a.Ready || a.Busy != idle {
		b = b.Disabled(true)
	}
	return b
}

func (a *stepActions) attackButton() app.UI {
	b := app.Button().Class("button", "button-attack").Type("button").Text("Run the attack").
		OnClick(func(app.Context, app.Event) { a.Desk.attack(a.Step.Attack) })
	if a.Waiting || !a.Ready || a.Busy != idle {
		b = b.Disabled(true)
	}
	return b
}

func (a *stepActions) codeButton() app.UI {
	b := app.Button().Class("button").Type("button").Text("Show the code that decides").
		OnClick(func(app.Context, app.Event) { a.Desk.showCode(a.Step.Guard) })
	if !a.Ready {
		b = b.Disabled(true)
	}
	return b
}

func (a *stepActions) readButton() app.UI {
	return app.Button().Class("button").Type("button").Text("I see").
		OnClick(func(app.Context, app.Event) { a.Desk.markRead(a.Step.ID) })
}
