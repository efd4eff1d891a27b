package ui

import (
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/tag"
	"oauthlab/app/ui/session"
	"oauthlab/app/ui/widget"
)

// clock shows the lab's time, which an offset moves, and moves it on.
type clock struct {
	app.Compo
	Controller *session.Controller
	Offset     int64 // in seconds
	Ready      bool

	now  time.Time // zero until the page runs
	stop chan struct{}
}

// OnMount starts the clock, in the browser only.
func (c *clock) OnMount(ctx app.Context) {
	stop := make(chan struct{})
	c.stop, c.now = stop, time.Now()
	go func() {
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for {
			select {
			case now := <-tick.C:
				ctx.Dispatch(func(app.Context) { c.now = now })
			case <-stop:
				return
			}
		}
	}()
}

// OnDismount stops it.
func (c *clock) OnDismount() {
	if c.stop != nil {
		close(c.stop)
	}
}

func (c *clock) Render() app.UI {
	text := "--:--:--"
	if !c.now.IsZero() {
		text = c.now.Add(time.Duration(c.Offset) * time.Second).Format("15:04:05")
	}
	return tag.Div("clock").Title("The lab's time").Body(
		tag.Span("clock-time").Text(text),
		tag.If(c.Offset != 0, func() app.UI {
			return tag.Span("clock-offset").Text(session.OffsetText(c.Offset))
		}),
		widget.Pressable(tag.Button("clock-button").Text("+1 h").Aria("label", "+1 h: move the clock").
			Title(session.ClockSentence), c.Ready, func() { c.Controller.AnHourOn() }, "hour"),
	)
}
