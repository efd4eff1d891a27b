package load

import (
	"errors"
	"io/fs"
	"strconv"
	"strings"

	"oauthlab/lessons"
	"oauthlab/lessons/guard"
)

// Names of the two books beside the chapters.
const (
	glossaryFile        = "glossary.md"
	troubleshootingFile = "troubleshooting.md"
)

// TermGroup is one part of the glossary.
type TermGroup struct {
	Title string
	Intro string // HTML; may be empty
	Terms []lessons.Term
}

// Glossary reads glossary.md. A part begins with a heading of the first level,
// a term with one of the second that names its anchor, and below it stand the
// facts, a line each, and then one to three sentences:
//
//	# Roles
//
//	## Client {#client}
//	Section: RFC 6749 §1.1
//	See: public-client, authorization-server
//	Words: client, clients
//
//	The app that acts for the resource owner.
//
// Section may stand more than once; "Section: this lab" marks a word that no
// specification has. Words are those by which the prose of the chapters leads to
// the term, whatever their case; Parameter names what carries it in a message. The
// error joins everything that is wrong.
func Glossary(fsys fs.FS) ([]TermGroup, error) {
	l := loader{fsys: fsys, markdown: newMarkdown(fsys)}
	b := l.readBook(glossaryFile, map[string]bool{"Section": true, "See": true, "Words": true, "Parameter": true})
	var groups []TermGroup
	known := b.ids()
	words, parameters := map[string]int{}, map[string]int{}
	for _, part := range b.parts {
		g := TermGroup{Title: part.title, Intro: l.html(b.file, part.text)}
		for _, e := range part.entries {
			g.Terms = append(g.Terms, lessons.Term{
				ID: e.id, Name: e.title, Body: l.html(b.file, b.need(e, e.text, "a text")),
				Sections: b.sections(e), See: b.see(e, known),
				Words:      b.unique(e, "Words", words),
				Parameters: b.unique(e, "Parameter", parameters),
			})
		}
		groups = append(groups, g)
	}
	return groups, errors.Join(inOrder(b.file.problems)...)
}

// TroubleGroup is one part of what helps against errors.
type TroubleGroup struct {
	Title    string
	Intro    string // HTML; may be empty
	Troubles []lessons.Trouble
}

// Troubles reads troubleshooting.md, whose form is the glossary's. Its facts are
//
//	Says: This code has expired.
//	Shows: Failed to fetch
//	Guard: code-expiry
//	Code: invalid_grant
//	Status: 400
//	Section: RFC 6749 §4.1.2
//
// Guard names the checks whose refusal the entry is about, as the catalogue does,
// and its text is the usual causes and then, from a line that begins with
// "Cure:" on, the cure.
func Troubles(fsys fs.FS) ([]TroubleGroup, error) {
	l := loader{fsys: fsys, markdown: newMarkdown(fsys)}
	b := l.readBook(troubleshootingFile, map[string]bool{
		"Says": true, "Shows": true, "Guard": true, "Code": true, "Status": true, "Section": true,
	})
	said := map[string]int{}
	var groups []TroubleGroup
	for _, part := range b.parts {
		g := TroubleGroup{Title: part.title, Intro: l.html(b.file, part.text)}
		for _, e := range part.entries {
			g.Troubles = append(g.Troubles, l.trouble(b, e, said))
		}
		groups = append(groups, g)
	}
	return groups, errors.Join(inOrder(b.file.problems)...)
}

// trouble reads one entry; said holds the line at which each message stands.
func (l *loader) trouble(b *book, e entry, said map[string]int) lessons.Trouble {
	causes, cure := e.text.cut("Cure:")
	t := lessons.Trouble{
		ID: e.id, Name: e.title, Code: e.one("Code"), Status: e.one("Status"),
		Causes: l.html(b.file, b.need(e, causes, "its usual causes")),
		Cure:   l.html(b.file, b.need(e, cure, `its cure, from a line that begins with "Cure:" on`)),
	}
	for _, f := range e.facts {
		switch f.name {
		case "Says":
			if first, twice := said[f.value]; twice {
				b.file.complain(f.line, "the message %q stands in line %d already", f.value, first)
			}
			said[f.value] = f.line
			t.Says = append(t.Says, f.value)
		case "Shows":
			t.Shows = append(t.Shows, f.value)
		case "Guard":
			if _, ok := guard.FindPart(guard.ID(f.value)); !ok {
				b.file.complain(f.line, "unknown guard %q", f.value)
			}
			t.Guards = append(t.Guards, f.value)
		}
	}
	if len(t.Says)+len(t.Shows) == 0 {
		b.file.complain(e.line, "%q has neither Says nor Shows: by which words does one find it?", e.title)
	}
	if t.Status != "" {
		if n, err := strconv.Atoi(t.Status); err != nil || n < 100 || n > 599 {
			b.file.complain(e.line, "status %q of %q is not one of HTTP", t.Status, e.title)
		}
	}
	t.Sections = b.sections(e)
	return t
}

// html renders a text of the file; "" where there is none.
func (l *loader) html(f *File, t bookText) string {
	if strings.TrimSpace(t.markdown) == "" {
		return ""
	}
	part := &File{name: f.name}
	l.markdown.render(part, []byte(strings.Repeat("\n", t.line-1)+t.markdown))
	f.problems = append(f.problems, part.problems...)
	return part.html
}
