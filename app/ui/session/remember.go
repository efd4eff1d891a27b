package session

import (
	"encoding/json"
	"slices"

	"oauthlab/app/browser"
	"oauthlab/app/timeline"
	"oauthlab/lessons"
	"oauthlab/lessons/event"
	"oauthlab/lessons/progress"
)

// recall takes up what the learner did in this chapter before.
func (c *Controller) recall() {
	text, kept := browser.Keep().Get(progressKey)
	p, problem := readProgress(text, kept)
	c.progress = p
	if problem != "" {
		c.screen.Notice = Notice{Text: problem, Calm: true}
	}
	before := p.Chapters[c.content.Chapter.ID]
	for asked, a := range before.Answers {
		for _, step := range c.content.Chapter.Steps {
			if a >= 0 && a < len(step.Options(asked)) {
				c.screen.Answers = with(c.screen.Answers, asked, a)
			}
		}
	}
	for _, id := range before.Read {
		c.screen.Read = with(c.screen.Read, id, true)
	}
	if c.screen.Must == nil { // no link brought another assignment
		c.screen.Must, _ = progress.Assigned(before.Must, c.content.Chapter)
	}
	c.screen.Finished = p.Done()
	c.reduce()
}

// steps returns how far the lesson has come: by the log, and by what was done
// before it.
func (c *Controller) steps() []timeline.StepProgress {
	chapter, read := c.content.Chapter, c.screen.Read
	for _, s := range chapter.Steps {
		if s.Kind == lessons.Ask {
			read = with(read, s.ID, s.Chose(c.screen.Answers))
		}
	}
	l := timeline.Lesson{
		Chapter: chapter.ID, Steps: chapter.Steps, Read: read, Before: c.progress.Chapters[chapter.ID].Steps,
	}
	if c.screen.Replay.Story {
		return timeline.Progress(l, c.told())
	}
	return c.log.Progress(l)
}

// remember keeps what the learner has done, where that is new. Another tab may have
// kept something meanwhile: that stays.
func (c *Controller) remember() {
	if c.progress.Version == 0 { // on the server, and before recall
		return
	}
	id, kept := c.content.Chapter.ID, c.kept()
	c.keep(kept.With(id, chapterProgressOf(c.screen, c.content.Chapter.Steps).Beside(kept.Chapters[id])))
}

// kept is the progress as the browser keeps it now, or as it was last known here.
func (c *Controller) kept() progress.Progress {
	text, there := browser.Keep().Get(progressKey)
	if text == c.remembered {
		return c.progress
	}
	if p, problem := readProgress(text, there); there && problem == "" {
		return p
	}
	return c.progress
}

func (c *Controller) keep(p progress.Progress) {
	text, err := json.Marshal(p)
	if err != nil {
		return
	}
	c.progress, c.screen.Finished = p, p.Done()
	if string(text) != c.remembered {
		c.remembered = string(text)
		tick(p)
		_ = browser.Keep().Set(progressKey, c.remembered) // where it keeps nothing, memory stands in
	}
}

// isReset reports whether the lab went back to its chapter's start.
func isReset(events []event.Event) bool {
	return slices.ContainsFunc(events, func(e event.Event) bool { return e.Note != nil && e.Note.Name == event.NoteReset })
}

// forget begins the chapter again. That it was done once stays.
func (c *Controller) forget() {
	if c.progress.Version != 0 {
		c.keep(c.kept().With(c.content.Chapter.ID, progress.Chapter{}))
	}
}
