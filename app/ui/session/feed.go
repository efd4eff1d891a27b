package session

import (
	"errors"
	"slices"

	"oauthlab/app/browser"
	"oauthlab/app/lab"
	"oauthlab/app/timeline"
	"oauthlab/lessons/api"
	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
)

// follow keeps the screen with what just happened. at is the step that was
// present before.
func (c *Controller) follow(events []event.Event, at string) {
	// The learner's own attack is followed to its end, wherever they were before.
	if !c.screen.Replay.On() && (!c.screen.Away || c.attacked) {
		c.ToEnd()
	}
	c.leaveFrame()
	c.leaveSignIn(events)
	if r := c.screen.Replay; r.Story {
		c.ReplayAt(r.At) // more may belong to it by now
	}
	ended := slices.ContainsFunc(events, func(e event.Event) bool {
		return e.Note != nil && e.Note.Name == event.NoteAttackEnds
	})
	if ended && (c.attacked || c.screen.Mailed != "") {
		c.attackEnded = true
	}
	c.attackIsOver()
	c.judgeMail(events)
	if now := c.present(); now != at {
		c.showCodeOf(now)
	}
}

// attackIsOver shows what decided the learner's attack, once it has ended and is told.
func (c *Controller) attackIsOver() {
	if !c.attackEnded || c.screen.Replay.Story {
		return
	}
	c.showDecision()
	if c.attacked {
		AfterDraw(func() { browser.KeepFocus(".diagram-scroll") }) // a narrow screen hid the button
	}
	c.attacked, c.attackEnded, c.screen.Mailed = false, false, ""
}

// showDecision shows the verdict that decided the latest attack.
func (c *Controller) showDecision() {
	stars := c.content.Stars()
	pill, ok := timeline.Decision(c.log.Events(), func(id string) bool {
		p, _ := guard.ProtectionOf(guard.ID(id))
		return slices.Contains(stars, p.ID)
	})
	if ok {
		c.explainVerdict(pill.Seq, pill.Guard)
	}
}

// showCodeOf shows the code that a step explains, beside it.
func (c *Controller) showCodeOf(step string) {
	for _, s := range c.content.Chapter.Steps {
		if s.ID == step && s.Guard != "" && c.screen.Guard != s.Guard {
			c.explainVerdict(c.latestVerdict(s.Guard), s.Guard)
		}
	}
}

// leaveFrame takes the frame away once the client has done what it can: what follows
// is the client's own page.
func (c *Controller) leaveFrame() {
	if c.screen.Frame == FrameHere && c.Login().Ended() {
		browser.DropFrame(holder) // with its history
	}
}

// Login is how far the learner's latest flow has come. Where there is a token
// endpoint, a code is not the end of it, unless it waits for the learner.
func (c *Controller) Login() timeline.Login {
	l := c.screen.View.Login
	if l.Code != "" && c.screen.Redeems() && c.screen.Waiting == "" {
		return timeline.Login{}
	}
	return l
}

// isGone reports whether err says that the server does not know the lab.
func isGone(err error) bool {
	refused, ok := errors.AsType[*api.Refusal](err)
	return errors.Is(err, lab.ErrGone) ||
		ok && lab.IsUnknown(err) && refused.Code == "unknown_lab"
}

// gone ends the lab: all that is left is to start again.
func (c *Controller) gone() {
	c.screen.Open = false
	c.screen.Notice = Notice{Text: "This lab is gone: the server no longer knows it. Labs that nobody uses expire.", Again: true}
}

// recovered takes up again after the connection was lost. What was wrong
// meanwhile is over; a frame may show the browser's own error page, so it asks for
// its sign-in page again.
func (c *Controller) recovered() {
	c.Dismiss()
	c.askMail()       // it may have been asked for in vain
	c.LookForUpdate() // the server may have made way for its successor
	underWay := c.screen.Frame == FrameHere && !c.Login().Ended()
	switch {
	case underWay && c.screen.View.Alice.AsksWho(), c.screen.asksWho():
		c.askAgain()
		return
	case !underWay:
		return
	}
	c.screen.Frame = FrameCut
	browser.DropFrame(holder)
}

// clear empties what belongs to a lab that is no more.
func (c *Controller) clear() {
	browser.DropFrame(holder)
	c.attacked, c.attackEnded, c.acted = false, false, false
	c.stopPacing()
	s := &c.screen
	s.Frame, s.Mail, s.Mailed, s.Said, s.Away = FrameEmpty, Mail{}, "", "", false
	s.Waiting = ""
	s.Answers, s.Opened, s.Read, s.Lingers = nil, nil, nil, nil
	s.Selected, s.Message, s.Guard = 0, timeline.Message{}, ""
	s.Replay, s.Past = Replay{}, timeline.View{}
	c.forgetDrawer()
}
