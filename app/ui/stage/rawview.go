package stage

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
	"oauthlab/app/timeline"
	"oauthlab/app/ui/widget"
)

// rawView is a message as it was on the wire.
type rawView struct {
	app.Compo
	Message timeline.Message
}

func (r *rawView) Render() app.UI {
	return tag.Div("raw").Body(
		tag.Pre("raw-text").ID("raw-text").TabIndex(0).Body(widget.Pieces(timeline.Cut(r.Message.Raw, r.Message.Params))...),
		tag.If(r.Message.Truncated, func() app.UI {
			return tag.P("inspector-empty").Text("Something here was longer than the lab keeps, and is cut.")
		}),
		copies("message", "raw-text"),
	)
}
