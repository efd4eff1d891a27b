package ui

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/lessons/api"
)

// letter is a mail of Mallory's that lies in front of Alice: the learner decides
// whether she opens its link.
type letter struct {
	Link   string
	During api.MailTime
}

// mailStrip is the mail above the page that Alice is looking at.
func mailStrip(l letter, d *desk) app.UI {
	return app.Div().Class("mail").Role("region").Aria("label", "A mail to Alice").Body(
		app.P().Class("mail-text").Body(
			app.Strong().Text("Mail: your photos are ready."),
			app.Span().Text(" From Mallory, though it does not say so."),
		),
		app.Div().Class("mail-acts").Body(
			app.Button().Class("button", "button-small").Type("button").Title(l.Link).Text("Open its link").
				OnClick(func(app.Context, app.Event) { d.openMail() }),
			app.Button().Class("button", "button-quiet").Type("button").Text("Delete it").
				OnClick(func(app.Context, app.Event) { d.deleteMail() }),
		),
	)
}
