package load

import (
	"bytes"
	"io/fs"
	"iter"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	tables "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/text"
)

// markdown turns prose into HTML. The page takes that HTML as it is, so nothing
// but Markdown may come through: raw HTML and links that lead elsewhere than
// into the lab or to https are refused, and never rendered.
type markdown struct {
	goldmark.Markdown
	books   map[string]map[string]bool // by path of a book: its anchors
	phrases []phrase                   // what prose links by itself
	traces  map[string]string          // by id of a term: the kind of value that it means
}

func newMarkdown(fsys fs.FS) markdown {
	return markdown{
		Markdown: goldmark.New(goldmark.WithExtensions(withTables{})),
		books:    anchors(fsys),
	}
}

// render sets f's HTML, one root element, unless the prose is beyond a bound.
func (m markdown) render(f *File, source []byte) {
	if !f.checkLines(string(source)) {
		return
	}
	doc := m.Parser().Parse(text.NewReader(source))
	if !doc.HasChildren() {
		f.complain(1, "there is no text below the front matter")
	}
	if !f.checkTree(doc, source) {
		return
	}
	for node := range nodes(doc) {
		m.checkNode(f, node, source)
	}
	m.linkTerms(doc, source)
	m.traceTerms(doc)
	var html bytes.Buffer
	html.WriteString(`<div class="prose">`)
	if err := m.Renderer().Render(&html, source, doc); err != nil {
		f.complain(1, "render: %v", err)
	}
	html.WriteString("</div>")
	if f.checkPage(html.String(), string(source)) {
		f.html = html.String()
	}
}

// nodes goes over everything below doc, parents before children.
func nodes(doc ast.Node) iter.Seq[ast.Node] {
	return func(yield func(ast.Node) bool) {
		_ = ast.Walk(doc, func(node ast.Node, entering bool) (ast.WalkStatus, error) {
			if entering && !yield(node) {
				return ast.WalkStop, nil
			}
			return ast.WalkContinue, nil
		})
	}
}

// checkNode refuses what must not reach the page, and marks the links that leave it.
func (m markdown) checkNode(f *File, node ast.Node, source []byte) {
	switch node := node.(type) {
	case *ast.HTMLBlock, *ast.RawHTML:
		f.complain(lineOf(node, source), "raw HTML is not rendered; write Markdown")
	case *ast.Paragraph, *ast.TextBlock, *tables.TableCell:
		f.Prose = append(f.Prose, Passage{textOf(node, source), lineOf(node, source), node.Parent().Kind() == ast.KindListItem})
	case *ast.Link:
		if m.checkReference(f, node, source) {
			f.checkLink(node, textOf(node, source), string(node.Destination), source)
		}
	case *ast.AutoLink:
		f.checkLink(node, "", string(node.URL(source)), source)
	case *ast.FencedCodeBlock, *ast.CodeBlock:
		f.noteCode(node, source)
	case *ast.Image:
		if isLocal(string(node.Destination)) {
			f.Links = append(f.Links, Link{URL: string(node.Destination), Line: lineOf(node, source)})
		} else {
			f.complain(lineOf(node, source), `image %q is not the lab's own; its address begins with "/"`, node.Destination)
		}
	}
}

// noteCode keeps a block of code for who checks its width.
func (f *File) noteCode(node ast.Node, source []byte) {
	b := Block{First: lineOf(node, source)}
	for _, line := range node.Lines().Sliced(0, node.Lines().Len()) {
		b.Lines = append(b.Lines, strings.TrimRight(string(line.Value(source)), "\n"))
	}
	f.Code = append(f.Code, b)
}

// textOf returns the words below a node.
func textOf(of ast.Node, source []byte) string {
	var words strings.Builder
	for node := range nodes(of) {
		if t, ok := node.(*ast.Text); ok {
			words.Write(t.Segment.Value(source))
			if t.SoftLineBreak() {
				words.WriteString(" ")
			}
		}
	}
	return words.String()
}

// checkLink notes a link for who knows the lab's pages, and refuses one that leads
// nowhere in any lab.
func (f *File) checkLink(node ast.Node, text, url string, source []byte) {
	switch {
	case strings.HasPrefix(url, "https://"):
		node.SetAttributeString("rel", []byte("noreferrer"))
		node.SetAttributeString("target", []byte("_blank"))
	case isLocal(url), strings.HasPrefix(url, "#"):
	default:
		f.complain(lineOf(node, source), `link to %q: begin it with "https://", "/" or "#"`, url)
		return
	}
	f.Links = append(f.Links, Link{Text: text, URL: url, Line: lineOf(node, source)})
}

// isLocal reports whether the address is a path on the lab's own origin.
// Browsers read "//host" and "/\host" as another host.
func isLocal(url string) bool {
	return strings.HasPrefix(url, "/") && !strings.HasPrefix(url, "//") && !strings.HasPrefix(url, `/\`)
}

// lineOf returns the line on which the node begins, counted from 1. What keeps
// no place of its own takes that of its text, or of the block that it is in.
func lineOf(node ast.Node, source []byte) int {
	for node != nil {
		for within := range nodes(node) {
			if start, ok := place(within); ok {
				return 1 + bytes.Count(source[:start], []byte("\n"))
			}
		}
		node = node.Parent()
	}
	return 1
}

func place(node ast.Node) (start int, ok bool) {
	switch node := node.(type) {
	case *ast.Text:
		return node.Segment.Start, true
	case *ast.RawHTML:
		return node.Segments.At(0).Start, true
	}
	if node.Type() == ast.TypeBlock && node.Lines().Len() > 0 {
		return node.Lines().At(0).Start, true
	}
	return 0, false
}
