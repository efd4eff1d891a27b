// Package panel is the right column of a chapter's page: protections and attacks. With the
// course it grows to sixty of the one and eighty of the other: those of this chapter are
// open, those of earlier ones folded, and whatever is off is in sight.
package panel

import (
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/browser"
	"oauthlab/app/tag"
	"oauthlab/app/timeline"
	"oauthlab/app/ui/page"
	"oauthlab/app/ui/session"
	"oauthlab/app/ui/widget"
	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
)

// Column is the right column: the protections and attacks of this chapter, folded those
// of earlier ones, and what else a lab is told to do.
type Column struct {
	app.Compo
	Controller *session.Controller
	Content    page.Content
	Statuses   []session.ProtectionStatus
	Ends       []timeline.AttackEnd
	Busy       session.Busy
	Open       bool
	StayIn     bool   // runs do not sign anybody out first
	ByHand     bool   // the learner exchanges codes
	Said       string // what came of signing out
	Drawer     session.DrawerKind
	Unfolded   map[string]bool // what the learner unfolded, by key

	query  string // that is looked for; all is shown where it is empty
	asking bool   // whether to reset
}

func (p *Column) Render() app.UI {
	protections := p.protections(event.AllParties())
	attacks, tried := p.attacks()
	return tag.Aside("panel").Aria("label", "Protections and attacks").Body(
		p.find(len(protections), len(attacks)),
		tag.Div("group").Body(append([]app.UI{
			tag.H2("panel-title").Text("Protections"),
			&asBefore{Controller: p.Controller, Content: p.Content, Statuses: p.Statuses, Ready: p.Open && p.Busy == session.Idle},
		}, p.shelf("protections", protections)...)...),
		tag.Div("group", "group-attacks").Body(append([]app.UI{
			tag.Div("group-head").Body(
				tag.H2("panel-title").Text("Attacks"),
				tag.P("group-count").Text(strconv.Itoa(tried)+" of "+strconv.Itoa(len(p.Content.Chapter.Attacks))+" tried"),
			),
		}, p.shelf("attacks", attacks)...)...),
		p.drawerButtons(),
		p.foot(),
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

func (p *Column) foot() app.UI {
	ready := p.Open && p.Busy == session.Idle
	return tag.Div("panel-foot").Body(
		tag.If(p.redeems(), func() app.UI { return tag.Div("foot-session").Body(p.byHand()) }),
		tag.Div("foot-session").Body(
			p.stay(),
			widget.Pressable(tag.Button("button", "button-quiet").Text("Sign out"),
				ready, func() { p.Controller.SignOut() }, "sign-out"),
			tag.P("foot-said").Role("status").Text(p.Said),
		),
		tag.Div("foot-reset").Body(p.reset(ready)...),
	)
}

// reset asks before it throws away what happened.
func (p *Column) reset(ready bool) []app.UI {
	if !p.asking {
		return []app.UI{
			widget.Pressable(tag.Button("button", "button-quiet").ID("reset").Text("Reset the lab"),
				ready, func() { p.ask(true) }, "reset"),
		}
	}
	return []app.UI{
		tag.Span("foot-question").ID("reset-question").Text("Forget all that happened in this lab?"),
		widget.Pressable(tag.Button("button", "button-small").ID("reset-yes").Aria("label", "Yes, reset the lab").Text("Yes"),
			ready, func() { p.ask(false); p.Controller.Reset() }, "yes"),
		widget.Pressable(tag.Button("button", "button-small").ID("reset-no").Aria("label", "No, keep it").Text("No"),
			true, func() { p.ask(false) }, "no"),
	}
}

// ask opens the question whether to reset, or closes it, and keeps the focus there.
func (p *Column) ask(open bool) {
	p.asking = open
	to := "#reset"
	if open {
		to = "#reset-no"
	}
	session.AfterDraw(func() { browser.Reveal(to) })
}

// stay is whether runs leave who is signed in signed in.
func (p *Column) stay() app.UI {
	return widget.CheckBox("Stay signed in", p.StayIn, p.Controller.StayIn)
}

// redeems reports whether the chapter has a token endpoint, where the client in the page
// exchanges its code.
func (p *Column) redeems() bool {
	return p.Content.Chapter.Client == "" && guard.Rules{Chapter: p.Content.Chapter.Version}.Offers(guard.TokenEndpoint)
}

// byHand is who exchanges the code: the callback, as in real apps, or the learner.
func (p *Column) byHand() app.UI {
	return widget.CheckBox("Exchange the code by hand", p.ByHand, p.Controller.ExchangeByHand)
}
