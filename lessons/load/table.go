package load

import (
	"html"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	tables "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/util"
)

// withTables is goldmark's extension for tables, in a form that the page can show.
//
// A table that is wider than its column scrolls in a box of its own, which can be
// reached with the keyboard and is named after the table's headings. The first cell of
// a row is the row's heading. Alignment is an attribute: the policy of the pages lets no
// style stand in an element.
type withTables struct{}

func (withTables) Extend(m goldmark.Markdown) {
	extension.NewTable(extension.WithTableCellAlignMethod(extension.TableCellAlignAttribute)).Extend(m)
	m.Renderer().AddOptions(renderer.WithNodeRenderers(util.Prioritized(tableBox{}, 100))) // goldmark's own has 500
}

// tableBox renders the box around a table, and its cells. Rows are goldmark's.
type tableBox struct{}

func (b tableBox) RegisterFuncs(register renderer.NodeRendererFuncRegisterer) {
	register.Register(tables.KindTable, b.box)
	register.Register(tables.KindTableCell, b.cell)
}

func (tableBox) box(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		_, err := w.WriteString("</table></div>\n")
		return ast.WalkContinue, err
	}
	var headings []string
	for cell := node.FirstChild().FirstChild(); cell != nil; cell = cell.NextSibling() {
		headings = append(headings, textOf(cell, source))
	}
	_, err := w.WriteString(`<div class="prose-table" role="region" tabindex="0" aria-label="Table: ` +
		html.EscapeString(strings.Join(headings, ", ")) + `"><table>` + "\n")
	return ast.WalkContinue, err
}

func (tableBox) cell(w util.BufWriter, _ []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	tag, scope := "td", ""
	switch {
	case node.Parent().Kind() == tables.KindTableHeader:
		tag, scope = "th", ` scope="col"`
	case node.PreviousSibling() == nil:
		tag, scope = "th", ` scope="row"`
	}
	if !entering {
		_, err := w.WriteString("</" + tag + ">\n")
		return ast.WalkContinue, err
	}
	align := ""
	if a := node.(*tables.TableCell).Alignment; a != tables.AlignNone {
		align = ` align="` + a.String() + `"`
	}
	_, err := w.WriteString("<" + tag + scope + align + ">")
	return ast.WalkContinue, err
}
