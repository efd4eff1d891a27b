package ui

import (
	"errors"
	"slices"
	"strings"

	"oauthlab/app/browser"
	"oauthlab/app/lab"
	"oauthlab/app/timeline"
	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
)

// follow keeps the screen with what just happened. at is the step that was
// present before.
func (d *desk) follow(events []event.Event, at string) {
	// The learner's own attack is followed to its end, wherever they were before.
	if !d.screen.Replay.on() && (!d.screen.Away || d.attacked) {
		d.toEnd()
	}
	d.leaveFrame()
	ended := slices.ContainsFunc(events, func(e event.Event) bool {
		return e.Note != nil && e.Note.Name == event.NoteAttackEnds
	})
	if ended && (d.attacked || d.screen.Mailed != "") {
		d.showDecision()
		if d.attacked {
			afterDraw(func() { browser.KeepFocus(".diagram-scroll") }) // a narrow screen hid the button
		}
		d.attacked, d.screen.Mailed = false, ""
	}
	d.judgeMail(events)
	if now := d.present(); now != at {
		d.showCodeOf(now)
	}
}

// showDecision shows the verdict that decided the latest attack.
func (d *desk) showDecision() {
	stars := d.content.stars()
	pill, ok := timeline.Decision(d.log.Events(), func(id string) bool {
		p, _ := guard.ProtectionOf(guard.ID(id))
		return slices.Contains(stars, p.ID)
	})
	if ok {
		d.explainVerdict(pill.Seq, pill.Guard)
	}
}

// showCodeOf shows the code that a step explains, beside it.
func (d *desk) showCodeOf(step string) {
	for _, s := range d.content.Chapter.Steps {
		if s.ID == step && s.Guard != "" && d.screen.Guard != s.Guard {
			d.explainVerdict(d.latestVerdict(s.Guard), s.Guard)
		}
	}
}

// leaveFrame takes the frame away once the client has done what it can: what follows
// is the client's own page.
func (d *desk) leaveFrame() {
	if d.screen.Frame == frameHere && d.login().Ended() {
		browser.DropFrame(holder) // with its history
	}
}

// login is how far the learner's latest flow has come. Where there is a token
// endpoint, a code is not the end of it, unless it waits for the learner.
func (d *desk) login() timeline.Login {
	l := d.screen.View.Login
	if l.Code != "" && d.screen.redeems() && d.screen.Waiting == "" {
		return timeline.Login{}
	}
	return l
}

// isGone reports whether err says that the server does not know the lab.
func isGone(err error) bool {
	refused, ok := errors.AsType[*lab.Error](err)
	return errors.Is(err, lab.ErrGone) ||
		ok && lab.IsUnknown(err) && refused.Code == "unknown_lab"
}

// gone ends the lab: all that is left is to start again.
func (d *desk) gone() {
	d.screen.Open = false
	d.screen.Notice = notice{Text: "This lab is gone: the server no longer knows it. Labs that nobody uses expire.", Again: true}
}

// recovered takes up again after the connection was lost. What was wrong
// meanwhile is over; a frame may show the browser's own error page, so it asks for
// its sign-in page again.
func (d *desk) recovered() {
	d.dismiss()
	d.askMail()       // it may have been asked for in vain
	d.lookForUpdate() // the server may have made way for its successor
	if d.screen.Frame != frameHere || d.login().Ended() {
		return
	}
	if url := d.screen.View.Alice.Address.URL; strings.Contains(url, "/login?request=") {
		browser.FreshFrame(holder, frameID, frameTitle, url)
		return
	}
	d.screen.Frame = frameCut
	browser.DropFrame(holder)
}

// clear empties what belongs to a lab that is no more.
func (d *desk) clear() {
	browser.DropFrame(holder)
	d.attacked, d.acted = false, false
	s := &d.screen
	s.Frame, s.Mail, s.Mailed, s.Said, s.Away = frameEmpty, letter{}, "", "", false
	s.Waiting = ""
	s.Answers, s.Opened, s.Read, s.Lingers = nil, nil, nil, nil
	s.Selected, s.Message, s.Guard = 0, timeline.Message{}, ""
	s.Replay, s.Past = replay{}, timeline.View{}
	d.forgetState()
}
