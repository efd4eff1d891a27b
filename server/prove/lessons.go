package prove

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"sync"

	"oauthlab/lessons/content"
	"oauthlab/lessons/lint"
	"oauthlab/lessons/load"
	"oauthlab/server/attack"
	"oauthlab/server/config"
	"oauthlab/server/robot"
	"oauthlab/server/site"
)

// Teaching is what the lab teaches.
type Teaching struct {
	Chapters []load.Chapter // in their order
	Ours     []load.Chapter // those that the program brings
	Theirs   []load.Chapter // those of the teacher's folder
	Coming   []load.Coming
	Traces   map[string]string // golden traces, by version of the lab
}

// OurLessons is where ours lie, from the module's root.
const OurLessons = "lessons/content"

// Read reads the chapters, ours and a teacher's. The error lists everything that is
// wrong with either.
func Read(c config.Lessons) (Teaching, error) {
	t, err := ours()
	if err != nil {
		return Teaching{}, fmt.Errorf("lessons: %w", err)
	}
	if c.Dir == "" {
		return t, nil
	}
	err = t.beside(c)
	return t, err
}

// ours is our own chapters, which are part of the program and read once.
var ours = sync.OnceValues(func() (Teaching, error) {
	chapters, err := load.Read(load.Tree{Name: OurLessons, FS: content.FS})
	if err != nil {
		return Teaching{}, err
	}
	t := Teaching{Chapters: chapters, Ours: chapters}
	if t.Traces, err = readTraces(chapters); err != nil {
		return Teaching{}, err
	}
	t.Coming, err = load.ToCome(content.FS)
	return t, err
})

// beside reads a teacher's chapters and puts them among ours. The error lists all that
// is wrong with them, whether a file shows it by itself or only the whole.
func (t *Teaching) beside(c config.Lessons) error {
	folder, err := openFolder(c.Dir)
	if err != nil {
		return fmt.Errorf("the lessons in %s cannot be used: %w", c.Dir, err)
	}
	defer folder.Close() //nolint:errcheck // nothing was written
	var found []error
	if t.Theirs, err = load.Read(load.Tree{Name: c.Dir, FS: folder, Books: content.FS}); err != nil {
		found = each(err)
	}
	if t.Chapters = load.Beside(t.Ours, t.Theirs); c.Only {
		t.Chapters, t.Coming = t.Theirs, nil
	}
	more, err := t.Lint(len(found) > 0)
	if err != nil {
		return err
	}
	if found = append(found, more...); len(found) > 0 {
		return &findingsError{c.Dir, found}
	}
	return nil
}

// openFolder opens a teacher's folder; its error says what there is instead.
func openFolder(dir string) (*load.Folder, error) {
	switch info, err := os.Stat(dir); {
	case errors.Is(err, fs.ErrNotExist):
		return nil, errors.New("there is no such folder")
	case err == nil && !info.IsDir():
		return nil, errors.New("it is a file; the folder is needed in which the chapters' folders lie")
	}
	folder, err := load.OpenFolder(dir)
	if errors.Is(err, fs.ErrPermission) {
		return nil, errors.New("who runs the lab is not allowed to read it")
	}
	return folder, err
}

// findingsError is all that is wrong with a teacher's folder.
type findingsError struct {
	dir  string
	list []error
}

func (e *findingsError) Error() string {
	return fmt.Sprintf("the lessons in %s cannot be used:\n%v", e.dir, errors.Join(e.told()...))
}

// maxTold is how many findings are printed, more than anybody reads.
const maxTold = 200

// told returns the findings to print.
func (e *findingsError) told() []error {
	if len(e.list) <= maxTold {
		return e.list
	}
	return append(slices.Clone(e.list[:maxTold]), fmt.Errorf("%d more; mend those above first", len(e.list)-maxTold))
}

// each takes a joined error apart.
func each(err error) []error {
	if joined, is := err.(interface{ Unwrap() []error }); is {
		return joined.Unwrap()
	}
	return []error{err}
}

// Lint checks the chapters against the rest of the program; those that could be read,
// where some could not.
func (t Teaching) Lint(partly bool) ([]error, error) {
	pages, err := site.Pages()
	if err != nil {
		return nil, err
	}
	h := lint.House{Attacks: attackVersions(), Scripts: robot.Scripts(), Pages: pages, Explains: site.Explains, Partly: partly}
	for _, c := range t.Ours {
		if text, ok := t.Traces[c.ID]; ok {
			h.Traces = append(h.Traces, lint.Trace{File: path.Join(OurLessons, c.Folder, TraceFile), Text: text})
		}
	}
	return lint.Check(t.Chapters, h), nil
}

// LintRequirements checks the book of ASVS against our chapters.
func (t Teaching) LintRequirements() ([]error, error) {
	book, err := load.Requirements(content.FS)
	if err != nil {
		return nil, err
	}
	return lint.Requirements(book, t.Ours, t.Coming, attackVersions()), nil
}

// attackVersions returns the version from which each attack is known.
func attackVersions() map[string]string {
	versions := map[string]string{}
	for _, a := range attack.Catalogue() {
		versions[a.ID] = a.Chapter
	}
	return versions
}

// TraceFile is a chapter's golden trace, beside its text.
const TraceFile = "trace.txt"

// readTraces reads the golden trace of each version. They are ours whoever's chapters
// are shown: it is the program that puts them on the wire.
func readTraces(chapters []load.Chapter) (map[string]string, error) {
	traces := map[string]string{}
	for _, c := range chapters {
		if c.ID != c.Version {
			continue
		}
		text, err := fs.ReadFile(content.FS, c.Folder+"/"+TraceFile)
		if errors.Is(err, fs.ErrNotExist) { // of a new chapter: make golden is about to record it
			continue
		}
		if err != nil {
			return nil, err
		}
		traces[c.Version] = string(text)
	}
	return traces, nil
}

// Script returns what the robot plays of a chapter: what it names, or else what our
// chapter of the version names that it stands on.
func (t Teaching) Script(c load.Chapter) (robot.Script, error) {
	name := c.Script
	for _, o := range t.Ours {
		if name == "" && o.ID == c.Version {
			name = o.Script
		}
	}
	s, ok := robot.FindScript(name)
	if !ok {
		return s, fmt.Errorf("chapter %s: there is no script %q", c.ID, name)
	}
	return s, nil
}

// Standing maps each chapter to the version of the lab that it stands on.
func (t Teaching) Standing() map[string]string {
	versions := map[string]string{}
	for _, c := range t.Chapters {
		versions[c.ID] = c.Version
	}
	return versions
}
