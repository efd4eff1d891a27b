package load

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Finding is one thing that an author has to mend. Its words are for a teacher who
// has never seen this program's insides: what is wrong, and what to do.
type Finding struct {
	File    string // as its author calls it; of a folder, the folder
	Line    int    // counted from 1; 0 where the file or folder as a whole is meant
	Message string
}

// Error returns the finding as one line: "file:line: message".
func (f Finding) Error() string {
	switch {
	case f.Line > 0:
		return fmt.Sprintf("%s:%d: %s", f.File, f.Line, f.Message)
	case f.File != "":
		return f.File + ": " + f.Message
	}
	return f.Message
}

// Bounds of what is said.
const (
	maxFindings = 40  // of one file; how many more there are is said
	maxSaying   = 60  // characters of an author's text within a message
	maxMessage  = 500 // characters of a message
)

// inOrder returns the findings of one file by their lines, each once, and not more
// than an author reads.
func inOrder(found []Finding) []error {
	slices.SortStableFunc(found, func(a, b Finding) int { return cmp.Compare(a.Line, b.Line) })
	var all []error
	told := map[Finding]bool{}
	left := 0
	for _, f := range found {
		switch {
		case told[f]:
		case len(all) == maxFindings:
			left++
		default:
			all = append(all, f)
		}
		told[f] = true
	}
	if left > 0 {
		all = append(all, Finding{File: found[0].File, Message: fmt.Sprintf("%d more in this file; mend those above first", left)})
	}
	return all
}

// called returns a name as a message can print it: one with a line end or another
// character that cannot be seen is quoted.
func called(name string) string {
	if !utf8.ValidString(name) || strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return strconv.Quote(name)
	}
	return name
}

// brief returns an author's text for a message: the beginning of a long one.
func brief(text string) string { return firstOf(text, maxSaying) }

// firstOf returns a text as one line of at most so many characters, with a mark where
// it was cut.
func firstOf(text string, most int) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, text)
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	return string([]rune(text)[:most]) + "…"
}
