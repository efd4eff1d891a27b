package panel

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
	"oauthlab/app/ui/page"
	"oauthlab/app/ui/session"
	"oauthlab/app/ui/widget"
)

// asBefore makes the lab what it was in the chapter before, by one click: nothing that
// this chapter adds is checked, or done.
type asBefore struct {
	app.Compo
	Controller *session.Controller
	Content    page.Content
	Statuses   []session.ProtectionStatus
	Ready      bool
}

func (a *asBefore) Render() app.UI {
	before := a.Content.Chapter.Before
	if before == "" || len(a.Content.Chapter.Protections) == 0 {
		return tag.Div("as-before", "is-empty")
	}
	ready := a.Ready && !session.IsAsBefore(a.Content.Chapter.Protections, a.Statuses)
	return tag.Div("as-before").Body(
		widget.Pressable(tag.Button("button", "button-small").Text("As in "+before).
			Title("Nothing that "+a.Content.Chapter.ID+" adds is sent or checked"), ready, func() { a.Controller.AsBefore() }, "as before"),
	)
}
