package load

import (
	"embed"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	tables "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/text"
)

// Paths of the books on the lab's own origin.
const (
	glossaryPath        = "/glossary"
	troubleshootingPath = "/troubleshooting"
	asvsPath            = "/asvs"
)

// termClass marks the links that the page opens in place. Without its program they
// lead to the book.
const termClass = "term"

// phrase is what leads to a term of the glossary, in small letters.
type phrase struct{ words, term string }

// embedded holds, by embed.FS, the markdown whose prose leads to the books in it. They are
// part of the program and never change, so that each is read once.
var embedded sync.Map

// leadingTo returns Markdown whose prose leads to the words of the books. What is wrong
// with a book, reading the book itself says.
func leadingTo(books fs.FS) markdown {
	fixed, never := books.(embed.FS)
	if known, is := embedded.Load(fixed); never && is {
		return known.(markdown)
	}
	m := newMarkdown(books)
	words, _ := Glossary(books)
	m.phrases, m.traces = phrases(words), traces(words)
	if never {
		embedded.Store(fixed, m)
	}
	return m
}

// anchors returns the anchors of the books, by path. What is wrong with a book,
// reading the book itself says.
func anchors(fsys fs.FS) map[string]map[string]bool {
	l := loader{fsys: fsys}
	return map[string]map[string]bool{
		glossaryPath:        l.readBook(glossaryFile).ids(),
		troubleshootingPath: l.readBook(troubleshootingFile).ids(),
		asvsPath:            l.readBook(asvsFile).ids(),
	}
}

// phrases returns the words that the glossary declares, the longest first.
func phrases(groups []TermGroup) []phrase {
	var list []phrase
	for _, g := range groups {
		for _, t := range g.Terms {
			for _, words := range t.Words {
				list = append(list, phrase{lower(words), t.ID})
			}
		}
	}
	slices.SortStableFunc(list, func(a, b phrase) int { return len(b.words) - len(a.words) })
	return list
}

// lower lowers ASCII letters only, so that every byte stays in its place.
func lower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

// checkReference refuses a link to an entry that a book does not have, and marks
// one that it has.
func (m markdown) checkReference(f *File, link *ast.Link, source []byte) bool {
	path, id, found := strings.Cut(string(link.Destination), "#")
	ids, isBook := m.books[path]
	switch {
	case !found || !isBook:
	case ids[id]:
		link.SetAttributeString("class", []byte(termClass))
	default:
		f.complain(lineOf(link, source), "link to %q: there is no such entry", link.Destination)
		return false
	}
	return true
}

// linkTerms makes links of the words of the glossary: of each term the first that
// stands in doc, outside of code, headings (a table's too) and links. A term that the author linked
// is not linked again.
func (m markdown) linkTerms(doc ast.Node, source []byte) {
	if len(m.phrases) == 0 {
		return
	}
	linked := map[string]bool{}
	var runs [][]*ast.Text
	_ = ast.Walk(doc, func(node ast.Node, entering bool) (ast.WalkStatus, error) {
		switch node := node.(type) {
		case *ast.Link:
			if id, ok := strings.CutPrefix(string(node.Destination), glossaryPath+"#"); ok {
				linked[id] = true
			}
			return ast.WalkSkipChildren, nil
		case *ast.CodeSpan, *ast.Heading, *tables.TableHeader, *ast.Image, *ast.AutoLink:
			return ast.WalkSkipChildren, nil
		}
		if entering {
			runs = append(runs, runsOf(node)...)
		}
		return ast.WalkContinue, nil
	})
	// What is emphasised in a paragraph was found after the text around it.
	slices.SortFunc(runs, func(a, b []*ast.Text) int { return a[0].Segment.Start - b[0].Segment.Start })
	for _, run := range runs {
		m.linkRun(run, source, linked)
	}
}

// runsOf returns the stretches of text among the children of node: what stands
// between code, links and emphasis. Lines of a paragraph are texts of their own.
func runsOf(node ast.Node) (runs [][]*ast.Text) {
	var run []*ast.Text
	for child := node.FirstChild(); child != nil; child = child.NextSibling() {
		if t, ok := child.(*ast.Text); ok && !t.IsRaw() {
			run = append(run, t)
			continue
		}
		if run != nil {
			runs, run = append(runs, run), nil
		}
	}
	if run != nil {
		runs = append(runs, run)
	}
	return runs
}

// match is a term in a stretch of text, by the bytes from begin to end.
type match struct {
	begin, end int
	term       string
}

// linkRun links what is not linked yet in one stretch of text.
func (m markdown) linkRun(run []*ast.Text, source []byte, linked map[string]bool) {
	var joined strings.Builder
	for _, t := range run {
		joined.Write(t.Segment.Value(source))
		if t.SoftLineBreak() || t.HardLineBreak() {
			joined.WriteByte(' ')
		}
	}
	if matches := m.find(lower(joined.String()), linked); len(matches) > 0 {
		rewrite(run, matches)
	}
}

// find returns the terms in text, in their order, and notes them as linked. The
// longest phrase wins, also over one that is linked already.
func (m markdown) find(text string, linked map[string]bool) (matches []match) {
	for i := 0; i < len(text); i++ {
		if isWord(utf8.DecodeLastRuneInString(text[:i])) {
			continue
		}
		for _, p := range m.phrases {
			rest, found := strings.CutPrefix(text[i:], p.words)
			if !found || isWord(utf8.DecodeRuneInString(rest)) {
				continue
			}
			end := i + len(p.words)
			if !linked[p.term] {
				linked[p.term] = true
				matches = append(matches, match{i, end, p.term})
			}
			i = end - 1
			break
		}
	}
	return matches
}

// isWord reports whether r belongs to a word, so that no term ends beside it. A
// hyphen makes another word.
func isWord(r rune, size int) bool {
	return size > 0 && (unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' || r == '-')
}

// rewrite puts links around the matches. A text is cut where a match begins or
// ends, and a match may reach over the end of a line.
func rewrite(run []*ast.Text, matches []match) {
	parent, at := run[0].Parent(), 0
	var link *ast.Link
	for _, t := range run {
		begin := at
		segment := t.Segment
		add := func(to ast.Node, from, end int) *ast.Text {
			part := ast.NewTextSegment(text.NewSegment(segment.Start+from-begin, segment.Start+end-begin))
			if to == nil {
				parent.InsertBefore(parent, t, part)
			} else {
				to.AppendChild(to, part)
			}
			return part
		}
		stop, last := begin+segment.Len(), (*ast.Text)(nil)
		for at < stop {
			for len(matches) > 0 && matches[0].end <= at {
				matches, link = matches[1:], nil
			}
			switch {
			case len(matches) == 0 || matches[0].begin >= stop:
				last, at = add(nil, at, stop), stop
			case matches[0].begin > at:
				last, at = add(nil, at, matches[0].begin), matches[0].begin
			default:
				if link == nil {
					link = ast.NewLink()
					link.Destination = []byte(glossaryPath + "#" + matches[0].term)
					link.SetAttributeString("class", []byte(termClass))
					parent.InsertBefore(parent, t, link)
				}
				end := min(matches[0].end, stop)
				last, at = add(link, at, end), end
			}
		}
		if t.SoftLineBreak() || t.HardLineBreak() {
			if last == nil || last.Parent() == ast.Node(link) && matches[0].end == at {
				last = add(nil, at, at) // the line ends behind the link
			}
			last.SetSoftLineBreak(t.SoftLineBreak())
			last.SetHardLineBreak(t.HardLineBreak())
			at++ // the space of the joined text
		}
		parent.RemoveChild(parent, t)
	}
}
