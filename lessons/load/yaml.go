package load

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"
)

// maxYAMLLines is how many lines a file has that is YAML alone. Of bytes it has maxText.
const maxYAMLLines = 1000

// Strict reads a file that is YAML, of which JSON is a part, into the struct that into
// points to, as strictly as the front matter of a chapter. name is what its author calls
// it. The File words what else is wrong with it, by lines; the errors, each a Finding, are
// what is wrong already.
func Strict(name string, raw []byte, into any) (*File, []error) {
	f := &File{name: called(name), plain: true}
	switch size, lines := len(raw), 1+bytes.Count(raw, []byte("\n")); {
	case size > maxText || lines > maxYAMLLines:
		f.complain(0, "the file has %d lines and %d KB, and may have %d lines and %d KB", lines, (size+1023)>>10, maxYAMLLines, maxText>>10)
	default:
		f.strict(raw, into)
	}
	return f, inOrder(f.problems)
}

func (f *File) strict(raw []byte, into any) {
	source := f.text(raw)
	if source == "" {
		return
	}
	lines := strings.Split(source, "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " \t\u00A0")
	}
	if first := slices.IndexFunc(lines, func(line string) bool { return line != "" }); lines[first] == fence {
		lines[first] = "" // as YAML may begin
	}
	if strings.HasPrefix(strings.TrimSpace(source), "{") {
		// Blanks between the values of JSON may be tabs, which begin no line of YAML.
		for i, line := range lines {
			rest := strings.TrimLeft(line, " \t")
			lines[i] = strings.Repeat(" ", len(line)-len(rest)) + rest
		}
		if !readsAs(lines, &f.front) {
			f.noJSON(source)
			return
		}
	}
	f.parseFront(lines)
	f.decode(into)
}

// noJSON names the line at which text that begins as JSON stops being so.
func (f *File) noJSON(source string) {
	var wrong *json.SyntaxError
	err := json.Unmarshal([]byte(source), new(any))
	if !errors.As(err, &wrong) {
		f.complain(1, "the file is no JSON that can be read")
		return
	}
	at := 1 + strings.Count(source[:min(int(wrong.Offset), len(source))], "\n")
	if strings.Contains(wrong.Error(), "end of JSON") {
		f.complain(at, "the file ends here, and its JSON does not: was it cut off?")
		return
	}
	f.complain(at, "here the file stops being JSON: %s", wrong)
}
