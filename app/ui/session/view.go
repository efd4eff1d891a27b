package session

import (
	"oauthlab/app/browser"
	"oauthlab/app/timeline"
)

// What changes the screen only, and no lab.

func (c *Controller) StayIn(v bool) { c.screen.StayIn = v }

// Show shows a column on a narrow screen, and what the drawer covers in it:
// Alice's browser, and where all is narrow the diagram too.
func (c *Controller) Show(p Pane) {
	c.screen.Pane = p
	if p == PaneBrowser || p == PaneStage && c.screen.Narrow {
		c.uncover()
	}
}

// uncover takes the drawer away from what it covers.
func (c *Controller) uncover() { c.screen.Drawer.Kind = DrawerNone }

// ShowTab shows another view of the message in the inspector.
func (c *Controller) ShowTab(t Tab) {
	c.uncover()
	c.screen.Tab = t
	c.readPrograms()
	c.readFromTop()
}

// readFromTop shows the top of what is new in the inspector.
func (c *Controller) readFromTop() {
	AfterDraw(func() { browser.ScrollToStart("#inspected") })
}

// Choose shows a message in the inspector.
func (c *Controller) Choose(seq uint64) {
	if !c.screen.Replay.On() {
		c.uncover()
	}
	c.inspect(seq)
	if c.screen.Tab == TabWhy {
		c.screen.Tab = TabDecoded
	}
	c.readFromTop()
}

// Fold opens or folds a band of the diagram.
func (c *Controller) Fold(key string, open bool) {
	c.screen.Unfolded = with(c.screen.Unfolded, key, open)
}

// Dismiss clears the notice, unless it holds the only way on.
func (c *Controller) Dismiss() {
	if !c.screen.Notice.Again {
		c.screen.Notice = Notice{}
	}
}

// AcceptLink takes note that the learner knows: the lab came by a link.
func (c *Controller) AcceptLink() { c.screen.Linked = false }

// AcceptForgetting takes note that the learner knows: the browser keeps nothing.
func (c *Controller) AcceptForgetting() { c.screen.Forgets = false }

// complain says what went wrong, unless something worse has.
func (c *Controller) complain(err error) {
	if !c.screen.Notice.Again {
		c.screen.Notice = Notice{Text: explain(err)}
	}
}

// ShowChecks shows a message in the inspector with what was checked on it.
func (c *Controller) ShowChecks(seq uint64) {
	c.Choose(seq)
	c.screen.Tab = TabDecoded
	c.Show(PaneStage)
}

// Scrolled takes note of whether the diagram shows its end, and reports whether
// that changed.
func (c *Controller) Scrolled(away bool) bool {
	if away == c.screen.Away {
		return false
	}
	c.screen.Away, c.screen.AwayFrom = away, c.screen.View.Last
	return true
}

// makeWay clears the stage for what begins now: no mail waits any more, the
// inspector holds no message of before, and the newest message is in view.
func (c *Controller) makeWay() {
	c.screen.Mail, c.screen.Mailed = Mail{}, ""
	c.LeaveReplay()
	c.inspect(0)
	c.ToEnd()
}

// ToEnd brings the newest message into view, where there is one.
func (c *Controller) ToEnd() {
	c.screen.Away = false
	AfterDraw(func() { browser.ScrollToEnd(".diagram-scroll:not(.is-ahead)") })
}

// AfterDraw calls f when what changed just now is on the screen.
func AfterDraw(f func()) {
	browser.NextFrame(func() { browser.NextFrame(f) })
}

// ToLesson shows the lesson where the learner stands in it.
func (c *Controller) ToLesson() {
	c.Show(PaneLesson)
	at := c.present()
	if steps := c.content.Chapter.Steps; at == "" && len(steps) > 0 {
		at = steps[len(steps)-1].ID
	}
	c.FocusSoon(StepTitleID(at))
}

// FoldStep opens or folds a step of the lesson.
func (c *Controller) FoldStep(id string, open bool) {
	c.screen.Opened = with(c.screen.Opened, id, open)
}

// Answer takes the answer to what is asked under an id: a step's prediction, or one of
// its questions.
func (c *Controller) Answer(asked string, option int) {
	c.screen.Answers, c.acted = with(c.screen.Answers, asked, option), true
	c.reduce()
	for _, s := range c.content.Chapter.Steps {
		if options := s.Options(asked); len(options) > 0 {
			c.tell(options[option].Reply)
			AfterDraw(func() { browser.ScrollTo(`[data-step="` + s.ID + `"] .step-actions`) }) // the reply pushed it down
		}
	}
}

// MarkRead ticks a step that asks for nothing, and goes on.
func (c *Controller) MarkRead(step string) {
	c.screen.Read = with(c.screen.Read, step, true)
	c.screen.Steps = c.steps()
	c.remember()
	c.GoOn(step)
}

// GoOn folds the steps up to step, which the learner has done with, and shows the
// one after it.
func (c *Controller) GoOn(step string) {
	for i, s := range c.content.Chapter.Steps {
		if c.screen.Steps[i].Done {
			c.screen.Lingers = with(c.screen.Lingers, s.ID, false)
			c.screen.Opened = with(c.screen.Opened, s.ID, false)
		}
		if s.ID != step {
			continue
		}
		if next := i + 1; next < len(c.content.Chapter.Steps) {
			id := c.content.Chapter.Steps[next].ID
			c.FoldStep(id, true)
			AfterDraw(func() { browser.RevealTop(`[data-step="` + id + `"] .step-button`) })
		}
		return
	}
}

// linger keeps the steps open that got done under the learner's eyes, and returns what
// is said of the last of them: before says how the steps stood.
func (c *Controller) linger(before []timeline.StepProgress) (praise string) {
	if !c.acted || len(before) != len(c.screen.Steps) {
		return ""
	}
	for i, s := range c.screen.Steps {
		if s.Done && !before[i].Done {
			c.screen.Lingers = with(c.screen.Lingers, s.ID, true)
			praise = DoneText(c.content.Chapter.Steps[i].Kind)
		}
	}
	return praise
}

// present returns the id of the present step, "" where all are done.
func (c *Controller) present() string {
	id, _ := c.presentStep()
	return id
}

// PresentTitle returns the title of the present step, "" where all are done.
func (c *Controller) PresentTitle() string {
	_, title := c.presentStep()
	return title
}

func (c *Controller) presentStep() (id, title string) {
	for i, s := range c.screen.Steps {
		if s.Current {
			return s.ID, c.content.Chapter.Steps[i].Title
		}
	}
	return "", ""
}
