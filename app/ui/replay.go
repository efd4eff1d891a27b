package ui

import (
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
	"oauthlab/app/timeline"
)

// replay is a look back at a flow or an attack, a message at a time. The zero value is
// the present.
type replay struct {
	Key    string           // of the band
	Frames []timeline.Frame // of the band, as it was when the replay began
	At     int
}

func (r replay) on() bool { return r.Key != "" }

func (r replay) frame() timeline.Frame { return r.Frames[r.At] }

// replayBar steps through it.
type replayBar struct {
	app.Compo
	Desk   *desk
	Replay replay
}

func (b *replayBar) Render() app.UI {
	r := b.Replay
	if !r.on() {
		return tag.Div("replay-place")
	}
	last := len(r.Frames) - 1
	return tag.Div("replay").Role("group").Aria("label", "Replay").Attr("translate", "no").Body(
		b.button("«", "To the start", r.At > 0, func() { b.Desk.replayAt(0) }, "start"),
		b.button("‹", "One message back", r.At > 0, func() { b.Desk.replayBy(-1) }, "back"),
		tag.P("replay-at").Role("status").Body(
			tag.Span("replay-count").Text(strconv.Itoa(r.At+1)+" of "+strconv.Itoa(last+1)),
			tag.Span("replay-text").Title(r.frame().Text).Text(r.frame().Text),
		),
		b.button("›", "One message on", r.At < last, func() { b.Desk.replayBy(+1) }, "on").Class("replay-on"),
		b.button("»", "To the end", r.At < last, func() { b.Desk.replayAt(last) }, "end"),
		tag.Button("replay-leave").Text("Back to now").
			OnClick(func(app.Context, app.Event) { b.Desk.leaveReplay() }),
	)
}

func (b *replayBar) button(sign, name string, can bool, do func(), scope string) app.HTMLElem {
	return pressable(tag.Button("replay-button").Aria("label", name).Text(sign), can, do, scope)
}
