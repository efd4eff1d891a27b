package load

import (
	"bytes"
	"io/fs"
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"oauthlab/lessons"
)

// book is one of the books beside the chapters, or in a chapter's folder, as its file divides it. A part
// begins with a heading of the first level, below which its introduction may stand. An
// entry is written as a step of a chapter is: front matter in YAML between two lines of
// three dashes, then prose.
//
//	# Roles
//
//	---
//	id: client
//	title: Client
//	sections: [RFC 6749 §1.1]
//	---
//
//	The app that acts for the resource owner.
type book struct {
	file  *File
	parts []part
}

type part struct {
	title   string
	line    int // of its heading, counted from 1
	intro   bookText
	entries []entry
}

// entry is an entry that is not decoded yet; its file is the book, as far as the entry
// reaches.
type entry struct {
	*File
	text bookText
}

// bookText is Markdown, and the line at which it begins.
type bookText struct {
	markdown string
	line     int
}

var (
	partHeading = regexp.MustCompile(`^# (.+)$`)
	anchor      = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
)

// readBook reads a file into parts and entries.
func (l *loader) readBook(name string) *book {
	f := &File{name: name}
	source, err := fs.ReadFile(l.fsys, name)
	if err != nil {
		f.complain(0, "%s", inWords(err))
		return &book{file: f}
	}
	return bookOf(f, string(bytes.ReplaceAll(source, []byte("\r\n"), []byte("\n"))))
}

// bookOf divides the text of a file into parts and entries.
func bookOf(f *File, source string) *book {
	b := &book{file: f}
	lines := strings.Split(source, "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " \t")
	}
	for from := 0; from < len(lines); {
		to := endOfPiece(lines, from)
		b.take(lines[from:to], from+1)
		from = to
	}
	for _, p := range b.parts {
		if len(p.entries) == 0 && p.line > 0 {
			b.file.complain(p.line, "the part %q has no entries", p.title)
		}
	}
	return b
}

// endOfPiece returns where the piece of a book ends that begins at a line, counted from
// 0: at the next heading of a part, or the next front matter. Neither is looked for in
// code, or in front matter.
func endOfPiece(lines []string, from int) int {
	at := from + 1
	if lines[from] == fence {
		if end := slices.Index(lines[at:], fence); end >= 0 {
			at += end + 1
		}
	}
	for inCode := false; at < len(lines); at++ {
		if strings.HasPrefix(lines[at], "```") {
			inCode = !inCode
		}
		if !inCode && (lines[at] == fence || partHeading.MatchString(lines[at])) {
			break
		}
	}
	return at
}

// take adds a piece, which begins at a line of the file, counted from 1.
func (b *book) take(piece []string, line int) {
	if heading := partHeading.FindStringSubmatch(piece[0]); heading != nil {
		b.parts = append(b.parts, part{title: heading[1], line: line, intro: bookText{strings.Join(piece[1:], "\n"), line + 1}})
		return
	}
	if len(b.parts) == 0 {
		at := slices.IndexFunc(piece, func(text string) bool { return text != "" })
		if at < 0 {
			return
		}
		b.file.complain(line+at, `text before the first part: a part begins with "# Title"`)
		b.parts = append(b.parts, part{})
	}
	if piece[0] != fence {
		return
	}
	e := entry{File: &File{name: b.file.name, top: line - 1}}
	front, prose, ok := e.splitFront(strings.Repeat("\n", line-1) + strings.Join(piece, "\n"))
	if ok {
		e.parseFront(front)
		text := strings.TrimLeft(prose, "\n")
		e.text = bookText{text, 1 + strings.Count(prose, "\n") - strings.Count(text, "\n")}
	}
	last := &b.parts[len(b.parts)-1]
	last.entries = append(last.entries, e)
}

// entries returns the entries of all parts.
func (b *book) entries() []entry {
	var all []entry
	for _, p := range b.parts {
		all = append(all, p.entries...)
	}
	return all
}

// id returns the anchor of an entry, whatever else stands in it.
func (e entry) id() string {
	if node, _, whole := e.find(at("id")); whole && node.Kind == yaml.ScalarNode {
		return node.Value
	}
	return ""
}

// ids returns every anchor of the book.
func (b *book) ids() map[string]bool {
	ids := map[string]bool{}
	for _, e := range b.entries() {
		ids[e.id()] = true
	}
	return ids
}

// problems returns what is wrong with the book, by line.
func (b *book) problems() []error {
	all := b.file.problems
	for _, e := range b.entries() {
		all = append(all, e.File.problems...)
	}
	return inOrder(all)
}

// checkEntry holds the rules for what every entry says of itself; seen holds the line of
// each anchor.
func (e entry) checkEntry(id, title string, seen map[string]int) {
	e.require(title, "title")
	e.require(id, "id")
	if id == "" || e.Unsure("id") {
		return
	}
	line := e.line("id")
	switch first, twice := seen[id]; {
	case !anchor.MatchString(id):
		e.complain(line, "id %q: it has small letters, digits and single hyphens", id)
	case twice:
		e.complain(line, "id %q is taken by line %d", id, first)
	}
	seen[id] = line
}

// checkOnce complains of the values of a list that another entry, or this one, has too;
// seen holds the line of each, in small letters.
func (e entry) checkOnce(key string, values []string, seen map[string]int) {
	for i, value := range values {
		small := strings.ToLower(value)
		if first, twice := seen[small]; twice {
			e.refuse(at(key, i), "%q stands in line %d already", value, first)
		}
		seen[small] = e.line(key, i)
	}
}

// sections reads the sections of an entry, which must have one or say why not.
func (e entry) sections(named []string) []lessons.Link {
	if len(named) == 0 {
		e.refuse(at("sections"), "sections are missing: name one, or %q", noSection)
	}
	var links []lessons.Link
	for i, name := range named {
		if name == noSection {
			continue
		}
		link, err := Section(name)
		if err != nil {
			e.refuse(at("sections", i), "%v", err)
		}
		links = append(links, link)
	}
	return links
}

// prose renders the text of an entry, which must have one; what says what it is.
func (l *loader) prose(e entry, what string) string {
	if strings.TrimSpace(e.text.markdown) == "" && e.decoded {
		e.refuse(at("id"), "there is no text below the front matter: %s", what)
	}
	return l.html(e.File, e.text)
}

// html renders a text of the file; "" where there is none.
func (l *loader) html(f *File, t bookText) string {
	if strings.TrimSpace(t.markdown) == "" {
		return ""
	}
	rendered := &File{name: f.name}
	l.markdown.render(rendered, []byte(strings.Repeat("\n", t.line-1)+t.markdown))
	f.problems = append(f.problems, rendered.problems...)
	f.Links, f.Code, f.Prose = append(f.Links, rendered.Links...), append(f.Code, rendered.Code...), append(f.Prose, rendered.Prose...)
	return rendered.html
}

// valueText returns a text of the front matter that is Markdown itself, and the line at
// which it begins: exactly where it stands below its key as it is (key: |), else that of
// the key.
func (e entry) valueText(key, value string) bookText {
	node, line, whole := e.find(at(key))
	if whole && node.Style&yaml.LiteralStyle != 0 {
		line++
	}
	return bookText{value, line}
}
