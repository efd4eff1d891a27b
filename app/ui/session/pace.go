package session

import (
	"time"

	"oauthlab/app/browser"
	"oauthlab/app/timeline"
	"oauthlab/lessons/event"
)

// Pace says how fast what the lab plays is told. It is chosen once and kept.
type Pace string

// The paces.
const (
	PaceReading Pace = "reading" // a message at a time, as one reads
	PaceFast    Pace = "fast"    // twice as fast
	PaceAtOnce  Pace = "at-once" // all of it, when it has happened
)

// paceKey names it in the browser's storage.
const paceKey = "oauthlab.pace"

// of returns how long a message of the reading time stays.
func (p Pace) of(reading time.Duration) time.Duration {
	if p == PaceFast {
		return reading / 2
	}
	return reading
}

// recallPace takes up what the learner chose; who asks the browser for less motion has all
// of it at once.
func (c *Controller) recallPace() {
	c.screen.Pace = PaceReading
	if browser.WantsLessMotion() {
		c.screen.Pace = PaceAtOnce
	}
	kept, _ := browser.Keep().Get(paceKey)
	switch p := Pace(kept); p {
	case PaceReading, PaceFast, PaceAtOnce:
		c.screen.Pace = p
	}
}

// ChoosePace has what the lab plays told at the pace from now on.
func (c *Controller) ChoosePace(p Pace) {
	c.screen.Pace = p
	_ = browser.Keep().Set(paceKey, string(p)) // where it keeps nothing, memory stands in
	if p == PaceAtOnce && c.screen.Replay.Story {
		c.LeaveReplay()
		return
	}
	c.nextSoon()
}

// takeStory takes up what has come of the learner's attack, before anybody is told of it:
// a new story begins with its first message.
func (c *Controller) takeStory() {
	r, bands := &c.screen.Replay, c.screen.View.Bands
	if !c.attacked || c.attackTold || c.screen.Pace == PaceAtOnce || r.On() && !r.Story || len(bands) == 0 {
		return
	}
	b := bands[len(bands)-1]
	frames := timeline.Frames(c.screen.View, c.log.Events(), b.Key)
	if b.Attack == "" || len(frames) == 0 || frames[0].Seq <= c.attackedAfter {
		return
	}
	if !r.On() {
		*r = Replay{Key: b.Key, Playing: true, Story: true}
		c.Fold(b.Key, true)
	}
	r.Frames = frames
	c.lookBack()
}

// told are the events that the learner has been told of: where a story is on, those up to
// its message.
func (c *Controller) told() []event.Event {
	if c.screen.Replay.Story {
		return c.untilStep()
	}
	return c.log.Events()
}

// ToldView is the view of what the learner has been told of.
func (s Screen) ToldView() timeline.View {
	if s.Replay.Story {
		return s.Past
	}
	return s.View
}
