package stage

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
	"oauthlab/app/timeline"
	"oauthlab/app/ui/session"
	"oauthlab/app/ui/widget"
)

// Alice is Alice's browser: a frame in which the authorization server's own
// pages run, under an address bar. When the client has what it asked for, its own
// page takes the frame's place; where the lab plays Alice, or the stage looks back, a
// still of the page that her browser got last.
type Alice struct {
	app.Compo
	Controller *session.Controller
	Shows      timeline.Alice // by the log
	Login      timeline.Login // of the learner's own
	Redeems    bool           // the chapter has a token endpoint
	HasAPI     bool           // and an API that takes the token
	HasMore    bool           // and more of them, each with a token of its own
	HasAgent   bool           // and an agent that acts for Alice
	Waiting    string         // the code that waits for the learner
	Frame      session.Frame
	Mail       session.Mail
	Mailed     bool // its link was opened, and what comes of it is not known yet
	Replays    bool // the stage looks back, and the address with it
	WebApp     bool // the flow of the chapter is the web app's
	Open       bool
	Lost       bool // there is no lab, and the notice says why
	Busy       session.Busy
	Tour       session.TourStop
}

func (a *Alice) Render() app.UI {
	class := "alice"
	if a.showsFrame() {
		class = "alice is-open"
	}
	return widget.Marked(tag.Section(), a.Tour, a.Tour.What == session.AtFrame).Class(class).Aria("labelledby", "alices").Body(
		tag.H2("unseen").ID("alices").Text("Alice's browser"),
		tag.Div("alice-bar").Attr("translate", "no").Body(
			a.address(),
		),
		tag.Div().Body( // always there: children are known by their place, and the frame must stay
			tag.If(a.Mail.Link != "", func() app.UI { return mailStrip(a.Mail, a.Controller) }),
		),
		tag.Div("alice-view").Body(
			tag.Div("alice-holder").ID(session.HolderID), // its frame is browser.FreshFrame's
			a.inside(),
		),
		tag.Div("alice-foot").Body(
			tag.P("alice-caption").Text(a.caption()),
			tag.Div("alice-buttons").Body(
				tag.If(a.HasAPI, a.webAppButton),
				a.tabButton(),
			),
		),
	)
}

// isStill reports whether what is shown is not the learner's own to act in.
func (a *Alice) isStill() bool { return a.Replays || a.Shows.Played }

// showsFrame reports whether the frame is in sight, and not something in its place.
func (a *Alice) showsFrame() bool {
	return !a.isStill() && !a.Lost && (a.Frame == session.FrameMail || a.Frame == session.FrameApp || a.Frame == session.FrameHere && !a.ended())
}

// ended reports whether the learner's login is over, and the client's page is what her
// browser shows of it.
func (a *Alice) ended() bool { return a.Login.Ended() && a.Shows.Page == timeline.PageClient }

// inside is what stands in the frame's place.
func (a *Alice) inside() app.UI {
	switch {
	case a.Lost, a.showsFrame():
		return tag.Div("alice-nothing")
	case a.isStill():
		return a.still()
	case a.Frame == session.FrameKept && a.Login.Token != "", a.Frame != session.FrameEmpty && a.ended():
		return a.clientPage(a.Login)
	case a.Frame == session.FrameInTab:
		return aliceSays(a.inTab())
	case a.Frame == session.FrameCut:
		return aliceSays("The connection was lost during this login. Press “Run the flow” to begin again.")
	}
	if a.WebApp {
		return aliceSays("Press “Run the flow”: the web app sends Alice's browser to the authorization server, whose own sign-in page opens here.")
	}
	return aliceSays("Press “Run the flow”: the authorization server's own sign-in page opens here.")
}

// inTab says where the login is that is not here.
func (a *Alice) inTab() string {
	if a.WebApp {
		return "This login goes on in the other tab, and ends there, on the web app's page."
	}
	return "This login goes on in the other tab."
}

// still is the page that Alice's browser had got by then.
func (a *Alice) still() app.UI {
	switch a.Shows.Page {
	case timeline.PageAnswer:
		return &still{Seq: a.Shows.Seq, HTML: a.Shows.HTML}
	case timeline.PageClient:
		return a.clientPage(a.Shows.Login)
	}
	switch nothing := a.Shows.Address.URL == ""; {
	case nothing && a.Shows.Over:
		return aliceSays("Alice's browser has no part in this attack.")
	case nothing:
		return aliceSays("Nothing is open here yet.")
	case a.Shows.Over:
		return aliceSays("Her browser was sent to the address above. What it brings there is not told in this attack.")
	}
	return aliceSays("On its way to the address above. No page has come yet.")
}

func aliceSays(text string) app.UI {
	return tag.Div("alice-empty").Body(tag.P().Text(text))
}

func (a *Alice) caption() string {
	switch {
	case a.Mail.Link != "" || a.Mailed:
		return "Here you are Alice. What would you do?"
	case a.Replays && a.Shows.Played:
		return "You are looking back. The lab plays Alice, and this is what her browser had got."
	case a.Replays:
		return "You are looking back at what her browser had got by then."
	case a.Shows.Played:
		return "The lab plays Alice: what her browser got last."
	case a.Frame == session.FrameApp && !a.Shows.AsksWho():
		return "The web app: a client on a server, with pages of its own."
	case a.Frame == session.FrameMail:
		return "You opened Mallory's mail."
	}
	return "Stands for Alice's whole browser. Real servers forbid framing."
}

func (a *Alice) address() app.UI {
	kept := a.Frame == session.FrameKept && a.Shows.Page != timeline.PageClient
	if (a.Frame == session.FrameEmpty || kept) && !a.isStill() || len(a.Shows.Address.Pieces) == 0 {
		return tag.Div("address", "is-empty").Text("Alice's browser")
	}
	at := a.Shows.Address
	return tag.Div("address").Role("group").Aria("label", "Address").Title(at.URL).TabIndex(0).Body(widget.Pieces(at.Pieces)...)
}

// webAppButton opens the other client in Alice's browser.
func (a *Alice) webAppButton() app.UI {
	return widget.Pressable(tag.Button("button", "button-small").ID("webapp").Text("Open the web app").
		Title("The other client: on a server, with a secret"),
		a.Open && a.Busy == session.Idle, func() { a.Controller.OpenWebApp() }, "webapp")
}

func (a *Alice) tabButton() app.UI {
	return widget.Pressable(tag.Button("button", "button-small").Text("Open in a tab").
		Title("The same flow in a tab of its own, by full redirects"),
		a.Open && a.Busy == session.Idle, func() { a.Controller.RunInTab() }, "tab")
}
