package load

import (
	"oauthlab/lessons"
)

// inYourAppFile says what to check in an app of one's own. It lies beside a chapter's
// steps, and is written as a book is.
const inYourAppFile = "in-your-app.md"

// maxChecks bounds how many checks a chapter may have.
const maxChecks = 10

// Check is one thing to make sure of in an app of one's own.
type Check struct {
	ID        string
	Title     string
	Sections  []lessons.Link
	ASVS      []string // numbers of OWASP ASVS 5.0 that ask for it, such as "10.4.1"; there may be none
	Libraries []Library
	Test      string // HTML: how to see that it holds

	File *File // of the chapter, as far as the check reaches
}

// Library says how a library does what a check asks for.
type Library struct {
	Name string // HTML
	Does string // HTML
}

// Checks returns the checks of each chapter, by its id.
func Checks(chapters []Chapter) map[string][]Check {
	all := map[string][]Check{}
	for _, c := range chapters {
		all[c.ID] = c.Checks
	}
	return all
}

// checkFront is the front matter of a check. Its prose is the test.
type checkFront struct {
	ID        string
	Title     string
	Sections  []string
	ASVS      []string
	Libraries []struct{ Name, Does string } // Markdown
}

// checks reads what a chapter says of an app of one's own.
func (l *loader) checks(name string) (all []Check) {
	f := &File{name: l.called(name)}
	b := &book{file: f}
	if source := l.source(f, name); source != "" {
		b = bookOf(f, source)
	}
	seen := map[string]int{}
	for i, e := range b.entries() {
		if i == maxChecks {
			e.complain(e.line(), "there are more than %d checks", maxChecks)
			break
		}
		all = append(all, l.check(e, seen))
	}
	l.problems = append(l.problems, b.problems()...)
	return all
}

// check reads one check; seen holds the line of each id.
func (l *loader) check(e entry, seen map[string]int) Check {
	var front checkFront
	e.decode(&front)
	e.checkEntry(front.ID, front.Title, seen)
	for i, number := range front.ASVS {
		if !isASVS(number) {
			e.refuse(at("asvs", i), "ASVS 5.0 has no number %q in V10", number)
		}
	}
	c := Check{ID: front.ID, Title: front.Title, ASVS: front.ASVS, Sections: e.sections(front.Sections), File: e.File}
	for i, option := range front.Libraries {
		e.require(option.Name, "libraries", i, "name")
		e.require(option.Does, "libraries", i, "does")
		c.Libraries = append(c.Libraries, Library{
			Name: l.html(e.File, bookText{option.Name, e.line("libraries", i, "name")}),
			Does: l.html(e.File, bookText{option.Does, e.line("libraries", i, "does")}),
		})
	}
	c.Test = l.prose(e, "say how one sees that it holds")
	return c
}
