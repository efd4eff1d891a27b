package trace

// Sign says what became of a thing from one trace to the next.
type Sign string

// The signs, as a diff has them.
const (
	Same    Sign = " "
	Added   Sign = "+"
	Removed Sign = "-"
)

// Difference is a message that is new, gone, or that carries something else.
type Difference struct {
	Sign    Sign // Same for a message whose lines differ
	Message Message
	Lines   []LineDifference // all of them, in their order
}

// LineDifference is a line of a message, and what became of it.
type LineDifference struct {
	Sign Sign
	Line Line
}

// Diff returns the messages that differ between two traces, in the order of the
// later one.
func Diff(before, after []Message) []Difference {
	var out []Difference
	for _, p := range align(before, after, func(a, b Message) bool { return a.key() == b.key() }) {
		switch {
		case p.before == nil:
			out = append(out, Difference{Added, *p.after, whole(Added, p.after.Lines)})
		case p.after == nil:
			out = append(out, Difference{Removed, *p.before, whole(Removed, p.before.Lines)})
		default:
			if lines, differ := diffLines(p.before.Lines, p.after.Lines); differ {
				out = append(out, Difference{Same, *p.after, lines})
			}
		}
	}
	return out
}

func whole(s Sign, lines []Line) []LineDifference {
	out := make([]LineDifference, len(lines))
	for i, l := range lines {
		out[i] = LineDifference{s, l}
	}
	return out
}

func diffLines(before, after []Line) (out []LineDifference, differ bool) {
	for _, p := range align(before, after, Line.same) {
		switch {
		case p.before == nil:
			out = append(out, LineDifference{Added, *p.after})
		case p.after == nil:
			out = append(out, LineDifference{Removed, *p.before})
		default:
			out = append(out, LineDifference{Same, *p.after})
			continue
		}
		differ = true
	}
	return out, differ
}

// pair is one element of two lists beside each other; nil where one has none.
type pair[T any] struct{ before, after *T }

// align lays two lists beside each other so that as many as can be agree: their
// longest common subsequence. What is gone stands before what is new.
func align[T any](before, after []T, same func(a, b T) bool) []pair[T] {
	longest := make([][]int, len(before)+1) // of what begins at i and j
	for i := range longest {
		longest[i] = make([]int, len(after)+1)
	}
	for i := len(before) - 1; i >= 0; i-- {
		for j := len(after) - 1; j >= 0; j-- {
			longest[i][j] = max(longest[i+1][j], longest[i][j+1])
			if same(before[i], after[j]) {
				longest[i][j] = 1 + longest[i+1][j+1]
			}
		}
	}
	var out []pair[T]
	i, j := 0, 0
	for i < len(before) || j < len(after) {
		switch {
		case i < len(before) && j < len(after) && same(before[i], after[j]):
			out = append(out, pair[T]{&before[i], &after[j]})
			i, j = i+1, j+1
		case i < len(before) && (j == len(after) || longest[i+1][j] >= longest[i][j+1]):
			out = append(out, pair[T]{before: &before[i]})
			i++
		default:
			out = append(out, pair[T]{after: &after[j]})
			j++
		}
	}
	return out
}
