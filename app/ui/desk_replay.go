package ui

import (
	"oauthlab/app/browser"
	"oauthlab/app/timeline"
)

// replayBand looks back at a flow or an attack from its first message on.
func (d *desk) replayBand(key string) {
	frames := timeline.Frames(d.screen.View, key)
	if len(frames) == 0 {
		return
	}
	d.fold(key, true)
	d.screen.Replay = replay{Key: key, Frames: frames}
	d.show(paneStage)
	d.replayAt(0)
	afterDraw(func() { browser.Reveal(".replay-on") })
}

// replayBy steps forwards or backwards.
func (d *desk) replayBy(n int) { d.replayAt(d.screen.Replay.At + n) }

// replayAt shows everything as it was at a step, and the step's message in the
// inspector.
func (d *desk) replayAt(at int) {
	r := d.screen.Replay
	if !r.on() || at < 0 || at >= len(r.Frames) {
		return
	}
	r.At = at
	d.screen.Replay = r
	d.screen.Past = timeline.Reduce(timeline.Until(d.log.Events(), r.frame().Until))
	d.choose(r.frame().Seq)
	afterDraw(func() { browser.ScrollTo(".is-selected") })
}

// leaveReplay comes back to the present.
func (d *desk) leaveReplay() {
	if !d.screen.Replay.on() {
		return
	}
	d.screen.Replay, d.screen.Past = replay{}, timeline.View{}
	d.inspect(0)
	d.toEnd()
}

// shown is what the stage shows: the present, or what a replay has come to.
func (s screen) shown() timeline.View {
	if s.Replay.on() {
		return s.Past
	}
	return s.View
}
