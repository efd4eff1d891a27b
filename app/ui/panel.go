package ui

import (
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/browser"
	"oauthlab/app/tag"
	"oauthlab/app/timeline"
	"oauthlab/lessons/api"
	"oauthlab/lessons/event"
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
	ByHand    bool   // the learner exchanges codes
	Said      string // what came of signing out
	State     api.State
	Before    api.State // what each party held before it last changed
	StateOpen bool

	asking bool // whether to reset
}

func (p *panel) Render() app.UI {
	body := []app.UI{
		tag.H2("panel-title").Text("Protections"),
		&asBefore{Desk: p.Desk, Content: p.Content, Standings: p.Standings, Ready: p.Open && p.Busy == idle},
	}
	body = append(body, p.groups(event.AllParties())...)
	return tag.Aside("panel").Aria("label", "Protections and attacks").Body(append(body,
		p.attacks(),
		&stateDrawer{Desk: p.Desk, State: p.State, Before: p.Before, IsOpen: p.StateOpen, Ready: p.Open},
		p.foot(),
	)...)
}

// groups are the protections by the party that enforces them, in the order of the table.
func (p *panel) groups(table event.Parties) []app.UI {
	var groups []app.UI
	for _, row := range table {
		groups = append(groups, p.group(row.ID, row.Checks()))
	}
	return groups
}

func (p *panel) group(by event.Party, title string) app.UI {
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
	return tag.Div("group").Body(
		tag.H3("group-title").Text(title),
		tag.Ul("protections").Body(items...),
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
	return tag.Div("group").Body(
		tag.Div("group-head").Body(
			tag.H2("panel-title").Text("Attacks"),
			tag.P("group-count").Text(strconv.Itoa(tried)+" of "+strconv.Itoa(len(items))+" tried"),
		),
		tag.Ul("attacks").Body(items...),
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
	return tag.Div("panel-foot").Body(
		app.If(p.redeems(), func() app.UI { return tag.Div("foot-session").Body(p.byHand()) }),
		tag.Div("foot-session").Body(
			p.stay(),
			pressable(tag.Button("button", "button-quiet").Text("Sign out"),
				ready, func() { p.Desk.signOut() }, "sign-out"),
			tag.P("foot-said").Role("status").Text(p.Said),
		),
		tag.Div("foot-reset").Body(p.reset(ready)...),
	)
}

// reset asks before it throws away what happened.
func (p *panel) reset(ready bool) []app.UI {
	if !p.asking {
		return []app.UI{
			pressable(tag.Button("button", "button-quiet").ID("reset").Text("Reset the lab"),
				ready, func() { p.ask(true) }, "reset"),
		}
	}
	return []app.UI{
		tag.Span("foot-question").ID("reset-question").Text("Forget all that happened in this lab?"),
		pressable(tag.Button("button", "button-small").ID("reset-yes").Aria("label", "Yes, reset the lab").Text("Yes"),
			ready, func() { p.ask(false); p.Desk.reset() }, "yes"),
		pressable(tag.Button("button", "button-small").ID("reset-no").Aria("label", "No, keep it").Text("No"),
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
func (p *panel) stay() app.UI { return checkBox("Stay signed in", p.StayIn, p.Desk.stayIn) }

// redeems reports whether the chapter has a token endpoint, where a code is exchanged.
func (p *panel) redeems() bool {
	return guard.Rules{Chapter: p.Content.Chapter.Version}.Offers(guard.TokenEndpoint)
}

// byHand is who exchanges the code: the callback, as in real apps, or the learner.
func (p *panel) byHand() app.UI {
	return checkBox("Exchange the code by hand", p.ByHand, p.Desk.exchangeByHand)
}

func checkBox(text string, on bool, turn func(on bool)) app.UI {
	box := tag.Input("checkbox", "check-box").Attr("disabled", app.IsServer).
		OnChange(func(ctx app.Context, _ app.Event) { turn(ctx.JSSrc().Get("checked").Bool()) }, app.EventScope(text))
	if on {
		box = box.Attr("checked", true)
	}
	return tag.Label("check").Body(box, tag.Span().Text(text))
}
