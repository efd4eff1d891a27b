// Package progress is what a learner has done: as the browser keeps it, as a file that is
// handed in has it, and as a teacher's program reads it. It holds nothing of a lab, and it
// is the learner's own word: nobody signs it.
package progress

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"oauthlab/lessons"
	"oauthlab/lessons/prose"
)

const (
	Version = 1       // of the format, that this package reads and writes
	MaxSize = 1 << 16 // bytes of a file
	MaxName = 60      // characters of a learner's name
)

// Progress is what one learner has done.
type Progress struct {
	Version  int                `json:"version"`
	Name     string             `json:"name,omitempty"` // in a file: what the learner is called, as they typed it
	Chapters map[string]Chapter `json:"chapters"`       // by id
}

// Chapter is how far one chapter has come.
type Chapter struct {
	Answers map[string]int     `json:"answers,omitempty"` // by the id under which they were asked for
	Read    []string           `json:"read,omitempty"`    // steps that the learner ticked
	Steps   []string           `json:"steps,omitempty"`   // steps that are done; a reset of the lab begins again
	Loop    []lessons.StepKind `json:"loop,omitempty"`    // kinds of which every step was done, once
	Done    bool               `json:"done,omitempty"`    // every step was, once
	Met     []string           `json:"met,omitempty"`     // tasks that were done, once
	Must    []string           `json:"must,omitempty"`    // tasks of the assignment that was opened last
}

// Was reports whether a part of the chapter's loop was done, once.
func (c Chapter) Was(part lessons.StepKind) bool {
	return c.Done || slices.Contains(c.Loop, part)
}

// Has reports whether a task was done, once.
func (c Chapter) Has(task string) bool {
	return slices.Contains(c.Met, task) || slices.Contains(c.Steps, task) || c.Done && !isAttack(task)
}

// Fresh is the progress of who has done nothing.
func Fresh() Progress { return Progress{Version: Version, Chapters: map[string]Chapter{}} }

// ErrVersion says that what was read is progress, of another version of its format.
var ErrVersion = errors.New("it is of another version")

// Read reads the progress in a text. The error says in words what is wrong with it, and is
// ErrVersion where it is of another version.
func Read(text string) (Progress, error) {
	if len(text) > MaxSize {
		return Progress{}, fmt.Errorf("it has more than %d KiB, and no progress is that long", MaxSize>>10)
	}
	if strings.TrimSpace(text) == "" {
		return Progress{}, errors.New("it is empty")
	}
	var p Progress
	err := json.Unmarshal([]byte(text), &p)
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok && wrong.Field != "" {
		kind, _, _ := strings.Cut(wrong.Value, " ") // of a number, its digits stand behind
		return Progress{}, fmt.Errorf("its field %s must not be a %s", prose.Plain(prose.Clip(wrong.Field, 64, "…")), kind)
	}
	switch {
	case err != nil && strings.Contains(err.Error(), "unexpected end"):
		return Progress{}, errors.New("it breaks off before its end")
	case err != nil && json.Valid([]byte(text)), err == nil && (p.Version == 0 || p.Chapters == nil && p.Version == Version):
		return Progress{}, errors.New("it is JSON, but no progress of this lab")
	case err != nil:
		return Progress{}, errors.New("it is no JSON")
	case p.Version != Version:
		return Progress{}, fmt.Errorf("%w of the lab: %d, where %d is read here", ErrVersion, p.Version, Version)
	}
	return p, nil
}

// CleanName makes a name of what somebody typed: on one line, without what steers a terminal
// or turns the text, and of MaxName characters at most.
func CleanName(typed string) string {
	name := []rune(prose.Plain(strings.Join(strings.Fields(strings.ToValidUTF8(typed, "·")), " ")))
	return strings.TrimSpace(string(name[:min(len(name), MaxName)]))
}

// With returns the progress with that of one chapter as given. What was once done stays
// done, and so does what an assignment asks for.
func (p Progress) With(id string, c Chapter) Progress {
	before := p.Chapters[id]
	c.Done = c.Done || before.Done
	c.Loop = union(c.Loop, before.Loop)
	c.Met = union(c.Met, before.Met)
	if c.Must == nil {
		c.Must = before.Must
	}
	p.Chapters = maps.Clone(p.Chapters)
	if p.Chapters == nil {
		p.Chapters = map[string]Chapter{}
	}
	p.Chapters[id] = c
	return p
}

// union returns what stands in either, each once, in the order of the first.
func union[T comparable](these, those []T) []T {
	for _, one := range those {
		if !slices.Contains(these, one) {
			these = append(these[:len(these):len(these)], one)
		}
	}
	return these
}

// Done returns the chapters that were done.
func (p Progress) Done() map[string]bool {
	out := map[string]bool{}
	for id, c := range p.Chapters {
		if c.Done {
			out[id] = true
		}
	}
	return out
}

// Beside returns the progress with what another tab kept of the same chapter: answers to
// other questions, and steps that were read there.
func (c Chapter) Beside(other Chapter) Chapter {
	if len(other.Answers) > 0 {
		answers := maps.Clone(other.Answers)
		maps.Copy(answers, c.Answers)
		c.Answers = answers
	}
	c.Read = slices.Compact(slices.Sorted(slices.Values(slices.Concat(c.Read, other.Read))))
	return c
}
