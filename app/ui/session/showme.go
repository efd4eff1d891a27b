package session

import (
	"slices"

	"oauthlab/app/browser"
	"oauthlab/app/client"
	"oauthlab/lessons"
)

// onlyYou is said where nobody can act in the learner's place.
const onlyYou = "Here only you can go on: in Alice's browser, press “Sign in as Alice”."

// ShowMe does the next thing that a step asks for, in the learner's place. In Alice's
// browser nobody but the learner can act: there it shows where.
func (c *Controller) ShowMe(id string) {
	i := slices.IndexFunc(c.content.Chapter.Steps, func(s lessons.Step) bool { return s.ID == id })
	if i < 0 {
		return
	}
	step := c.content.Chapter.Steps[i]
	switch c.tourState(Statuses(c.screen.Lab, c.content.Chapter.Version)).stopIn(i).What {
	case AtRun:
		c.Run()
	case AtFrame:
		c.Show(PaneBrowser)
		c.screen.Notice = Notice{Text: onlyYou, Calm: true}
		AfterDraw(func() { browser.Reveal("#" + frameID) })
	case AtExchange:
		c.Exchange()
	case AtBilling:
		c.OpenAPI(client.Billing)
	case AtCalendar:
		c.OpenAPI(client.Calendar)
	case AtDelegate:
		c.Delegate(client.TaskBill)
	case AtAnswer:
		c.Answer(id, slices.IndexFunc(step.Prediction.Options, func(o lessons.Option) bool { return o.Right }))
	case AtSwitch:
		c.Turn(step.Protection, step.Switch == "on")
	case AtSetUp:
		c.SetUpStep(step)
	case AtAttack:
		c.Attack(step.Attack)
	case AtCode:
		c.ShowCode(step.Guard)
	case AtRead:
		c.ShowCode(step.Guard)
		c.MarkRead(id)
	}
}
