package ui

import (
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

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
	StayIn    bool // runs do not sign Alice out first
	State     api.State
	StateOpen bool
}

func (p *panel) Render() app.UI {
	return app.Aside().Class("panel").Aria("label", "Protections and attacks").Body(
		p.group(guard.ByClient, "Client checks"),
		p.group(guard.ByAuth, "Auth server checks"),
		p.attacks(),
		&stateDrawer{Desk: p.Desk, State: p.State, IsOpen: p.StateOpen, Ready: p.Open},
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
		app.H2().Class("group-title").Text(title),
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
			app.H2().Class("group-title").Text("Attacks"),
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
	signOut := app.Button().Class("button", "button-quiet").Type("button").Text("Sign Alice out").
		OnClick(func(app.Context, app.Event) { p.Desk.signOut() })
	reset := app.Button().Class("button", "button-quiet").Type("button").Text("Reset the lab").
		OnClick(func(app.Context, app.Event) { p.Desk.reset() })
	if !p.Open || p.Busy != idle {
		signOut, reset = signOut.Disabled(true), reset.Disabled(true)
	}
	return app.Div().Class("panel-foot").Body(p.stay(), signOut, reset)
}

// stay is whether runs leave Alice signed in.
func (p *panel) stay() app.UI {
	box := app.Input().Type("checkbox").Class("check-box").
		OnChange(func(ctx app.Context, _ app.Event) { p.Desk.stayIn(ctx.JSSrc().Get("checked").Bool()) })
	if p.StayIn {
		box = box.Checked(true)
	}
	return app.Label().Class("check").Body(box, app.Span().Text("Alice stays signed in"))
}
