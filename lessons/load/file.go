package load

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"strconv"
	"strings"

	"go.abhg.dev/goldmark/frontmatter"
	"gopkg.in/yaml.v3"
)

// fence opens and closes the front matter.
const fence = "---"

// File is one Markdown file: its front matter, with the line of every value, its
// prose as HTML, and what is wrong with it.
type File struct {
	Links []Link    // in the prose
	Code  []Block   // in the prose
	Prose []Passage // its paragraphs and list items, without their markup

	name     string // as its author calls it
	front    yaml.Node
	decoded  bool // whether the front matter could be read at all
	html     string
	problems []error
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
	return fmt.Errorf("%s:%d: %s", f.name, line, message)
}

// complain notes a problem at a line of the file, counted from 1.
func (f *File) complain(line int, format string, args ...any) {
	f.problems = append(f.problems, f.ProblemIn(line, fmt.Sprintf(format, args...)))
}

// read reads a file, decodes its front matter into the struct that front points
// to, and renders its prose.
func (l *loader) read(name string, front any) *File {
	f := &File{name: l.called(name)}
	source, err := fs.ReadFile(l.fsys, name)
	if err != nil {
		f.problems = append(f.problems, fmt.Errorf("%s: %w", f.name, missing(err)))
		return f
	}
	source = bytes.ReplaceAll(source, []byte("\r\n"), []byte("\n"))
	if !f.checkFences(source) {
		return f
	}
	data := l.markdown.render(f, source)
	f.decoded = f.decode(data, &f.front) && f.decode(data, front)
	return f
}

// missing takes the name off an error of reading a file, which the message has.
func missing(err error) error {
	var of *fs.PathError
	if errors.As(err, &of) {
		return of.Err
	}
	return err
}

// checkFences reports whether the front matter begins on the first line and ends.
// The parser would take what never ends for front matter as a whole.
func (f *File) checkFences(source []byte) bool {
	rest, ok := bytes.CutPrefix(source, []byte(fence+"\n"))
	if !ok {
		f.complain(1, "the file does not begin with front matter, between two lines %s", fence)
		return false
	}
	rest = append([]byte("\n"), rest...)
	if !bytes.Contains(rest, []byte("\n"+fence+"\n")) && !bytes.HasSuffix(rest, []byte("\n"+fence)) {
		f.complain(1, "the front matter does not end: its closing line %s is missing", fence)
		return false
	}
	return true
}

// decode fills into from the front matter, turns what YAML says against it into
// problems, and reports whether there were none.
func (f *File) decode(data *frontmatter.Data, into any) bool {
	err := data.Decode(into)
	var wrong *yaml.TypeError
	switch {
	case err == nil, errors.Is(err, io.EOF): // nothing at all: the checks name what is missing
		return true
	case errors.As(err, &wrong):
		for _, e := range wrong.Errors {
			f.complainYAML(e)
		}
	default:
		f.complainYAML(strings.TrimPrefix(err.Error(), "yaml: "))
	}
	return false
}

// yamlStrict is front matter whose keys must all be known. The line before it
// stands for the opening fence, so that YAML counts lines as the file does.
func yamlStrict() frontmatter.Format {
	return frontmatter.Format{
		Name: "YAML", Delim: fence[0],
		Unmarshal: func(raw []byte, into any) error {
			d := yaml.NewDecoder(io.MultiReader(strings.NewReader("\n"), bytes.NewReader(raw)))
			d.KnownFields(true)
			return d.Decode(into)
		},
	}
}

var (
	yamlLine    = regexp.MustCompile(`^line ([0-9]+): (.*)$`)
	yamlUnknown = regexp.MustCompile(`^field (\S+) not found in type \S+$`)
)

// complainYAML puts an error of the YAML decoder into an author's words.
func (f *File) complainYAML(message string) {
	line := 1
	if m := yamlLine.FindStringSubmatch(message); m != nil {
		line, _ = strconv.Atoi(m[1])
		message = m[2]
	}
	if m := yamlUnknown.FindStringSubmatch(message); m != nil {
		message = fmt.Sprintf("unknown key %q", m[1])
	}
	f.complain(line, "%s", message)
}

// line returns the line of the value that the path leads to, by keys (string)
// and places in lists (int); of what there is of the path, where it ends early.
func (f *File) line(path ...any) int {
	node, line := &f.front, 1
	if node.Kind == yaml.DocumentNode {
		node = node.Content[0]
	}
	for _, step := range path {
		next, at := child(node, step)
		if next == nil {
			break
		}
		node, line = next, at
	}
	return line
}

// child returns what stands under a key, with the key's line, or at a place in a list.
func child(node *yaml.Node, step any) (*yaml.Node, int) {
	switch step := step.(type) {
	case string:
		for i := 0; node.Kind == yaml.MappingNode && i+1 < len(node.Content); i += 2 {
			if key := node.Content[i]; key.Value == step {
				return node.Content[i+1], key.Line
			}
		}
	case int:
		if node.Kind == yaml.SequenceNode && step < len(node.Content) {
			return node.Content[step], node.Content[step].Line
		}
	}
	return nil, 0
}
