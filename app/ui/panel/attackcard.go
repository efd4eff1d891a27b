package panel

import (
	"sort"
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
	"oauthlab/app/timeline"
	"oauthlab/app/ui/session"
	"oauthlab/app/ui/widget"
	"oauthlab/lessons/api"
	"oauthlab/lessons/guard"
)

// attackCard is one attack: what it is, what came of it last, and its button.
type attackCard struct {
	app.Compo
	Controller *session.Controller
	Attack     api.Attack
	End        timeline.AttackEnd
	Tried      bool
	Set        bool // what it needs is so
	Ready      bool
}

func (a *attackCard) Render() app.UI {
	class, verdict := "attack", ""
	switch {
	case !a.Tried:
	case a.End.Won:
		class, verdict = "attack is-won", "got in"
	default:
		class, verdict = "attack is-stopped", "stopped"
	}
	if a.End.Stale {
		class = "attack"
	}
	return tag.Li(class).Body(
		tag.Div("attack-words").Body(
			tag.P("attack-title").Body(widget.TermLink(a.Attack.ID, a.Attack.Title)),
			tag.P("attack-story").Text(a.Attack.Story),
			tag.If(a.needs() != "", a.given),
			tag.P("attack-section").Text(a.section()),
			tag.If(verdict != "", func() app.UI { return tag.P("attack-verdict").Text(verdict) }),
			tag.If(a.Tried && a.outcome() != "", func() app.UI { return tag.P("attack-story").Text(a.outcome()) }),
			tag.If(a.Attack.Mail != "", a.mailButton),
		),
		a.button(),
	)
}

// runID is the id of the button that runs the attack.
func (a *attackCard) runID() string { return "attack-" + a.Attack.ID }

// given says what must be so for the attack to arise, and whether it is; or offers to set it.
func (a *attackCard) given() app.UI {
	if a.Set {
		return tag.P("attack-needs").Text(strings.TrimSuffix(a.needs(), ".") + " (set).")
	}
	return tag.Div("attack-needs").Body(
		app.Text(a.needs()+" "),
		widget.Pressable(tag.Button("attack-set").Text("Set that up").Aria("label", "Set that up: "+a.Attack.Title),
			a.Ready, func() { a.Controller.SetUp(a.Attack.Given, a.runID()) }, "set-"+a.Attack.ID),
	)
}

// needs says what must be off or changed for the attack to arise; "" for nothing.
func (a *attackCard) needs() string {
	var all []string
	for id, value := range a.Attack.Given {
		p, _ := guard.ProtectionOf(guard.ID(id))
		part, known := guard.FindPart(guard.ID(id))
		switch {
		case !known:
		case part.Refuses():
			all = append(all, p.NameOf(part)+" off")
		default:
			all = append(all, p.NameOf(part)+" "+value)
		}
	}
	if len(all) == 0 {
		return ""
	}
	sort.Strings(all)
	return "Needs: " + strings.Join(all, "; ") + "."
}

// outcome says what came of the latest try: what is lost, or who stood in the way.
func (a *attackCard) outcome() string {
	switch {
	case a.End.Stale:
		return "That was before the switches changed. Run it again."
	case a.End.Won:
		return a.Attack.Harm
	case a.End.By != "":
		return "Stopped by " + a.End.By + ". " + a.End.AliceLost()
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
	return widget.Pressable(tag.Button("attack-run").ID(a.runID()).Aria("label", "Run the attack: "+a.Attack.Title).Text("▶"),
		a.Ready, func() { a.Controller.Attack(a.Attack.ID) }, a.Attack.ID)
}

// mailButton lets the learner be the victim, instead of the lab's robot.
func (a *attackCard) mailButton() app.UI {
	return widget.Pressable(tag.Button("attack-mail").Text("Be Alice: get Mallory's mail").
		Aria("label", "Be Alice: get Mallory's mail. "+a.Attack.Title),
		a.Ready, func() { a.Controller.GetMail(a.Attack) }, "mail-"+a.Attack.ID)
}
