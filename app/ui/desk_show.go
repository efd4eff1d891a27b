package ui

import (
	"slices"

	"oauthlab/app/browser"
	"oauthlab/lessons"
)

// showMe does the next thing that a step asks for, in the learner's place. In Alice's
// browser nobody but the learner can act: there it shows where.
func (d *desk) showMe(id string) {
	i := slices.IndexFunc(d.content.Chapter.Steps, func(s lessons.Step) bool { return s.ID == id })
	if i < 0 {
		return
	}
	step := d.content.Chapter.Steps[i]
	switch d.tourState(standings(d.screen.Lab, d.content.Chapter.Version)).stopIn(i).What {
	case atRun:
		d.run()
	case atFrame:
		d.show(paneBrowser)
		afterDraw(func() { browser.Reveal("#" + frameID) })
	case atExchange:
		d.exchange()
	case atAnswer:
		d.answer(id, slices.IndexFunc(step.Prediction.Options, func(o lessons.Option) bool { return o.Right }))
	case atSwitch:
		d.turn(step.Protection, step.Switch == "on")
	case atAttack:
		d.attack(step.Attack)
	case atCode:
		d.showCode(step.Guard)
	case atRead:
		d.showCode(step.Guard)
		d.markRead(id)
	}
}
