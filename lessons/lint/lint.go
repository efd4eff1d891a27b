// Package lint checks chapters that can be read against the rest of the program:
// that what they name is there, that their links lead somewhere, and that nothing is
// left out. Reading itself (lessons/load) checks each file by itself, and the server
// plays the chapters.
//
// Every finding names the file and the line in which an author mends it.
package lint

import (
	"fmt"
	"slices"

	"oauthlab/lessons"
	"oauthlab/lessons/load"
)

// House is what the rest of the program has, for chapters to name.
type House struct {
	Attacks  map[string]string          // the version from which each is known, by id
	Scripts  []string                   // the names of what the robot can play
	Pages    map[string]map[string]bool // the lab's own pages beside the chapters, by path, with the anchors in each
	Traces   []Trace                    // the golden traces
	Explains func(parameter string) bool
	Partly   bool // some chapters, or parts of them, could not be read: nothing is said to be missing
}

// Trace is a golden trace and the file that it stands in.
type Trace struct{ File, Text string }

// Check returns what is wrong with the chapters, in the order of their files.
func Check(chapters []load.Chapter, h House) []error {
	c := checker{house: h, chapters: chapters}
	for _, chapter := range chapters {
		c.checkIDs(chapter)
		c.checkLinks(chapter)
		c.checkCode(chapter)
		c.checkHints(chapter)
	}
	if !h.Partly {
		c.checkTaught()
	}
	c.checkWire()
	return c.findings
}

type checker struct {
	house    House
	chapters []load.Chapter
	findings []error
}

// at notes a finding at a value of a file's front matter, unless it is one that could
// not be read.
func (c *checker) at(f *load.File, path []any, format string, args ...any) {
	if f.Unsure(path...) {
		return
	}
	c.findings = append(c.findings, f.Problem(fmt.Sprintf(format, args...), path...))
}

// in notes a finding at a line of a file.
func (c *checker) in(f *load.File, line int, format string, args ...any) {
	c.findings = append(c.findings, f.ProblemIn(line, fmt.Sprintf(format, args...)))
}

// files goes over the files of a chapter, chapter.md first.
func files(c load.Chapter) []*load.File {
	all := append([]*load.File{c.About}, c.Pages...)
	for _, check := range c.Checks {
		all = append(all, check.File)
	}
	return all
}

// path leads to a value of the front matter.
func path(steps ...any) []any { return steps }

// checkHints asks of each step what it says to who is stuck. Showing how is the
// program's part ("Show me"); where to look is the author's.
func (c *checker) checkHints(chapter load.Chapter) {
	for i, s := range chapter.Steps {
		if s.Hint == "" && s.Kind != lessons.Read && s.Kind != lessons.Ask {
			c.at(chapter.Pages[i], path("hint"), "hint is missing: what does who is stuck look for?")
		}
	}
}

// maxColumns is how wide the column is in which code is shown.
const maxColumns = 72

// checkCode refuses code that would be cut on the screen.
func (c *checker) checkCode(chapter load.Chapter) {
	for _, f := range files(chapter) {
		for _, block := range f.Code {
			for i, line := range block.Lines {
				if n := width(line); n > maxColumns {
					c.in(f, block.First+i, "this line of code has %d columns; there is room for %d", n, maxColumns)
				}
			}
		}
	}
}

// width counts columns, with tabs of four.
func width(line string) (n int) {
	for _, r := range line {
		if r == '\t' {
			n += 4
		} else {
			n++
		}
	}
	return n
}

// goals goes over the goals of a chapter with the file of each, and a path to the keys of
// the goal in it.
func goals(c load.Chapter, check func(f *load.File, in func(...any) []any, g lessons.Goal)) {
	for s, step := range c.Steps {
		for i, g := range step.Goals {
			goal := c.GoalPath(s, i)
			check(c.Pages[s], func(keys ...any) []any { return slices.Concat(goal, keys) }, g)
		}
	}
}
