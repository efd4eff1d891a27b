package ui

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
	"oauthlab/app/timeline"
)

// alice is Alice's browser: a frame in which the authorization server's own
// pages run, under an address bar. When the client has what it asked for, its own
// page takes the frame's place.
type alice struct {
	app.Compo
	Desk     *desk
	Address  timeline.Address
	Login    timeline.Login
	Waiting  string // the code that waits for the learner
	Frame    frame
	Mail     letter
	Mailed   bool // its link was opened, and what comes of it is not known yet
	Replays  bool // the stage looks back, and the address with it
	Attacked bool // the latest thing that happened is an attack
	Open     bool
	Lost     bool // there is no lab, and the notice says why
	Busy     busy
	Tour     stop
}

func (a *alice) Render() app.UI {
	class := "alice"
	if a.showsFrame() {
		class = "alice is-open"
	}
	return marked(tag.Section(), a.Tour, a.Tour.What == atFrame).Class(class).Aria("labelledby", "alices").Body(
		tag.H2("unseen").ID("alices").Text("Alice's browser"),
		tag.Div("alice-bar").Body(
			a.address(),
		),
		tag.Div().Body( // always there: children are known by their place, and the frame must stay
			app.If(a.Mail.Link != "", func() app.UI { return mailStrip(a.Mail, a.Desk) }),
		),
		tag.Div("alice-view").Body(
			tag.Div("alice-holder").ID(holderID), // its frame is browser.FreshFrame's
			a.inside(),
		),
		tag.Div("alice-foot").Body(
			tag.P("alice-caption").Text(a.caption()),
			a.tabButton(),
		),
	)
}

// showsFrame reports whether the frame is in sight, and not something in its place.
func (a *alice) showsFrame() bool {
	return !a.Replays && (a.Frame == frameMail || a.Frame == frameHere && !a.Login.Ended())
}

// inside is what stands in the frame's place.
func (a *alice) inside() app.UI {
	switch {
	case a.Lost:
		return tag.Div("alice-nothing")
	case a.Replays && len(a.Address.Pieces) == 0:
		return aliceSays("You are looking back. What stood here is not shown again.")
	case a.Replays:
		return aliceSays("You are looking back. The address above is that of the moment; what stood here is not shown again.")
	case a.Frame == frameMail:
		return tag.Div("alice-nothing")
	case a.Frame != frameEmpty && a.Login.Ended():
		return a.clientPage()
	case a.Frame == frameInTab:
		return aliceSays("This login goes on in the other tab.")
	case a.Frame == frameCut:
		return aliceSays("The connection was lost during this login. Press “Run the flow” to begin again.")
	case a.Frame == frameHere:
		return tag.Div("alice-nothing")
	}
	return aliceSays("Press “Run the flow”: the authorization server's own sign-in page opens here.")
}

func aliceSays(text string) app.UI {
	return tag.Div("alice-empty").Body(tag.P().Text(text))
}

func (a *alice) caption() string {
	switch {
	case a.Mail.Link != "" || a.Mailed:
		return "Here you are Alice. What would you do?"
	case a.Frame == frameMail:
		return "You opened Mallory's mail."
	case a.Attacked:
		return "In an attack the lab plays Alice."
	}
	return "Stands for Alice's whole browser. Real servers forbid framing."
}

func (a *alice) address() app.UI {
	if a.Frame == frameEmpty && !a.Replays || len(a.Address.Pieces) == 0 {
		return tag.Div("address", "is-empty").Text("Alice's browser")
	}
	return tag.Div("address").Role("group").Aria("label", "Address").Title(a.Address.URL).TabIndex(0).Body(pieces(a.Address.Pieces)...)
}

func (a *alice) tabButton() app.UI {
	return pressable(tag.Button("button", "button-small").Text("Open in a tab").
		Title("The same flow in a tab of its own, by full redirects"),
		a.Open && a.Busy == idle, func() { a.Desk.runInTab() }, "tab")
}
