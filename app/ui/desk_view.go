package ui

import "oauthlab/app/timeline"

// What changes the screen only, and no lab.

func (d *desk) show(p pane)   { d.screen.Pane = p }
func (d *desk) showTab(t tab) { d.screen.Tab = t }
func (d *desk) dismiss()      { d.screen.Notice = notice{} }
func (d *desk) stayIn(v bool) { d.screen.StayIn = v }

// choose shows a message in the inspector.
func (d *desk) choose(seq uint64) {
	d.inspect(seq)
	if d.screen.Tab == tabWhy {
		d.screen.Tab = tabDecoded
	}
}

// fold opens or folds a band of the diagram.
func (d *desk) fold(key string, open bool) {
	d.screen.Unfolded = with(d.screen.Unfolded, key, open)
}

// foldStep opens or folds a step of the lesson.
func (d *desk) foldStep(id string, open bool) {
	d.screen.Opened = with(d.screen.Opened, id, open)
}

// answer takes the answer to a step's prediction.
func (d *desk) answer(step string, option int) {
	d.screen.Answers = with(d.screen.Answers, step, option)
}

// markRead ticks a step that asks for nothing.
func (d *desk) markRead(step string) {
	d.screen.Read = with(d.screen.Read, step, true)
	d.screen.Steps = timeline.Progress(d.content.Chapter.Steps, d.log.Events(), d.screen.Read)
}
