package session

import (
	"time"

	"oauthlab/app/browser"
	"oauthlab/app/timeline"
	"oauthlab/lessons/event"
)

// Replay is a flow or an attack told a message at a time: a look back, or a story, which
// is what the lab plays now, at reading pace. The zero value is the present.
type Replay struct {
	Key     string           // of the band
	Frames  []timeline.Frame // of the band, as far as it has come
	At      int
	Playing bool // it goes on by itself
	Story   bool // it leads to the present, and ends there
}

func (r Replay) On() bool { return r.Key != "" }

func (r Replay) Frame() timeline.Frame { return r.Frames[r.At] }

// AtEnd reports whether there is nothing to go on to, as far as the band has come.
func (r Replay) AtEnd() bool { return r.At+1 >= len(r.Frames) }

// ReplayBand looks back at a flow or an attack from its first message on.
func (c *Controller) ReplayBand(key string) {
	frames := timeline.Frames(c.screen.View, c.log.Events(), key)
	if len(frames) == 0 {
		return
	}
	c.Fold(key, true)
	c.screen.Replay = Replay{Key: key, Frames: frames}
	c.Show(PaneStage)
	c.ReplayAt(0)
	AfterDraw(func() { browser.Reveal(".replay-on") })
}

// ReplayBy steps forwards or backwards, and stays there.
func (c *Controller) ReplayBy(n int) {
	c.screen.Replay.Playing = false
	c.ReplayAt(c.screen.Replay.At + n)
}

// ReplayAt shows everything as it was at a step, and the step's message in the
// inspector.
func (c *Controller) ReplayAt(at int) {
	r := c.screen.Replay
	if !r.On() || at < 0 || at >= len(r.Frames) {
		return
	}
	r.At = at
	c.screen.Replay = r
	c.lookBack()
	if r.Story {
		c.reduce() // steps are ticked when the story gets there
	}
	c.Choose(r.Frame().Seq)
	AfterDraw(func() { browser.ScrollTo(".is-selected") })
	c.nextSoon()
}

// PlayReplay goes on by itself, from the start where it has come to the end, or stops.
func (c *Controller) PlayReplay(play bool) {
	r := &c.screen.Replay
	r.Playing = play
	if play && r.AtEnd() && !r.Story {
		c.ReplayAt(0)
		return
	}
	c.nextSoon()
}

// nextSoon goes on to the next message once this one can have been read.
func (c *Controller) nextSoon() {
	c.stopPacing()
	r := c.screen.Replay
	if !r.On() || !r.Playing {
		return
	}
	pacing := time.AfterFunc(c.screen.Pace.of(r.Frame().ReadingTime()), func() { c.draw(c.next) })
	c.stopPacing = func() { pacing.Stop() }
}

// next shows the next message of a replay that plays. What is still to come of a story is
// waited for.
func (c *Controller) next() {
	switch r := c.screen.Replay; {
	case !r.On() || !r.Playing:
	case !r.AtEnd():
		c.ReplayAt(r.At + 1)
	case !r.Story:
		c.screen.Replay.Playing = false
	case c.screen.Busy != attacking:
		c.LeaveReplay()
	}
}

// LeaveReplay comes back to the present.
func (c *Controller) LeaveReplay() {
	r := c.screen.Replay
	if !r.On() {
		return
	}
	c.stopPacing()
	c.screen.Replay, c.screen.Past = Replay{}, timeline.View{}
	c.inspect(0)
	c.ToEnd()
	if r.Story {
		c.attackTold = true
		c.reduce()
		c.attackIsOver()
	}
}

// Shown is what the stage shows: the present, or what a replay has come to.
func (s Screen) Shown() timeline.View {
	if s.Replay.On() {
		return s.Past
	}
	return s.View
}

// lookBack makes what a replay has come to.
func (c *Controller) lookBack() {
	c.screen.Past = c.log.Past(c.screen.Replay.Frame().Until)
}

// untilStep are the events up to the step of a replay.
func (c *Controller) untilStep() []event.Event {
	return timeline.Until(c.log.Events(), c.screen.Replay.Frame().Until)
}
