package stage

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
	"oauthlab/app/ui/session"
)

// mailStrip is the mail above the page that Alice is looking at.
func mailStrip(l session.Mail, c *session.Controller) app.UI {
	return tag.Div("mail").Role("region").Aria("label", "A mail to Alice").Body(
		tag.P("mail-text").Body(
			tag.Strong().Text("Mail: your photos are ready."),
			tag.Span().Text(" From Mallory, though it does not say so."),
		),
		tag.Div("mail-acts").Body(
			tag.Button("button", "button-small").Title(l.Link).Text("Open its link").
				OnClick(func(app.Context, app.Event) { c.OpenMail() }),
			tag.Button("button", "button-quiet").Text("Delete it").
				OnClick(func(app.Context, app.Event) { c.DeleteMail() }),
		),
	)
}
