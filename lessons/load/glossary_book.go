package load

import (
	"bytes"
	"io/fs"
	"regexp"
	"strings"
)

// book is a file of parts and entries, as Glossary describes it.
type book struct {
	file  *File
	parts []part
}

type part struct {
	title   string
	line    int
	text    bookText
	entries []entry
}

type entry struct {
	id, title string
	line      int // of its heading, counted from 1
	facts     []fact
	text      bookText
}

// fact is one line "Name: value" below a heading.
type fact struct {
	name, value string
	line        int
}

// bookText is Markdown, and the line at which it begins.
type bookText struct {
	markdown string
	line     int
}

// cut divides the text before the line that begins with the mark, and takes the
// mark away.
func (t bookText) cut(mark string) (before, after bookText) {
	lines := strings.SplitAfter(t.markdown, "\n")
	for i, line := range lines {
		if rest, found := strings.CutPrefix(line, mark); found {
			return bookText{strings.Join(lines[:i], ""), t.line},
				bookText{strings.TrimLeft(rest, " ") + strings.Join(lines[i+1:], ""), t.line + i}
		}
	}
	return t, bookText{"", t.line}
}

var (
	partHeading  = regexp.MustCompile(`^# (.+)$`)
	entryHeading = regexp.MustCompile(`^## (.+?)(?: \{#([^}]*)\})?$`)
	factLine     = regexp.MustCompile(`^([A-Z][a-z]+): +(.+)$`)
	anchor       = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
)

// readBook reads a file; facts are the names of the lines that an entry may have.
func (l *loader) readBook(name string, facts map[string]bool) *book {
	b := &book{file: &File{name: name}}
	source, err := fs.ReadFile(l.fsys, name)
	if err != nil {
		b.file.complain(0, "%s", inWords(err))
		return b
	}
	source = bytes.ReplaceAll(source, []byte("\r\n"), []byte("\n"))
	seen := map[string]int{}
	var fenced, inFacts bool
	for i, line := range strings.Split(string(source), "\n") {
		number := i + 1
		line = strings.TrimRight(line, " \t")
		if strings.HasPrefix(line, "```") {
			fenced = !fenced
		}
		if heading := partHeading.FindStringSubmatch(line); heading != nil && !fenced {
			b.parts = append(b.parts, part{title: heading[1], line: number, text: bookText{line: number + 1}})
			inFacts = false
			continue
		}
		if heading := entryHeading.FindStringSubmatch(line); heading != nil && !fenced {
			b.begin(heading[1], heading[2], number, seen)
			inFacts = true
			continue
		}
		inFacts = b.take(line, number, inFacts, facts)
	}
	for _, p := range b.parts {
		if len(p.entries) == 0 {
			b.file.complain(p.line, "the part %q has no entries", p.title)
		}
	}
	return b
}

// begin opens an entry; seen holds the line of each anchor.
func (b *book) begin(title, id string, line int, seen map[string]int) {
	switch {
	case len(b.parts) == 0:
		b.file.complain(line, `%q stands in no part: a part begins with "# Title"`, title)
		b.parts = append(b.parts, part{})
	case id == "":
		b.file.complain(line, `%q has no anchor: write "## %s {#anchor}"`, title, title)
	case !anchor.MatchString(id):
		b.file.complain(line, "anchor %q: it has small letters, digits and single hyphens", id)
	case seen[id] != 0:
		b.file.complain(line, "anchor %q is taken by line %d", id, seen[id])
	}
	seen[id] = line
	last := &b.parts[len(b.parts)-1]
	last.entries = append(last.entries, entry{id: id, title: title, line: line, text: bookText{line: line + 1}})
}

// take adds a line to what is open, and reports whether facts may follow.
func (b *book) take(line string, number int, inFacts bool, facts map[string]bool) bool {
	if len(b.parts) == 0 {
		if line != "" {
			b.file.complain(number, `text before the first part: a part begins with "# Title"`)
		}
		return false
	}
	last := &b.parts[len(b.parts)-1]
	if len(last.entries) == 0 {
		last.text.markdown += line + "\n"
		return false
	}
	e := &last.entries[len(last.entries)-1]
	if inFacts && line != "" {
		m := factLine.FindStringSubmatch(line)
		switch {
		case m == nil:
			b.file.complain(number, `%q is no fact: below a heading stand lines "Name: value", then an empty line`, line)
		case !facts[m[1]]:
			b.file.complain(number, "unknown fact %q", m[1])
		default:
			e.facts = append(e.facts, fact{m[1], m[2], number})
		}
		return true
	}
	if inFacts { // the empty line behind the facts
		e.text.line = number + 1
		return false
	}
	e.text.markdown += line + "\n"
	return false
}

// one returns the value of a fact that stands at most once, or "".
func (e entry) one(name string) string {
	for _, f := range e.facts {
		if f.name == name {
			return f.value
		}
	}
	return ""
}

// unique reads the values of a fact, with commas between them, of which each
// stands once in the book; seen holds the line of each, in small letters.
func (b *book) unique(e entry, name string, seen map[string]int) []string {
	var values []string
	for _, f := range e.facts {
		if f.name != name {
			continue
		}
		for value := range strings.SplitSeq(f.value, ",") {
			value = strings.TrimSpace(value)
			key := strings.ToLower(value)
			switch first, twice := seen[key]; {
			case value == "":
				b.file.complain(f.line, "%s of %q has a comma too many", name, e.title)
			case twice:
				b.file.complain(f.line, "%q stands in line %d already", value, first)
			}
			seen[key] = f.line
			values = append(values, value)
		}
	}
	return values
}

// ids returns every anchor of the book.
func (b *book) ids() map[string]bool {
	ids := map[string]bool{}
	for _, p := range b.parts {
		for _, e := range p.entries {
			ids[e.id] = true
		}
	}
	return ids
}

// need complains where an entry lacks a text that it must have.
func (b *book) need(e entry, t bookText, what string) bookText {
	if strings.TrimSpace(t.markdown) == "" {
		b.file.complain(e.line, "%q lacks %s", e.title, what)
	}
	return t
}

// see reads the ids of other entries.
func (b *book) see(e entry, known map[string]bool) []string {
	var ids []string
	for _, f := range e.facts {
		if f.name != "See" {
			continue
		}
		for id := range strings.SplitSeq(f.value, ",") {
			id = strings.TrimSpace(id)
			switch {
			case !known[id]:
				b.file.complain(f.line, "see also %q: there is no such entry", id)
			case id == e.id:
				b.file.complain(f.line, "%q sends its reader to itself", e.title)
			}
			ids = append(ids, id)
		}
	}
	return ids
}
