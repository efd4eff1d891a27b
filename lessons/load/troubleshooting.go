package load

import (
	"errors"
	"io/fs"
	"strconv"
	"strings"

	"oauthlab/lessons"
	"oauthlab/lessons/guard"
)

// troubleshootingFile is the book of errors, beside the chapters.
const troubleshootingFile = "troubleshooting.md"

// TroubleGroup is one part of what helps against errors.
type TroubleGroup struct {
	Title    string
	Intro    string // HTML; may be empty
	Troubles []lessons.Trouble
}

// troubleFront is the front matter of an error. Its prose is the usual causes.
type troubleFront struct {
	ID       string
	Title    string
	Says     []string // messages, with … for what differs
	Shows    []string // what programs of others say
	Guards   []string // parts of the catalogue whose refusal the entry is about
	Code     string
	Status   string // of HTTP
	Sections []string
	Cure     string // Markdown
}

// Troubles reads troubleshooting.md, a book of errors. The error joins everything that
// is wrong, each a Finding.
func Troubles(fsys fs.FS) ([]TroubleGroup, error) {
	l := loader{fsys: fsys, markdown: newMarkdown(fsys)}
	b := l.readBook(troubleshootingFile)
	t := troubles{loader: &l, ids: map[string]int{}, said: map[string]int{}}
	var groups []TroubleGroup
	for _, part := range b.parts {
		g := TroubleGroup{Title: part.title, Intro: l.html(b.file, part.intro)}
		for _, e := range part.entries {
			g.Troubles = append(g.Troubles, t.read(e))
		}
		groups = append(groups, g)
	}
	return groups, errors.Join(b.problems()...)
}

// troubles reads errors, and remembers at which line stands what may stand once.
type troubles struct {
	*loader

	ids, said map[string]int // lines
}

func (t *troubles) read(e entry) lessons.Trouble {
	var front troubleFront
	e.decode(&front)
	e.checkEntry(front.ID, front.Title, t.ids)
	e.checkMessages(front, t.said)
	for i, id := range front.Guards {
		if _, ok := guard.FindPart(guard.ID(id)); !ok {
			e.refuse(at("guards", i), "unknown guard %q", id)
		}
	}
	if n, err := strconv.Atoi(front.Status); front.Status != "" && (err != nil || n < 100 || n > 599) {
		e.refuse(at("status"), "status %q is not one of HTTP", front.Status)
	}
	e.require(front.Cure, "cure")
	return lessons.Trouble{
		ID: front.ID, Name: front.Title, Says: front.Says, Shows: front.Shows, Guards: front.Guards,
		Code: front.Code, Status: front.Status, Sections: e.sections(front.Sections),
		Causes: t.prose(e, "say what the usual causes are"),
		Cure:   t.html(e.File, e.valueText("cure", strings.TrimSpace(front.Cure))),
	}
}

// checkMessages asks by which words the entry is found; said holds the line of each
// message of the book.
func (e entry) checkMessages(front troubleFront, said map[string]int) {
	if len(front.Says)+len(front.Shows) == 0 {
		e.refuse(at("says"), "there is neither says nor shows: by which words does one find this?")
	}
	for i, message := range front.Says {
		if first, twice := said[message]; twice {
			e.refuse(at("says", i), "the message %q stands in line %d already", message, first)
		}
		said[message] = e.line("says", i)
	}
}
