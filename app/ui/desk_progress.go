package ui

import (
	"encoding/json"
	"slices"

	"oauthlab/app/browser"
	"oauthlab/app/timeline"
	"oauthlab/lessons/event"
)

// recall takes up what the learner did in this chapter before.
func (d *desk) recall() {
	text, kept := browser.Keep().Get(progressKey)
	p, problem := readProgress(text, kept)
	d.progress = p
	if problem != "" {
		d.screen.Notice = notice{Text: problem, Calm: true}
	}
	c := p.Chapters[d.content.Chapter.ID]
	for _, step := range d.content.Chapter.Steps {
		if a, ok := c.Answers[step.ID]; ok && step.Prediction != nil && a >= 0 && a < len(step.Prediction.Options) {
			d.screen.Answers = with(d.screen.Answers, step.ID, a)
		}
	}
	for _, id := range c.Read {
		d.screen.Read = with(d.screen.Read, id, true)
	}
	d.screen.Finished = p.done()
	d.reduce()
}

// steps returns how far the lesson has come: by the log, and by what was done
// before it.
func (d *desk) steps() []timeline.StepProgress {
	c := d.content.Chapter
	return d.log.Progress(timeline.Lesson{
		Chapter: c.ID, Steps: c.Steps, Read: d.screen.Read, Before: d.progress.Chapters[c.ID].Steps,
	})
}

// remember keeps what the learner has done, where that is new. Another tab may have
// kept something meanwhile: that stays.
func (d *desk) remember() {
	if d.progress.Version == 0 { // on the server, and before recall
		return
	}
	id, kept := d.content.Chapter.ID, d.kept()
	d.keep(kept.with(id, chapterProgressOf(d.screen).beside(kept.Chapters[id])))
}

// kept is the progress as the browser keeps it now, or as it was last known here.
func (d *desk) kept() progress {
	text, there := browser.Keep().Get(progressKey)
	if text == d.remembered {
		return d.progress
	}
	if p, problem := readProgress(text, there); there && problem == "" {
		return p
	}
	return d.progress
}

func (d *desk) keep(p progress) {
	text, err := json.Marshal(p)
	if err != nil {
		return
	}
	d.progress, d.screen.Finished = p, p.done()
	if string(text) != d.remembered {
		d.remembered = string(text)
		_ = browser.Keep().Set(progressKey, d.remembered) // where it keeps nothing, memory stands in
	}
}

// isReset reports whether the lab went back to its chapter's start.
func isReset(events []event.Event) bool {
	return slices.ContainsFunc(events, func(e event.Event) bool { return e.Note != nil && e.Note.Name == event.NoteReset })
}

// forget begins the chapter again. That it was done once stays.
func (d *desk) forget() {
	if d.progress.Version != 0 {
		d.keep(d.kept().with(d.content.Chapter.ID, chapterProgress{}))
	}
}
