package load

import (
	"errors"
	"io"
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// fence is the line that opens and closes the front matter.
const fence = "---"

// Bounds of the front matter. The longest of the lab's own has forty lines.
const (
	maxFrontLines = 400
	maxFront      = 16 << 10 // bytes
	maxTries      = 400      // at reading parts of it, to find the lines of its mistakes
)

// typed are dashes that an editor makes of those that were typed.
var typed = regexp.MustCompile(`^[-–—―−]{1,3}$`)

// splitFront divides a file into the lines of its front matter and its prose, each
// with the lines before it empty, so that both count lines as the file does. Blank
// lines before the first fence, and blanks behind a fence, do not matter.
func (f *File) splitFront(source string) (front []string, prose string, ok bool) {
	lines := strings.Split(source, "\n")
	for i := range lines { // most of all those of the fences, of which one may have blanks behind it
		lines[i] = strings.TrimRight(lines[i], " \t\u00A0")
	}
	open := slices.IndexFunc(lines, func(line string) bool { return line != "" })
	if open < 0 || lines[open] != fence {
		f.noFence(max(open, 0)+1, lines[max(open, 0)])
		return nil, "", false
	}
	end := slices.Index(lines[open+1:], fence) + open + 1
	if end == open {
		f.complain(open+1, "the front matter does not end: its closing line %s is missing", fence)
		return nil, "", false
	}
	within := lines[open+1 : end]
	if size := len(strings.Join(within, "\n")); len(within) > maxFrontLines || size > maxFront {
		f.complain(open+1, "the front matter has %d lines and %d KB, and may have %d lines and %d KB",
			len(within), (size+1023)>>10, maxFrontLines, maxFront>>10)
		return nil, "", false
	}
	front = append(make([]string, open+1), within...)
	rest := strings.SplitAfter(source, "\n")[end+1:]
	return front, strings.Repeat("\n", end+1) + strings.Join(rest, ""), true
}

// noFence says what is wrong with the line that should open the front matter.
func (f *File) noFence(number int, line string) {
	switch {
	case strings.Trim(line, "-") == "" && len(line) > len(fence):
		f.complain(number, "the front matter begins with a line of three dashes, %s, and here are %d", fence, len(line))
	case typed.MatchString(line):
		f.complain(number, "the front matter begins with a line of three dashes, %s: here an editor has made others of them", fence)
	default:
		f.complain(number, "the file does not begin with front matter, between two lines %s", fence)
	}
}

// parseFront reads the front matter as YAML. YAML stops at its first mistake, so the
// line of each is named, taken away, and the rest read again, until all is named or
// there are too many.
func (f *File) parseFront(lines []string) {
	f.endsEarly(lines)
	for tries := 0; tries < maxTries; {
		if readsAs(lines, &f.front) {
			return
		}
		at := badLine(lines)
		tries += len(lines) - at
		switch first := slices.IndexFunc(lines, func(line string) bool { return line != "" }); {
		case f.spoilt[at+1]: // it was named, and what is left of it is no better
		case at <= first && strings.HasPrefix(lines[first], "-"):
			at = first
			f.complain(at+1, "%s begins with a key, and here is a list", f.header())
		default:
			f.complain(at+1, "%s", explain(lines[at]))
		}
		if blanks := indent.FindString(lines[at]); strings.ContainsAny(blanks, "\t\u00A0") {
			lines[at] = indentLike(lines[:at]) + lines[at][len(blanks):]
			continue
		}
		f.takeAway(lines, at)
	}
	f.front, f.lost = yaml.Node{}, true
}

// endsEarly names what ends a document of YAML before the closing fence does.
func (f *File) endsEarly(lines []string) {
	for i, line := range lines {
		if strings.HasPrefix(line, "...") || strings.HasPrefix(line, fence) {
			f.complain(i+1, "a line of %s cannot begin with %q", f.header(), line[:3])
			f.spoil(i+1, i+1)
			lines[i] = ""
		}
	}
}

// readsAs reports whether the lines are YAML, of keys and values or nothing. The empty
// lines above them, which are all of a book before an entry of it, are counted and not
// parsed: a book would take the square of its length.
func readsAs(lines []string, into *yaml.Node) bool {
	empty := slices.IndexFunc(lines, func(line string) bool { return line != "" })
	if empty < 0 {
		*into = yaml.Node{}
		return true
	}
	var node yaml.Node
	err := yaml.NewDecoder(strings.NewReader(strings.Join(lines[empty:], "\n"))).Decode(&node)
	moveDown(&node, empty)
	if errors.Is(err, io.EOF) {
		*into = node
		return true
	}
	if err != nil || node.Content[0].Kind != yaml.MappingNode {
		return false
	}
	*into = node
	return true
}

// moveDown moves a node, and what it holds, down by a number of lines.
func moveDown(n *yaml.Node, lines int) {
	n.Line += lines
	for _, within := range n.Content {
		moveDown(within, lines)
	}
}

// badLine returns the line, counted from 0, at which lines that are no YAML stop being
// so: those before it are, and with it they are not. The parser's own numbers are
// those of where something began, or ended.
func badLine(lines []string) int {
	var ignored yaml.Node
	for at := len(lines) - 1; at > 0; at-- {
		if readsAs(lines[:at], &ignored) {
			return at
		}
	}
	return 0
}

var (
	keyed   = regexp.MustCompile(`^((?:[ \t]|- )*)([A-Za-z][A-Za-z0-9_.-]*)[ \t]*:(?:[ \t]+(.*))?$`)
	unblank = regexp.MustCompile(`^(?:[ \t]|- )*([A-Za-z][A-Za-z-]*):(\S.*)$`)
	noBreak = regexp.MustCompile(`^[ -]*[A-Za-z-]*:?\x{A0}`) // where YAML takes none for a blank
	indent  = regexp.MustCompile(`^[ \t\x{A0}]*`)
)

// takeAway empties a line that was named, and what belongs to it: the lines below that
// are indented further. Of a line with a key, the key stays.
func (f *File) takeAway(lines []string, at int) {
	depth := len(indent.FindString(lines[at]))
	again := f.spoilt[at+1]
	if m := keyed.FindStringSubmatch(lines[at]); m != nil && !again {
		depth = len(m[1])
		lines[at] = strings.ReplaceAll(m[1], "\t", " ") + m[2] + ":"
	} else {
		lines[at], f.lost = "", true
	}
	end := at
	for end+1 < len(lines) && (lines[end+1] == "" || len(indent.FindString(lines[end+1])) > depth) {
		end++
		lines[end] = ""
	}
	f.spoil(at+1, end+1)
}

// indentLike returns the blanks with which a line begins that belongs to what stands in
// the last of those above it.
func indentLike(above []string) string {
	for _, line := range slices.Backward(above) {
		if line == "" {
			continue
		}
		dashes := strings.TrimLeft(line, " \t\u00A0-")
		return strings.Repeat(" ", len(line)-len(dashes))
	}
	return ""
}

const strayDash = `this line does not go with those above it: the dashes "- " of one list stand below each other`

// explain says what is most likely wrong with a line at which YAML stops.
func explain(line string) string {
	blanks := indent.FindString(line)
	if strings.Contains(blanks, "\t") {
		return "this line is indented with a tab: indent it with blanks, as many as its neighbours have"
	}
	if strings.Contains(blanks, "\u00A0") || noBreak.MatchString(line) {
		return "a no-break space stands here, which looks like a blank and is none: write an ordinary blank"
	}
	m := keyed.FindStringSubmatch(line)
	if m == nil {
		return explainKeyless(line)
	}
	if what := explainValue(m[2], m[3]); what != "" {
		return what
	}
	if strings.Contains(m[1], "-") {
		return strayDash
	}
	return "this line does not go with those above it: keys that belong together begin in the same column, with a colon and a blank behind each"
}

// explainKeyless does so for a line that has no key, or none that YAML can see.
func explainKeyless(line string) string {
	text := strings.TrimSpace(line)
	if m := unblank.FindStringSubmatch(line); m != nil {
		return "a blank is missing behind the colon: write " + brief(m[1]+": "+m[2])
	}
	item, isItem := strings.CutPrefix(text, "- ")
	switch {
	case isItem && explainValue("", item) != "":
		return explainValue("", item)
	case isItem:
		return strayDash
	case strings.HasPrefix(text, "-"):
		return `a blank is missing behind the dash: write "- " before each value of a list`
	}
	return "there is no key in this line: write a key, a colon and a blank, such as title: Hello. A text of several lines stands below its key, indented, behind key: >"
}

// explainValue says what is wrong with a value; "" where nothing is that shows.
func explainValue(key, value string) string {
	if value == "" {
		return ""
	}
	quotes := "put the whole text in quotes"
	if key != "" && !strings.ContainsAny(value, `"\`) {
		quotes += ": " + key + `: "` + brief(value) + `"`
	}
	switch first, rest := value[0], value[1:]; {
	case first == '"' && strings.Contains(rest, `\`) && strings.HasSuffix(rest, `"`):
		return `within double quotes a backslash \ begins an abbreviation: write two, or put the text in single quotes`
	case (first == '"' || first == '\'') && !strings.Contains(rest, string(first)):
		return "this text begins with a quote " + string(first) + " and has none at its end"
	case first == '"' || first == '\'':
		return "the text goes on behind its closing quote " + string(first) + ": put the whole text in quotes of the other kind"
	case first == '[' || first == '{':
		return "a text that begins with " + string(first) + " needs quotes, since it begins a list otherwise: " + quotes
	case strings.IndexByte("@`%&*!|>?,]}#", first) >= 0:
		return "a text that begins with " + string(first) + " needs quotes: " + quotes
	case strings.Contains(value, ": ") || strings.HasSuffix(value, ":"):
		return `a text with a colon in it needs quotes, since a colon ends a key: ` + quotes
	}
	return ""
}

// line returns the line of the value that the path leads to, by keys (string)
// and places in lists (int); of what there is of the path, where it ends early.
func (f *File) line(path ...any) int {
	_, line, _ := f.find(path)
	return line
}

// find follows a path as far as it leads.
func (f *File) find(path []any) (node *yaml.Node, line int, whole bool) {
	node, line = &f.front, f.top+1
	if node.Kind == yaml.DocumentNode {
		node = node.Content[0]
	}
	for _, step := range path {
		next, at := child(node, step)
		if next == nil {
			return node, line, false
		}
		node, line = next, at
	}
	return node, line, true
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

// spoil notes that what stands in the lines was named, so that nothing is said of
// what follows from it.
func (f *File) spoil(from, to int) {
	if f.spoilt == nil {
		f.spoilt = map[int]bool{}
	}
	for line := from; line <= to; line++ {
		f.spoilt[line] = true
	}
}

// Unsure reports whether nothing can be said of the value that the path leads to:
// the file, or the value, could not be read, which was a finding of its own.
func (f *File) Unsure(path ...any) bool {
	if !f.decoded {
		return true
	}
	node, line, whole := f.find(path)
	if !whole {
		return f.lost || f.spoilt[line] && line > f.top+1
	}
	if f.spoilt[line] || f.lost && node.Kind != yaml.ScalarNode { // what was lost may have stood in it
		return true
	}
	for below := range below(node) {
		if f.spoilt[below.Line] {
			return true
		}
	}
	return false
}

// doubtful reports whether anything in the front matter could not be read.
func (f *File) doubtful() bool { return !f.decoded || f.lost || len(f.spoilt) > 0 }
