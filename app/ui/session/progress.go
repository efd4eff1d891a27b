package session

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"oauthlab/app/browser"
	"oauthlab/lessons"
	"oauthlab/lessons/progress"
)

// progressKey is where the browser keeps what the learner has done.
const progressKey = "oauthlab.progress"

// readProgress reads what the browser keeps. Something else under its name, or
// of another version, is not touched up: problem says so, and all starts afresh.
func readProgress(text string, kept bool) (p progress.Progress, problem string) {
	if !kept {
		return progress.Fresh(), ""
	}
	p, err := progress.Read(text)
	switch {
	case errors.Is(err, progress.ErrVersion):
		return progress.Fresh(), "The progress that this browser kept is of another version of the lab, so it starts afresh."
	case err != nil:
		return progress.Fresh(), "The progress that this browser kept could not be read, so it starts afresh."
	}
	return p, ""
}

// tick ticks what was done in the list of chapters, which names it by the chapter and
// the part of its loop: "v03 run".
func tick(p progress.Progress) {
	AfterDraw(func() {
		browser.Tick(func(name string) bool {
			chapter, part, _ := strings.Cut(name, " ")
			return p.Chapters[chapter].Was(lessons.StepKind(part))
		})
	})
}

// TickChapters ticks in the list of chapters what the browser remembers.
func TickChapters() {
	p, _ := readProgress(browser.Keep().Get(progressKey))
	tick(p)
}

// chapterProgressOf sums up what the screen shows of a lesson.
func chapterProgressOf(s Screen, lesson []lessons.Step) progress.Chapter {
	c := progress.Chapter{Answers: s.Answers, Read: slices.Sorted(maps.Keys(s.Read)), Must: s.Must}
	open := map[lessons.StepKind]bool{}
	for i, step := range s.Steps {
		if step.Done {
			c.Steps = append(c.Steps, step.ID)
		} else {
			open[lesson[i].Kind] = true
		}
	}
	for i := range s.Steps {
		if kind := lesson[i].Kind; !open[kind] && !slices.Contains(c.Loop, kind) {
			c.Loop = append(c.Loop, kind)
		}
	}
	c.Done = len(s.Steps) > 0 && len(c.Steps) == len(s.Steps)
	c.Met = slices.Concat(c.Steps, s.ToldView().Outcomes)
	return c
}
