package load

import (
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
)

// Bounds of the prose. With them the slowest text of the largest size that is read
// takes a fraction of a second, and none becomes a large page: Markdown's brackets and
// emphasis take time with the square of a paragraph, and its quotes and lists with the
// square of their depth.
const (
	maxParagraph = 8 << 10   // bytes without a blank line between
	maxMarks     = 8         // of quotes and lists, at the beginning of one line
	maxIndent    = 48        // columns before a mark, that is how deep lists are nested over lines
	maxDepth     = 24        // of anything within anything
	maxAddresses = 64 << 10  // bytes of the addresses of all links, which a reference repeats
	maxHTML      = 256 << 10 // bytes of what a file becomes
)

// nesting is what opens a quote, or an item of a list, at the beginning of a line.
var nesting = regexp.MustCompile(`^[ \t]*(?:>|(?:[-+*]|[0-9]{1,9}[.)])(?:[ \t]|$))`)

// checkLines refuses prose that would take long to read, before it is read.
func (f *File) checkLines(prose string) bool {
	before, size, start := len(f.problems), 0, 0
	for i, line := range strings.Split(prose, "\n") {
		if size == 0 {
			start = i + 1
		}
		size += len(line) + 1
		if strings.TrimSpace(line) == "" {
			size = 0
		}
		if size-len(line)-1 <= maxParagraph && size > maxParagraph {
			f.complain(start, "here begin %d KB of text without a blank line, and there may be no more: put blank lines between", maxParagraph>>10)
		}
		marks, depth := 0, len(line)-len(strings.TrimLeft(line, " \t"))
		for mark := nesting.FindString(line); mark != "" && marks <= maxMarks; mark = nesting.FindString(line) {
			line, marks = line[len(mark):], marks+1
		}
		if marks > maxMarks || marks > 0 && depth > maxIndent {
			f.complain(i+1, "quotes and lists are nested in each other more than %d times here: nest them less", maxMarks)
		}
	}
	return len(f.problems) == before
}

// checkTree refuses prose that would become a large page, or one that is nested so
// deeply that browsers stop counting, before it is rendered.
func (f *File) checkTree(doc ast.Node, source []byte) bool {
	depth, addresses := 0, 0
	tooDeep := ast.Node(nil)
	_ = ast.Walk(doc, func(node ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			depth--
			return ast.WalkContinue, nil
		}
		if depth++; depth > maxDepth && tooDeep == nil {
			tooDeep = node
		}
		switch node := node.(type) {
		case *ast.Link:
			addresses += len(node.Destination) + len(node.Title)
		case *ast.Image:
			addresses += len(node.Destination) + len(node.Title)
		}
		return ast.WalkContinue, nil
	})
	if tooDeep != nil {
		f.complain(lineOf(tooDeep, source), "this stands within more than %d things: quotes, lists, links or emphasis", maxDepth)
	}
	if addresses > maxAddresses {
		f.complain(1, "the addresses of the links have %d KB together, and may have %d: a long one is repeated wherever its name stands", addresses>>10, maxAddresses>>10)
	}
	return tooDeep == nil && addresses <= maxAddresses
}

// entity is a character written by its number.
var entity = regexp.MustCompile(`(?i)&#(?:x[0-9a-f]{1,6}|[0-9]{1,7});`)

// checkPage refuses what the prose became, where it is large, or where something
// stands in it that no page can show, as of an entity such as &#0;.
func (f *File) checkPage(html string, source string) bool {
	switch {
	case len(html) > maxHTML:
		f.complain(1, "the text becomes a page of %d KB, and may become one of %d: make several steps of it", len(html)>>10, maxHTML>>10)
	case strings.ContainsFunc(html, isNoText):
		for i, line := range strings.Split(source, "\n") {
			if entity.MatchString(line) {
				f.complain(i+1, "%s stands for no character that a page can show: write another", entity.FindString(line))
				return false
			}
		}
		f.complain(1, "something in the text stands for no character that a page can show")
	default:
		return true
	}
	return false
}
