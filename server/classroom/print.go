package classroom

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"

	"oauthlab/lessons/prose"
)

// totals returns how many learners have done it, by column.
func (t table) totals(class []learner) []int {
	sums := make([]int, len(t.columns))
	for _, l := range class {
		for i, cell := range l.cells {
			if cell == done {
				sums[i]++
			}
		}
	}
	return sums
}

// printTable prints it for people. The tasks of an assignment are numbered, and told above.
func printTable(w io.Writer, t table, class []learner) error {
	head := []string{"learner"}
	if t.title != "" {
		fmt.Fprintln(w, t.title+":")
	}
	for i, c := range t.columns {
		if t.title == "" {
			head = append(head, c.id)
			continue
		}
		head = append(head, strconv.Itoa(i+1))
		fmt.Fprintf(w, "%4d  %s\n", i+1, c.says)
	}
	rows := [][]string{head}
	named := map[string]int{}
	for _, l := range class {
		named[strings.ToLower(l.called())]++
	}
	for _, l := range class {
		name := l.called()
		if named[strings.ToLower(name)] > 1 {
			name += " (" + prose.Plain(l.file) + ")"
		}
		row := []string{name}
		for _, cell := range l.cells {
			if cell == "" {
				cell = "-"
			}
			row = append(row, cell)
		}
		rows = append(rows, row)
	}
	last := []string{"done, of " + strconv.Itoa(len(class))}
	for _, n := range t.totals(class) {
		last = append(last, strconv.Itoa(n))
	}
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, row := range append(rows, last) {
		fmt.Fprintln(tw, strings.Join(row, "\t"))
	}
	return tw.Flush()
}

// printJSON prints a row a line; the last has the totals.
func printJSON(w io.Writer, t table, class []learner) error {
	type row struct {
		Learner string            `json:"learner"`
		File    string            `json:"file"`
		Has     map[string]string `json:"has"` // by chapter or task; what is not begun is left out
	}
	enc := json.NewEncoder(w)
	for _, l := range class {
		r := row{l.called(), prose.Plain(l.file), map[string]string{}}
		for i, cell := range l.cells {
			if cell != "" {
				r.Has[t.columns[i].id] = cell
			}
		}
		if err := enc.Encode(r); err != nil {
			return err
		}
	}
	sums := map[string]int{}
	for i, n := range t.totals(class) {
		sums[t.columns[i].id] = n
	}
	return enc.Encode(map[string]any{"learners": len(class), done: sums})
}

// printCSV prints it for a spreadsheet (RFC 4180).
func printCSV(w io.Writer, t table, class []learner) error {
	out := csv.NewWriter(w)
	head, last := []string{"learner", "file"}, []string{"done, of " + strconv.Itoa(len(class)), ""}
	for i, n := range t.totals(class) {
		head, last = append(head, t.columns[i].id), append(last, strconv.Itoa(n))
	}
	rows := [][]string{head}
	for _, l := range class {
		rows = append(rows, append([]string{inert(l.called()), inert(prose.Plain(l.file))}, l.cells...))
	}
	return out.WriteAll(append(rows, last))
}

// inert keeps a spreadsheet from taking a cell for a formula: what begins as one gets an
// apostrophe before it. Where a semicolon separates cells, as in many languages, it would begin
// another one: a comma stands for it, which is quoted.
func inert(cell string) string {
	cell = strings.ReplaceAll(cell, ";", ",")
	if strings.IndexAny(cell, "=+-@＝＋－＠\t\r\n") == 0 {
		return "'" + cell
	}
	return cell
}
