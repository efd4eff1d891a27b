package ui

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
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
	Tour     stop
}

func (a *stepActions) Render() app.UI {
	return tag.Div("step-actions").Body(
		app.If(a.Step.Protection != "" && a.Step.Switch != "", a.switchButton),
		app.If(a.Step.Attack != "", a.attackButton),
		app.If(a.Step.Guard != "", a.codeButton),
		app.If(a.Step.Tool == lessons.PKCEWorkbench, func() app.UI { return a.Desk.benchOpener(a.Step.ID, nil) }),
		app.If(len(a.Step.Goals) == 0 && !a.Done, a.readButton),
		app.If(!a.Done, a.showMeButton),
		app.If(a.Step.Attack != "" && a.Waiting, func() app.UI {
			return tag.P("step-wait").Text("Guess first, then the attack opens.")
		}),
	)
}

// mark returns a button, which is marked where a tour has it next.
func (a *stepActions) mark(what stopAt) app.HTMLElem {
	return marked(tag.Button(), a.Tour, a.Tour.is(what, a.Step.ID))
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
	return pressable(a.mark(atSwitch).Class("button").Text(text),
		!there && a.Ready && a.Busy == idle, func() { a.Desk.turn(a.Step.Protection, a.Step.Switch == "on") }, a.Step.ID, "switch")
}

func (a *stepActions) attackButton() app.UI {
	return pressable(a.mark(atAttack).Class("button", "button-attack").Text("Run the attack"),
		!a.Waiting && a.Ready && a.Busy == idle, func() { a.Desk.attack(a.Step.Attack) }, a.Step.ID, "attack")
}

func (a *stepActions) codeButton() app.UI {
	return pressable(a.mark(atCode).Class("button").Text("Show the code that decides"),
		a.Ready, func() { a.Desk.showCode(a.Step.Guard) }, a.Step.ID, "code")
}

func (a *stepActions) showMeButton() app.UI {
	return pressable(tag.Button("button", "button-quiet", "step-show").Text("Show me").
		Title("Does the next thing of this step for you"),
		a.Ready && a.Busy == idle, func() { a.Desk.showMe(a.Step.ID) }, a.Step.ID, "show")
}

func (a *stepActions) readButton() app.UI {
	return pressable(a.mark(atRead).Class("button").Text("I see"),
		true, func() { a.Desk.markRead(a.Step.ID) }, a.Step.ID, "read")
}
