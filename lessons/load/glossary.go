package load

import (
	"errors"
	"io/fs"

	"oauthlab/lessons"
)

// glossaryFile is the book of words, beside the chapters.
const glossaryFile = "glossary.md"

// TermGroup is one part of the glossary.
type TermGroup struct {
	Title string
	Intro string // HTML; may be empty
	Terms []lessons.Term
}

// termFront is the front matter of a term. Its prose is one to three sentences.
type termFront struct {
	ID         string
	Title      string
	Sections   []string // "this lab" marks a word that no specification has
	See        []string // ids of other terms
	Words      []string // by which the prose of the chapters leads here, whatever their case
	Parameters []string // what carries it in a message
}

// Glossary reads glossary.md, a book of terms. The error joins everything that is
// wrong, each a Finding.
func Glossary(fsys fs.FS) ([]TermGroup, error) {
	l := loader{fsys: fsys, markdown: newMarkdown(fsys)}
	b := l.readBook(glossaryFile)
	t := terms{loader: &l, known: b.ids(), ids: map[string]int{}, words: map[string]int{}, parameters: map[string]int{}}
	var groups []TermGroup
	for _, part := range b.parts {
		g := TermGroup{Title: part.title, Intro: l.html(b.file, part.intro)}
		for _, e := range part.entries {
			g.Terms = append(g.Terms, t.read(e))
		}
		groups = append(groups, g)
	}
	return groups, errors.Join(b.problems()...)
}

// terms reads terms, and remembers at which line stands what may stand once.
type terms struct {
	*loader
	known map[string]bool // ids of the book

	ids, words, parameters map[string]int // lines
}

func (t *terms) read(e entry) lessons.Term {
	var front termFront
	e.decode(&front)
	e.checkEntry(front.ID, front.Title, t.ids)
	e.checkOnce("words", front.Words, t.words)
	e.checkOnce("parameters", front.Parameters, t.parameters)
	for i, id := range front.See {
		switch {
		case !t.known[id]:
			e.refuse(at("see", i), "see also %q: there is no such entry", id)
		case id == front.ID:
			e.refuse(at("see", i), "%q sends its reader to itself", front.Title)
		}
	}
	return lessons.Term{
		ID: front.ID, Name: front.Title, Body: t.prose(e, "say what it is"),
		Sections: e.sections(front.Sections), See: front.See, Words: front.Words, Parameters: front.Parameters,
	}
}
