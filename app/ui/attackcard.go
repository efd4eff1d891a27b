package ui

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/timeline"
	"oauthlab/lessons/api"
)

// attackCard is one attack: what it is, what came of it last, and its button.
type attackCard struct {
	app.Compo
	Desk   *desk
	Attack api.Attack
	End    timeline.AttackEnd
	Tried  bool
	Ready  bool
}

func (a *attackCard) Render() app.UI {
	class, verdict := "attack", ""
	switch {
	case a.Tried && a.End.Won:
		class, verdict = "attack is-won", "got in"
	case a.Tried:
		class, verdict = "attack is-stopped", "stopped"
	}
	return app.Li().Class(class).Body(
		app.Div().Class("attack-words").Body(
			app.P().Class("attack-title").Text(a.Attack.Title),
			app.P().Class("attack-story").Text(a.Attack.Story),
			app.P().Class("attack-section").Text(a.section()),
			app.If(verdict != "", func() app.UI { return app.P().Class("attack-verdict").Text(verdict) }),
			app.If(a.Tried && a.outcome() != "", func() app.UI { return app.P().Class("attack-story").Text(a.outcome()) }),
			app.If(a.Attack.Mail != "", a.mailButton),
		),
		a.button(),
	)
}

// outcome says what came of the latest try: what is lost, or who stood in the way.
func (a *attackCard) outcome() string {
	switch {
	case a.End.Won:
		return a.Attack.Harm
	case a.End.By != "":
		return "Stopped by " + a.End.By + "."
	}
	return "It came to nothing."
}

func (a *attackCard) section() string {
	if len(a.Attack.Sections) == 0 {
		return ""
	}
	return a.Attack.Sections[0]
}

func (a *attackCard) button() app.UI {
	return pressable(app.Button().Class("attack-run").Type("button").Aria("label", "Run the attack: "+a.Attack.Title).Text("▶"),
		a.Ready, func() { a.Desk.attack(a.Attack.ID) }, a.Attack.ID)
}

// mailButton lets the learner be the victim, instead of the lab's robot.
func (a *attackCard) mailButton() app.UI {
	return pressable(app.Button().Class("attack-mail").Type("button").Text("Be Alice: get Mallory's mail").
		Aria("label", "Be Alice: get Mallory's mail. "+a.Attack.Title),
		a.Ready, func() { a.Desk.getMail(a.Attack) }, "mail-"+a.Attack.ID)
}
