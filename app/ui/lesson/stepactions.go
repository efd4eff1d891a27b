package lesson

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
	"oauthlab/app/ui/session"
	"oauthlab/app/ui/widget"
	"oauthlab/lessons"
	"oauthlab/lessons/api"
)

// stepActions are the buttons of a step.
type stepActions struct {
	app.Compo
	Controller *session.Controller
	Step       lessons.Step
	Status     session.ProtectionStatus
	Attack     api.Attack
	Lacks      bool // what the attack needs is not so
	Waiting    bool // for the answer to the prediction
	Done       bool
	Busy       session.Busy
	Ready      bool
	Tour       session.TourStop
}

func (a *stepActions) Render() app.UI {
	return tag.Div("step-actions").Body(
		tag.If(a.Step.Protection != "" && a.Step.Switch != "", a.switchButton),
		tag.If(a.Step.Attack != "" && a.Lacks, a.setUpButton),
		tag.If(a.Step.Attack != "", a.attackButton),
		tag.If(a.Step.Guard != "", a.codeButton),
		tag.If(a.Step.Tool == lessons.PKCEWorkbench, func() app.UI { return widget.BenchOpener(a.Controller, a.Step.ID, nil) }),
		tag.If(a.Step.Tool == lessons.JWTWorkbench, func() app.UI { return widget.ForgeOpener(a.Controller, a.Step.ID) }),
		tag.If(a.Step.Tool == lessons.Triptych, func() app.UI { return widget.KnowsOpener(a.Controller, a.Step.ID) }),
		tag.If(a.Step.Tool == lessons.TokenMatrix, func() app.UI { return widget.TokensOpener(a.Controller, a.Step.ID) }),
		tag.If(a.Step.Tool == lessons.AgentWays, func() app.UI { return widget.WaysOpener(a.Controller, a.Step.ID) }),
		tag.If(!a.Done, a.showMeButton),
		tag.If(a.Step.Attack != "" && a.Waiting, func() app.UI {
			return tag.P("step-wait").Text("Guess first, then the attack opens.")
		}),
	)
}

// mark returns a button, which is marked where a tour has it next.
func (a *stepActions) mark(what session.TourTarget) *tag.Element {
	return widget.Marked(tag.Button(), a.Tour, a.Tour.Is(what, a.Step.ID))
}

func (a *stepActions) switchButton() app.UI {
	on := a.Step.Switch == "on"
	text := "Switch " + a.Status.Protection.Title + " " + a.Step.Switch
	there := a.Status.Safe
	if !on {
		there = a.Status.Protection.ID != "" && !a.Status.On
	}
	if there {
		text = a.Status.Protection.Title + " is " + a.Step.Switch
	}
	return widget.Pressable(a.mark(session.AtSwitch).Class("button").Text(text),
		!there && a.Ready && a.Busy == session.Idle, func() { a.Controller.Turn(a.Step.Protection, a.Step.Switch == "on") }, a.Step.ID, "switch")
}

// setUpButton sets what the attack needs.
func (a *stepActions) setUpButton() app.UI {
	return widget.Pressable(a.mark(session.AtSetUp).Class("button").Text("Set that up").Title("Sets what the attack needs, and nothing else"),
		!a.Waiting && a.Ready && a.Busy == session.Idle, func() { a.Controller.SetUpStep(a.Step) }, a.Step.ID, "set-up")
}

func (a *stepActions) attackButton() app.UI {
	return widget.Pressable(a.mark(session.AtAttack).ID(session.StepAttackID(a.Step.ID)).Class("button", "button-attack").Text("Run the attack"),
		!a.Waiting && a.Ready && a.Busy == session.Idle, func() { a.Controller.Attack(a.Step.Attack) }, a.Step.ID, "attack")
}

func (a *stepActions) codeButton() app.UI {
	return widget.Pressable(a.mark(session.AtCode).Class("button").Text("Show the code that decides"),
		a.Ready, func() { a.Controller.ShowCode(a.Step.Guard) }, a.Step.ID, "code")
}

func (a *stepActions) showMeButton() app.UI {
	return widget.Pressable(tag.Button("button").Text("Show me").
		Title("Does the next thing of this step for you"),
		a.Ready && a.Busy == session.Idle, func() { a.Controller.ShowMe(a.Step.ID) }, a.Step.ID, "show")
}
