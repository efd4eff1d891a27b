package session

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
)

// StateRun is consecutive lines of a document that are all new, or all not.
type StateRun struct {
	Text string // lines, without the last line's end
	New  bool   // not in the document before, or different there
}

// maxDiff bounds what comparing two documents costs: lines of one that differ
// times lines of the other.
const maxDiff = 1 << 20

// DiffLines marks the lines of now that before does not have in that place, and
// counts those of before that are gone. The comma at the end of a line does not
// count: it says only that something follows.
func DiffLines(before, now string) (runs []StateRun, gone int) {
	a, b := strings.Split(before, "\n"), strings.Split(now, "\n")
	isNew := make([]bool, len(b))

	first := 0
	for first < len(a) && first < len(b) && sameLine(a[first], b[first]) {
		first++
	}
	endA, endB := len(a), len(b)
	for endA > first && endB > first && sameLine(a[endA-1], b[endB-1]) {
		endA, endB = endA-1, endB-1
	}
	kept := 0
	for i, is := range common(a[first:endA], b[first:endB]) {
		isNew[first+i] = !is
		if is {
			kept++
		}
	}
	return runsOf(b, isNew), endA - first - kept
}

// common says which lines of b are in the longest sequence that a has too. Where
// that is too much to look for, none is.
func common(a, b []string) []bool {
	in := make([]bool, len(b))
	if len(a) == 0 || len(b) == 0 || len(a) > maxDiff/len(b) {
		return in
	}
	longest := make([][]int, len(a)+1) // of a[i:] and b[j:]
	for i := range longest {
		longest[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if sameLine(a[i], b[j]) {
				longest[i][j] = longest[i+1][j+1] + 1
			} else {
				longest[i][j] = max(longest[i+1][j], longest[i][j+1])
			}
		}
	}
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case sameLine(a[i], b[j]):
			in[j] = true
			i, j = i+1, j+1
		case longest[i+1][j] >= longest[i][j+1]:
			i++
		default:
			j++
		}
	}
	return in
}

func sameLine(a, b string) bool {
	return strings.TrimSuffix(a, ",") == strings.TrimSuffix(b, ",") || isTime(a) && isTime(b)
}

// isTime reports whether a line says when the document was read, which changes nothing.
func isTime(line string) bool { return strings.HasPrefix(line, `  "now": `) }

// differs reports whether two documents differ in any line.
func differs(before, now string) bool {
	return !slices.EqualFunc(strings.Split(before, "\n"), strings.Split(now, "\n"), sameLine)
}

// runsOf puts lines together that are alike.
func runsOf(lines []string, isNew []bool) []StateRun {
	var runs []StateRun
	for i, line := range lines {
		if last := len(runs) - 1; last >= 0 && runs[last].New == isNew[i] {
			runs[last].Text += "\n" + line
			continue
		}
		runs = append(runs, StateRun{Text: line, New: isNew[i]})
	}
	return runs
}

// Pretty indents JSON.
func Pretty(raw json.RawMessage) string {
	var b bytes.Buffer
	if json.Indent(&b, raw, "", "  ") != nil {
		return string(raw)
	}
	return b.String()
}
