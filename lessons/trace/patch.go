package trace

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Patch returns what makes the trace before into after, both of whole lines: "" where
// nothing does. It is a unified diff without context, in which each hunk names the event
// that it begins in:
//
//	@@ -3,2 +3,2 @@ client -> browser: open
//	-    code_challenge_method = S256
//	+    code_challenge_method = plain
func Patch(before, after string) string {
	old := wholeLines(before)
	pairs := align(old, wholeLines(after), func(a, b string) bool { return a == b })
	var text strings.Builder
	var oldLine, newLine int // lines of either that are behind
	for i := 0; i < len(pairs); {
		if pairs[i].before != nil && pairs[i].after != nil {
			i, oldLine, newLine = i+1, oldLine+1, newLine+1
			continue
		}
		var gone, come []string
		for ; i < len(pairs) && (pairs[i].before == nil || pairs[i].after == nil); i++ {
			if pairs[i].before != nil {
				gone = append(gone, "-"+*pairs[i].before)
			} else {
				come = append(come, "+"+*pairs[i].after)
			}
		}
		head := strings.TrimRight(fmt.Sprintf("@@ -%s +%s @@ %s",
			span(oldLine, len(gone)), span(newLine, len(come)), eventAt(old, oldLine)), " \n")
		text.WriteString(head + "\n" + strings.Join(gone, "") + strings.Join(come, ""))
		oldLine, newLine = oldLine+len(gone), newLine+len(come)
	}
	return text.String()
}

// span is a range of lines as a diff writes it; where it has none, the line before.
func span(behind, n int) string {
	switch n {
	case 0:
		return fmt.Sprintf("%d,0", behind)
	case 1:
		return strconv.Itoa(behind + 1)
	}
	return fmt.Sprintf("%d,%d", behind+1, n)
}

// eventAt returns the line of the event to which line i belongs, or "".
func eventAt(lines []string, i int) string {
	for i = min(i, len(lines)-1); i >= 0; i-- {
		if !strings.HasPrefix(lines[i], indent) {
			return lines[i]
		}
	}
	return ""
}

// hunkHead is the first line of a hunk: its first line in the trace before, and how many.
var hunkHead = regexp.MustCompile(`^@@ -(\d+)(?:,(\d+))? \+\d+(?:,\d+)? @@`)

// Apply returns the trace that Patch was made for, from the one before. An error says
// which line of the patch does not fit.
func Apply(before, patch string) (string, error) {
	rest := wholeLines(before)
	var after []string
	behind := 0 // lines of before that are behind
	for i, line := range wholeLines(patch) {
		wrong := func(why string) error { return fmt.Errorf("line %d of the patch: %s", i+1, why) }
		body := line[1:]
		switch line[0] {
		case '@':
			from, ok := hunkFrom(line)
			if !ok || from < behind || from-behind > len(rest) {
				return "", wrong("there is no such place in the trace")
			}
			after, rest, behind = append(after, rest[:from-behind]...), rest[from-behind:], from
		case '-':
			if len(rest) == 0 || rest[0] != body {
				return "", wrong(fmt.Sprintf("the trace does not have %q here", strings.TrimSuffix(body, "\n")))
			}
			rest, behind = rest[1:], behind+1
		case '+':
			after = append(after, body)
		default:
			return "", wrong("it begins with none of @, - and +")
		}
	}
	return strings.Join(slices.Concat(after, rest), ""), nil
}

// hunkFrom returns how many lines of the trace stand before a hunk.
func hunkFrom(head string) (int, bool) {
	m := hunkHead.FindStringSubmatch(head)
	if m == nil {
		return 0, false
	}
	from, err := strconv.Atoi(m[1])
	if m[2] != "0" {
		from--
	}
	return from, err == nil && from >= 0
}

// wholeLines cuts a text into its lines, each with its end.
func wholeLines(text string) []string {
	return slices.Collect(strings.Lines(text))
}
