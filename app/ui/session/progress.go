package session

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"oauthlab/app/browser"
	"oauthlab/lessons"
)

const (
	progressKey     = "oauthlab.progress" // in the store of the browser
	progressVersion = 1
	maxProgress     = 1 << 16 // bytes
)

// progress is what the learner has done so far. It is kept in this browser, and
// holds nothing of a lab.
type progress struct {
	Version  int                        `json:"version"`
	Chapters map[string]chapterProgress `json:"chapters"`
}

// chapterProgress is how far one chapter has come.
type chapterProgress struct {
	Answers map[string]int     `json:"answers,omitempty"` // by the id under which they were asked for
	Read    []string           `json:"read,omitempty"`    // steps that the learner ticked himself
	Steps   []string           `json:"steps,omitempty"`   // steps that are done
	Loop    []lessons.StepKind `json:"loop,omitempty"`    // kinds of which every step was done, once
	Done    bool               `json:"done,omitempty"`    // every step was, once
}

// was reports whether a part of the chapter's loop was done, once.
func (c chapterProgress) was(part lessons.StepKind) bool {
	return c.Done || slices.Contains(c.Loop, part)
}

// readProgress reads what the browser keeps. Something else under its name, or
// of another version, is not touched up: problem says so, and all starts afresh.
func readProgress(text string, kept bool) (p progress, problem string) {
	fresh := progress{Version: progressVersion, Chapters: map[string]chapterProgress{}}
	if !kept {
		return fresh, ""
	}
	if len(text) > maxProgress || json.Unmarshal([]byte(text), &p) != nil || p.Version == 0 {
		return fresh, "The progress that this browser kept could not be read, so it starts afresh."
	}
	if p.Version != progressVersion {
		return fresh, "The progress that this browser kept is of another version of the lab, so it starts afresh."
	}
	if p.Chapters == nil {
		p.Chapters = fresh.Chapters
	}
	return p, ""
}

// export returns the progress as text to keep elsewhere.
func (p progress) export() string {
	text, err := json.MarshalIndent(p, "", "  ")
	if err != nil {
		return ""
	}
	return string(text)
}

// with returns the progress with that of one chapter as given. What was once
// done stays done.
func (p progress) with(id string, c chapterProgress) progress {
	c.Done = c.Done || p.Chapters[id].Done
	for _, part := range p.Chapters[id].Loop {
		if !slices.Contains(c.Loop, part) {
			c.Loop = append(c.Loop, part)
		}
	}
	p.Chapters = maps.Clone(p.Chapters)
	if p.Chapters == nil {
		p.Chapters = map[string]chapterProgress{}
	}
	p.Chapters[id] = c
	return p
}

// done returns the chapters that were done.
func (p progress) done() map[string]bool {
	out := map[string]bool{}
	for id, c := range p.Chapters {
		if c.Done {
			out[id] = true
		}
	}
	return out
}

// tick ticks what was done in the list of chapters, which names it by the chapter and
// the part of its loop: "v03 run".
func (p progress) tick() {
	AfterDraw(func() {
		browser.Tick(func(name string) bool {
			chapter, part, _ := strings.Cut(name, " ")
			return p.Chapters[chapter].was(lessons.StepKind(part))
		})
	})
}

// TickChapters ticks in the list of chapters what the browser remembers.
func TickChapters() {
	p, _ := readProgress(browser.Keep().Get(progressKey))
	p.tick()
}

// chapterProgressOf sums up what the screen shows of a lesson.
func chapterProgressOf(s Screen, lesson []lessons.Step) chapterProgress {
	c := chapterProgress{Answers: s.Answers, Read: slices.Sorted(maps.Keys(s.Read))}
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
	return c
}

// beside returns the progress with what another tab kept of the same chapter: answers
// to other questions, and steps that were read there.
func (c chapterProgress) beside(other chapterProgress) chapterProgress {
	if len(other.Answers) > 0 {
		answers := maps.Clone(other.Answers)
		maps.Copy(answers, c.Answers)
		c.Answers = answers
	}
	c.Read = slices.Compact(slices.Sorted(slices.Values(slices.Concat(c.Read, other.Read))))
	return c
}
