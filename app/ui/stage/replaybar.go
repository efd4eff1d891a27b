package stage

import (
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
	"oauthlab/app/ui/session"
	"oauthlab/app/ui/widget"
)

// ReplayBar steps through it.
type ReplayBar struct {
	app.Compo
	Controller *session.Controller
	Replay     session.Replay
}

func (b *ReplayBar) Render() app.UI {
	r := b.Replay
	if !r.On() {
		return tag.Div("replay-place")
	}
	last := len(r.Frames) - 1
	return tag.Div("replay").Role("group").Aria("label", "Replay").Attr("translate", "no").Body(
		b.button("«", "To the start", r.At > 0, func() { b.Controller.ReplayAt(0) }, "start"),
		b.button("‹", "One message back", r.At > 0, func() { b.Controller.ReplayBy(-1) }, "back"),
		tag.P("replay-at").Role("status").Body(
			tag.Span("replay-count").Text(strconv.Itoa(r.At+1)+" of "+strconv.Itoa(last+1)),
			tag.Span("replay-text").Title(r.Frame().Text).Text(r.Frame().Text),
		),
		b.button("›", "One message on", r.At < last, func() { b.Controller.ReplayBy(+1) }, "on").Class("replay-on"),
		b.button("»", "To the end", r.At < last, func() { b.Controller.ReplayAt(last) }, "end"),
		tag.Button("replay-leave").Text("Back to now").
			OnClick(func(app.Context, app.Event) { b.Controller.LeaveReplay() }),
	)
}

func (b *ReplayBar) button(sign, name string, can bool, do func(), scope string) app.HTMLElem {
	return widget.Pressable(tag.Button("replay-button").Aria("label", name).Text(sign), can, do, scope)
}
