package load

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"oauthlab/lessons/guard"
)

// asvsFile is the book of what OWASP ASVS 5.0 asks of OAuth, its chapter V10.
const asvsFile = "asvs.md"

// asvsSections says how many requirements each section of V10 has, from V10.1 on.
var asvsSections = []int{2, 3, 5, 16, 5, 2, 3}

// asvsNumbers returns the numbers of V10, in their order.
func asvsNumbers() (all []string) {
	for s, count := range asvsSections {
		for n := range count {
			all = append(all, fmt.Sprintf("10.%d.%d", s+1, n+1))
		}
	}
	return all
}

// isASVS reports whether V10 has a requirement of the number.
func isASVS(number string) bool { return slices.Contains(asvsNumbers(), number) }

// RequirementGroup is one section of V10.
type RequirementGroup struct {
	Title        string
	Intro        string // HTML; may be empty
	Requirements []Requirement
}

// Requirement is one of V10, in our own words, and where the lab has to do with it. Its
// address is /asvs#ID.
type Requirement struct {
	ID          string // "10-4-1"
	Number      string // "10.4.1"
	Title       string
	Level       int      // of assurance, from 1 on
	Chapters    []string // that teach it, or will
	Protections []string // that do it, by id
	Attacks     []string // that need it to be missing, by id
	Asks        string   // HTML

	File *File // the book, as far as the requirement reaches
}

// requirementFront is the front matter of a requirement. Its prose says what is asked.
type requirementFront struct {
	ID          string
	Title       string
	Level       int
	Chapters    []string
	Protections []string
	Attacks     []string
}

// Requirements reads asvs.md, a book of the requirements of V10: each of its numbers stands
// there once. The error joins everything that is wrong, each a Finding.
func Requirements(fsys fs.FS) ([]RequirementGroup, error) {
	l := newLoader(Tree{FS: fsys})
	b := l.readBook(asvsFile)
	var groups []RequirementGroup
	var numbers []string
	seen := map[string]int{}
	for _, part := range b.parts {
		g := RequirementGroup{Title: part.title, Intro: l.html(b.file, part.intro)}
		for _, e := range part.entries {
			r := l.requirement(e, seen)
			g.Requirements, numbers = append(g.Requirements, r), append(numbers, r.Number)
		}
		groups = append(groups, g)
	}
	for _, number := range asvsNumbers() {
		if !slices.Contains(numbers, number) {
			b.file.complain(1, "%s of ASVS 5.0 is missing", number)
		}
	}
	return groups, errors.Join(b.problems()...)
}

// requirement reads one of them; seen holds the line of each id.
func (l *loader) requirement(e entry, seen map[string]int) Requirement {
	var front requirementFront
	e.decode(&front)
	e.checkEntry(front.ID, front.Title, seen)
	number := strings.ReplaceAll(front.ID, "-", ".")
	if front.ID != "" && !isASVS(number) {
		e.refuse(at("id"), "ASVS 5.0 has no number %q in V10", number)
	}
	if front.Level < 1 || front.Level > 3 {
		e.refuse(at("level"), "level is 1, 2 or 3")
	}
	if len(front.Chapters) == 0 {
		e.refuse(at("chapters"), "chapters are missing: where is it taught, or will it be?")
	}
	for i, id := range front.Protections {
		if _, ok := guard.Find(id); !ok {
			e.refuse(at("protections", i), "unknown protection %q", id)
		}
	}
	return Requirement{
		ID: front.ID, Number: number, Title: front.Title, Level: front.Level, Chapters: front.Chapters,
		Protections: front.Protections, Attacks: front.Attacks, Asks: l.prose(e, "say what is asked"), File: e.File,
	}
}
