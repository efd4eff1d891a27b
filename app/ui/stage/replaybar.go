package stage

import (
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
	"oauthlab/app/ui/session"
	"oauthlab/app/ui/widget"
)

// ReplayBar tells a replay or a story: the sentence of its message, and the controls.
type ReplayBar struct {
	app.Compo
	Controller *session.Controller
	Replay     session.Replay
	Pace       session.Pace
}

func (b *ReplayBar) Render() app.UI {
	r := b.Replay
	if !r.On() {
		return tag.Div("replay-place")
	}
	name := "Replay"
	if r.Story {
		name = "What happens"
	}
	last := len(r.Frames) - 1
	return tag.Div("replay").Role("group").Aria("label", name).Attr("translate", "no").Body(
		tag.P("replay-at").Role("status").Body(
			tag.Span("replay-count").Text(strconv.Itoa(r.At+1)+" of "+strconv.Itoa(last+1)),
			tag.Span("replay-text").Text(r.Frame().Says),
		),
		tag.Div("replay-controls").Body(
			b.button("«", "To the start", r.At > 0, func() { b.Controller.ReplayAt(0) }, "start"),
			b.button("‹", "One message back", r.At > 0, func() { b.Controller.ReplayBy(-1) }, "back"),
			b.playButton(),
			b.button("›", "One message on", r.At < last, func() { b.Controller.ReplayBy(+1) }, "on").Class("replay-on"),
			tag.If(!r.Story, func() app.UI {
				return b.button("»", "To the end", r.At < last, func() { b.Controller.ReplayAt(last) }, "end")
			}),
			b.paceButton(),
			tag.Button("replay-leave").Text(b.leaves()).
				OnClick(func(app.Context, app.Event) { b.Controller.LeaveReplay() }),
		),
	)
}

// leaves is what the button says that comes to the present.
func (b *ReplayBar) leaves() string {
	if b.Replay.Story {
		return "Skip"
	}
	return "Back to now"
}

func (b *ReplayBar) playButton() app.UI {
	sign, name := "▶", "Play"
	if b.Replay.Playing {
		sign, name = "❚❚", "Pause"
	}
	play := !b.Replay.Playing
	return b.button(sign, name, true, func() { b.Controller.PlayReplay(play) }, name).Class("replay-play")
}

// paceButton says how fast it goes, and changes that.
func (b *ReplayBar) paceButton() app.UI {
	sign, name, next := "1×", "1×, twice as fast", session.PaceFast
	if b.Pace == session.PaceFast {
		sign, name, next = "2×", "2×, at reading pace", session.PaceReading
	}
	return b.button(sign, name, true, func() { b.Controller.ChoosePace(next) }, name).Class("replay-pace")
}

func (b *ReplayBar) button(sign, name string, can bool, do func(), scope string) *tag.Element {
	return widget.Pressable(tag.Button("replay-button").Aria("label", name).Text(sign), can, do, scope)
}
