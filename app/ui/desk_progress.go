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
	d.screen.Answers = c.Answers
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
	before := d.progress.Chapters[c.ID].Steps
	return remembered(d.log.Progress(timeline.Lesson{
		Chapter: c.ID, Steps: c.Steps, Read: d.screen.Read, Before: before,
	}), before)
}

// remember keeps what the learner has done, where that is new.
func (d *desk) remember() {
	if d.progress.Version == 0 { // on the server, and before recall
		return
	}
	next := d.progress.with(d.content.Chapter.ID, chapterProgressOf(d.screen))
	text, err := json.Marshal(next)
	if err != nil || string(text) == d.remembered {
		return
	}
	d.progress, d.remembered = next, string(text)
	d.screen.Finished = next.done()
	_ = browser.Keep().Set(progressKey, string(text)) // where it keeps nothing, memory stands in
}

// isReset reports whether the lab went back to its chapter's start.
func isReset(events []event.Event) bool {
	return slices.ContainsFunc(events, func(e event.Event) bool { return e.Note != nil && e.Note.Name == event.NoteReset })
}

// forget begins the chapter again. That it was done once stays.
func (d *desk) forget() {
	if d.progress.Version != 0 {
		d.progress = d.progress.with(d.content.Chapter.ID, chapterProgress{})
	}
}
