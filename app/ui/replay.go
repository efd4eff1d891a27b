package ui

import (
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

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
		return app.Div().Class("replay-place")
	}
	last := len(r.Frames) - 1
	return app.Div().Class("replay").Role("group").Aria("label", "Replay").Body(
		b.button("«", "To the start", r.At > 0, func() { b.Desk.replayAt(0) }, "start"),
		b.button("‹", "One message back", r.At > 0, func() { b.Desk.replayBy(-1) }, "back"),
		app.P().Class("replay-at").Role("status").Body(
			app.Span().Class("replay-count").Text(strconv.Itoa(r.At+1)+" of "+strconv.Itoa(last+1)),
			app.Span().Class("replay-text").Text(r.frame().Text),
		),
		b.button("›", "One message on", r.At < last, func() { b.Desk.replayBy(+1) }, "on").Class("replay-on"),
		b.button("»", "To the end", r.At < last, func() { b.Desk.replayAt(last) }, "end"),
		app.Button().Class("replay-leave").Type("button").Text("Back to now").
			OnClick(func(app.Context, app.Event) { b.Desk.leaveReplay() }),
	)
}

func (b *replayBar) button(sign, name string, can bool, do func(), scope string) app.HTMLButton {
	return pressable(app.Button().Class("replay-button").Type("button").Aria("label", name).Text(sign), can, do, scope)
}
