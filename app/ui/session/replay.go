package session

import (
	"oauthlab/app/browser"
	"oauthlab/app/timeline"
)

// Replay is a look back at a flow or an attack, a message at a time. The zero value is
// the present.
type Replay struct {
	Key    string           // of the band
	Frames []timeline.Frame // of the band, as it was when the replay began
	At     int
}

func (r Replay) On() bool { return r.Key != "" }

func (r Replay) Frame() timeline.Frame { return r.Frames[r.At] }

// ReplayBand looks back at a flow or an attack from its first message on.
func (c *Controller) ReplayBand(key string) {
	frames := timeline.Frames(c.screen.View, key)
	if len(frames) == 0 {
		return
	}
	c.Fold(key, true)
	c.screen.Replay = Replay{Key: key, Frames: frames}
	c.Show(PaneStage)
	c.ReplayAt(0)
	AfterDraw(func() { browser.Reveal(".replay-on") })
}

// ReplayBy steps forwards or backwards.
func (c *Controller) ReplayBy(n int) { c.ReplayAt(c.screen.Replay.At + n) }

// ReplayAt shows everything as it was at a step, and the step's message in the
// inspector.
func (c *Controller) ReplayAt(at int) {
	r := c.screen.Replay
	if !r.On() || at < 0 || at >= len(r.Frames) {
		return
	}
	r.At = at
	c.screen.Replay = r
	c.screen.Past = timeline.Reduce(timeline.Until(c.log.Events(), r.Frame().Until))
	c.Choose(r.Frame().Seq)
	AfterDraw(func() { browser.ScrollTo(".is-selected") })
}

// LeaveReplay comes back to the present.
func (c *Controller) LeaveReplay() {
	if !c.screen.Replay.On() {
		return
	}
	c.screen.Replay, c.screen.Past = Replay{}, timeline.View{}
	c.inspect(0)
	c.ToEnd()
}

// Shown is what the stage shows: the present, or what a replay has come to.
func (s Screen) Shown() timeline.View {
	if s.Replay.On() {
		return s.Past
	}
	return s.View
}
