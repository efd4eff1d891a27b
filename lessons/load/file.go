package load

import (
	"errors"
	"fmt"
	"io"
	"io/fs"

	"gopkg.in/yaml.v3"
)

// File is one Markdown file: its front matter, with the line of every value, its
// prose as HTML, and what is wrong with it.
type File struct {
	Links []Link    // in the prose
	Code  []Block   // in the prose
	Prose []Passage // its paragraphs and list items, without their markup

	name     string // as its author calls it
	plain    bool   // it is all front matter, without fences
	top      int    // the line of what is said of the front matter as a whole, counted from 0
	front    yaml.Node
	decoded  bool         // whether there is front matter that could be read, at least in parts
	lost     bool         // whether a line of it was taken away, with a key that nobody knows
	spoilt   map[int]bool // lines of it that were named, of which nothing more is said
	html     string
	problems []Finding
}

// Link is a link of the prose.
type Link struct {
	Text, URL string
	Line      int // counted from 1
}

// Passage is a paragraph or a list item of the prose.
type Passage struct {
	Text string
	Line int  // in which it begins, counted from 1
	Item bool // of a list
}

// Block is a block of code in the prose.
type Block struct {
	Lines []string
	First int // the line of the file in which the code begins, counted from 1
}

// Problem words what is wrong with the value that the path leads to, by keys of the
// front matter (string) and places in its lists (int), with file and line. It leads
// to what there is of the path where that ends early.
func (f *File) Problem(message string, path ...any) error {
	return f.ProblemIn(f.line(path...), message)
}

// ProblemIn does the same for a line of the file, counted from 1.
func (f *File) ProblemIn(line int, message string) error {
	return Finding{f.name, line, firstOf(message, maxMessage)}
}

// complain notes a problem at a line of the file, counted from 1; at 0 of all of it.
func (f *File) complain(line int, format string, args ...any) {
	f.problems = append(f.problems, Finding{f.name, line, firstOf(fmt.Sprintf(format, args...), maxMessage)})
}

// refuse notes a problem with the value that the path leads to, unless it is one that
// could not be read.
func (f *File) refuse(path []any, format string, args ...any) {
	if !f.Unsure(path...) {
		f.complain(f.line(path...), format, args...)
	}
}

// header is what the author knows as the part of the file that is YAML.
func (f *File) header() string {
	if f.plain {
		return "the file"
	}
	return "the front matter"
}

// at is a path to a value of the front matter.
func at(path ...any) []any { return path }

// read reads a file, decodes its front matter into the struct that front points
// to, and renders its prose.
func (l *loader) read(name string, front any) *File {
	f := &File{name: l.called(name)}
	if source := l.source(f, name); source != "" {
		l.parse(f, source, front)
	}
	return f
}

// source returns the text of a file; "" where it cannot be read, which is said.
func (l *loader) source(f *File, name string) string {
	raw, err := l.bytes(name)
	switch {
	case err != nil:
		f.complain(0, "%s", inWords(err))
	case len(raw) > maxRaw:
		f.tooLarge(l.size(name))
	case l.left < 0: // said of the file before
	case l.left < len(raw):
		f.complain(0, "there are more than %d MB of text in this folder, and from here on nothing is read", maxTree>>20)
		l.left = -1
	default:
		l.left -= len(raw)
		return f.text(raw)
	}
	return ""
}

// maxRaw is how many bytes of a file are read: UTF-16 takes two for a letter.
const maxRaw = 2*maxText + 16

// bytes returns the content of a file, of which at most one byte more than maxRaw.
func (l *loader) bytes(name string) ([]byte, error) {
	file, err := l.fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close() //nolint:errcheck // nothing was written
	return io.ReadAll(io.LimitReader(file, maxRaw+1))
}

// size returns how long a file is; more than maxRaw where it does not say.
func (l *loader) size(name string) int {
	info, err := fs.Stat(l.fsys, name)
	if err != nil {
		return maxRaw + 1
	}
	return int(max(info.Size(), maxRaw+1))
}

// parse reads what stands in a file.
func (l *loader) parse(f *File, source string, front any) {
	lines, prose, ok := f.splitFront(source)
	if !ok {
		return
	}
	f.parseFront(lines)
	f.decode(front)
	l.markdown.render(f, []byte(prose))
}

// missing takes the name off an error of reading a file, which the message has.
func missing(err error) error {
	var of *fs.PathError
	if errors.As(err, &of) {
		return of.Err
	}
	return err
}
