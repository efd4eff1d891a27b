package event

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// Every note that the package names has its row, and one.
func TestEveryNoteHasItsRow(t *testing.T) {
	tree, err := parser.ParseFile(token.NewFileSet(), "event.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var named []string
	ast.Inspect(tree, func(n ast.Node) bool {
		if v, ok := n.(*ast.ValueSpec); ok && strings.HasPrefix(v.Names[0].Name, "Note") && len(v.Values) == 1 {
			if lit, ok := v.Values[0].(*ast.BasicLit); ok {
				if name, err := strconv.Unquote(lit.Value); err == nil {
					named = append(named, name)
				}
			}
		}
		return true
	})
	rows := Notes()
	slices.Sort(named)
	slices.Sort(rows)
	if !slices.Equal(named, rows) {
		t.Errorf("the package names\n\t%q\nand the table has\n\t%q", named, rows)
	}
	for _, r := range noteRows {
		if !strings.HasSuffix(r.Means, ".") || r.From == "" {
			t.Errorf("%s: %q from %q", r.Name, r.Means, r.From)
		}
	}
}
