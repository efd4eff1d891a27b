package ui

import (
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/browser"
	"oauthlab/app/timeline"
	"oauthlab/lessons/api"
	"oauthlab/lessons/guard"
)

// panel is the right column: protections by who enforces them, attacks, state.
type panel struct {
	app.Compo
	Desk      *desk
	Content   Content
	Standings []standing
	Ends      []timeline.AttackEnd
	Busy      busy
	Open      bool
	StayIn    bool   // runs do not sign anybody out first
	Said      string // what came of signing out
	State     api.State
	Before    api.State // what each party held before it last changed
	StateOpen bool

	asking bool // whether to reset
}

func (p *panel) Render() app.UI {
	return app.Aside().Class("panel").Aria("label", "Protections and attacks").Body(
		app.H2().Class("panel-title").Text("Protections"),
		&asBefore{Desk: p.Desk, Content: p.Content, Standings: p.Standings, Ready: p.Open && p.Busy == idle},
		p.group(guard.ByClient, "Client checks"),
		p.group(guard.ByAuth, "Auth server checks"),
		p.attacks(),
		&stateDrawer{Desk: p.Desk, State: p.State, Before: p.Before, IsOpen: p.StateOpen, Ready: p.Open},
		p.foot(),
	)
}

func (p *panel) group(by guard.Enforcer, title string) app.UI {
	var items []app.UI
	for _, s := range p.Standings {
		if s.Protection.By == by {
			items = append(items, &protection{
				Desk: p.Desk, Standing: s, Here: p.Content.switches(s.Protection.ID),
				Ready: p.Open && p.Busy == idle,
			})
		}
	}
	if len(items) == 0 {
		return nil
	}
	return app.Div().Class("group").Body(
		app.H3().Class("group-title").Text(title),
		app.Ul().Class("protections").Body(items...),
	)
}

func (p *panel) attacks() app.UI {
	var items []app.UI
	tried := 0
	for _, a := range p.Content.Attacks {
		end, ok := endOf(p.Ends, a.ID)
		if ok {
			tried++
		}
		items = append(items, &attackCard{Desk: p.Desk, Attack: a, End: end, Tried: ok, Ready: p.Open && p.Busy == idle})
	}
	if len(items) == 0 {
		return nil
	}
	return app.Div().Class("group").Body(
		app.Div().Class("group-head").Body(
			app.H2().Class("panel-title").Text("Attacks"),
			app.P().Class("group-count").Text(strconv.Itoa(tried)+" of "+strconv.Itoa(len(items))+" tried"),
		),
		app.Ul().Class("attacks").Body(items...),
	)
}

func endOf(ends []timeline.AttackEnd, id string) (timeline.AttackEnd, bool) {
	for _, e := range ends {
		if e.Attack == id {
			return e, true
		}
	}
	return timeline.AttackEnd{}, false
}

func (p *panel) foot() app.UI {
	ready := p.Open && p.Busy == idle
	return app.Div().Class("panel-foot").Body(
		app.Div().Class("foot-session").Body(
			p.stay(),
			pressable(app.Button().Class("button", "button-quiet").Type("button").Text("Sign out"),
				ready, func() { p.Desk.signOut() }, "sign-out"),
			app.P().Class("foot-said").Role("status").Text(p.Said),
		),
		app.Div().Class("foot-reset").Body(p.reset(ready)...),
	)
}

// reset asks before it throws away what happened.
func (p *panel) reset(ready bool) []app.UI {
	if !p.asking {
		return []app.UI{
			pressable(app.Button().Class("button", "button-quiet").Type("button").ID("reset").Text("Reset the lab"),
				ready, func() { p.ask(true) }, "reset"),
		}
	}
	return []app.UI{
		app.Span().Class("foot-question").ID("reset-question").Text("Forget all that happened in this lab?"),
		pressable(app.Button().Class("button", "button-small").Type("button").ID("reset-yes").Aria("label", "Yes, reset the lab").Text("Yes"),
			ready, func() { p.ask(false); p.Desk.reset() }, "yes"),
		pressable(app.Button().Class("button", "button-small").Type("button").ID("reset-no").Aria("label", "No, keep it").Text("No"),
			true, func() { p.ask(false) }, "no"),
	}
}

// ask opens the question whether to reset, or closes it, and keeps the focus there.
func (p *panel) ask(open bool) {
	p.asking = open
	to := "#reset"
	if open {
		to = "#reset-no"
	}
	afterDraw(func() { browser.Reveal(to) })
}

// stay is whether runs leave who is signed in signed in.
func (p *panel) stay() app.UI {
	box := app.Input().Type("checkbox").Class("check-box").
		OnChange(func(ctx app.Context, _ app.Event) { p.Desk.stayIn(ctx.JSSrc().Get("checked").Bool()) })
	if p.StayIn {
		box = box.Checked(true)
	}
	return app.Label().Class("check").Body(box, app.Span().Text("Stay signed in"))
}
