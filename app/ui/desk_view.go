package ui

import (
	"oauthlab/app/browser"
	"oauthlab/app/timeline"
)

// What changes the screen only, and no lab.

func (d *desk) show(p pane)   { d.screen.Pane = p }
func (d *desk) stayIn(v bool) { d.screen.StayIn = v }

// showTab shows another view of the message in the inspector.
func (d *desk) showTab(t tab) {
	d.screen.Tab, d.screen.Copied = t, ""
	d.readFromTop()
}

// readFromTop shows the top of what is new in the inspector.
func (d *desk) readFromTop() {
	afterDraw(func() { browser.ScrollToStart("#inspected") })
}

// choose shows a message in the inspector.
func (d *desk) choose(seq uint64) {
	d.inspect(seq)
	if d.screen.Tab == tabWhy {
		d.screen.Tab = tabDecoded
	}
	d.readFromTop()
}

// fold opens or folds a band of the diagram.
func (d *desk) fold(key string, open bool) {
	d.screen.Unfolded = with(d.screen.Unfolded, key, open)
}

// dismiss clears the notice, unless it holds the only way on.
func (d *desk) dismiss() {
	if !d.screen.Notice.Again {
		d.screen.Notice = notice{}
	}
}

// complain says what went wrong, unless something worse has.
func (d *desk) complain(err error) {
	if !d.screen.Notice.Again {
		d.screen.Notice = notice{Text: explain(err)}
	}
}

// showChecks shows a message in the inspector with what was checked on it.
func (d *desk) showChecks(seq uint64) {
	d.choose(seq)
	d.screen.Tab = tabDecoded
	d.show(paneStage)
}

// scrolled takes note of whether the diagram shows its end, and reports whether
// that changed.
func (d *desk) scrolled(away bool) bool {
	if away == d.screen.Away {
		return false
	}
	d.screen.Away, d.screen.AwayFrom = away, d.screen.View.Last
	return true
}

// makeWay clears the stage for what begins now: no mail waits any more, and the newest
// message is in view.
func (d *desk) makeWay() {
	d.screen.Mail, d.screen.Mailed = letter{}, ""
	d.leaveReplay()
	d.toEnd()
}

// toEnd brings the newest message into view.
func (d *desk) toEnd() {
	d.screen.Away = false
	afterDraw(func() { browser.ScrollToEnd(".diagram-scroll") })
}

// afterDraw calls f when what changed just now is on the screen.
func afterDraw(f func()) {
	browser.NextFrame(func() { browser.NextFrame(f) })
}

// toLesson shows the lesson where the learner stands in it.
func (d *desk) toLesson() {
	d.show(paneLesson)
	at := d.present()
	if steps := d.content.Chapter.Steps; at == "" && len(steps) > 0 {
		at = steps[len(steps)-1].ID
	}
	d.focusSoon(stepTitleID(at))
}

// foldStep opens or folds a step of the lesson.
func (d *desk) foldStep(id string, open bool) {
	d.screen.Opened = with(d.screen.Opened, id, open)
}

// answer takes the answer to a step's prediction.
func (d *desk) answer(step string, option int) {
	d.screen.Answers = with(d.screen.Answers, step, option)
	for _, s := range d.content.Chapter.Steps {
		if s.ID == step && s.Prediction != nil {
			d.tell(s.Prediction.Options[option].Reply)
		}
	}
	d.remember()
}

// markRead ticks a step that asks for nothing, and goes on.
func (d *desk) markRead(step string) {
	d.screen.Read = with(d.screen.Read, step, true)
	d.screen.Steps = d.steps()
	d.remember()
	d.goOn(step)
}

// goOn folds the steps up to step, which the learner has done with, and shows the
// one after it.
func (d *desk) goOn(step string) {
	for i, s := range d.content.Chapter.Steps {
		if d.screen.Steps[i].Done {
			d.screen.Lingers = with(d.screen.Lingers, s.ID, false)
			d.screen.Opened = with(d.screen.Opened, s.ID, false)
		}
		if s.ID != step {
			continue
		}
		if next := i + 1; next < len(d.content.Chapter.Steps) {
			id := d.content.Chapter.Steps[next].ID
			d.foldStep(id, true)
			afterDraw(func() { browser.RevealTop(`[data-step="` + id + `"] .step-button`) })
		}
		return
	}
}

// linger keeps the steps open that got done under the learner's eyes, and returns what
// is said of the last of them: before says how the steps stood.
func (d *desk) linger(before []timeline.StepProgress) (praise string) {
	if !d.acted || len(before) != len(d.screen.Steps) {
		return ""
	}
	for i, s := range d.screen.Steps {
		if s.Done && !before[i].Done {
			d.screen.Lingers = with(d.screen.Lingers, s.ID, true)
			praise = doneText(d.content.Chapter.Steps[i].Kind)
		}
	}
	return praise
}

// present returns the id of the present step, "" where all are done.
func (d *desk) present() string {
	for _, s := range d.screen.Steps {
		if s.Current {
			return s.ID
		}
	}
	return ""
}
