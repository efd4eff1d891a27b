// Package load reads the chapters of the lab from Markdown files, checks them,
// and renders their prose to HTML, in which the words of the glossary lead to it.
//
// A chapter is a folder, NN-slug, which orders the chapters and names the page:
//
//	03-pkce/
//	  chapter.md   what the chapter is about; its text is the problem
//	  1-run.md     a step: what to do, and by which events it ticks
//	  2-break.md
//	  3-why.md
//	  4-mend.md
//	  5-ask.md     questions that close it, answered by choosing or by doing
//	  in-your-app.md   what to check in an app of one's own, a book of few entries
//
// A chapter whose id is a version of the lab, as the catalogue names them (v03),
// says what that version adds. Any other says which version it stands on: the lab is
// that version's, with all that there is in it. Its script says what happens where it is
// run: the robot plays it to check the chapter, and to record its golden trace.
//
// A chapter whose steps are all of kind read is an interlude: it has text and sections,
// and nothing is run, broken or mended in it.
//
// Each file begins with front matter in YAML between two lines of three dashes.
// Reading is strict, and its messages speak to authors: a key that nobody knows,
// a field that is missing and a name that the catalogue does not hold are errors
// with file and line, and all of them are reported at once.
//
// Beside the chapters stand the books glossary.md, troubleshooting.md and asvs.md, which hold
// many entries a file, each with front matter of its own, read as strictly (book).
//
// A folder of lessons is somebody's. Files are read as any editor saves them: with a
// byte order mark, with the line ends of any system, as UTF-16 where they say so. What
// other programs keep in the folder, and files that are no text for a step (pictures,
// README.md, LICENSE), are passed over; what seems to be meant for a chapter and is
// called otherwise is an error. Everything has a bound: how long a file is and how many
// there are, how deep its text is nested, and how much a page becomes.
package load

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"

	"oauthlab/lessons"
)

// Format is the version of the files' layout that this package reads.
const Format = 1

// Tree is a folder of chapters.
type Tree struct {
	Name  string // as its author calls it, which messages begin with; may be empty
	FS    fs.FS
	Books fs.FS // holds the glossary and the troubleshooting page; nil where FS does
}

// Chapter is a chapter with the files that it was read from.
type Chapter struct {
	lessons.Chapter
	Folder string   // its folder's name, by which chapters are ordered
	About  *File    // chapter.md
	Pages  []*File  // its steps, in their order
	Plays  [][]Play // of each step, how a robot answers its questions by doing, in their order
	Checks []Check  // of an app of the learner's own
}

// GoalPath leads to a goal of a step in the step's file.
func (c Chapter) GoalPath(step, goal int) []any {
	if c.Steps[step].Kind != lessons.Ask {
		return at("goals", goal)
	}
	for i, q := range c.Steps[step].Questions {
		if len(q.Options) > 0 {
			continue
		}
		if goal == 0 {
			return at("questions", i, "goal")
		}
		goal--
	}
	return at("questions")
}

// IsInterlude reports whether there is nothing to do in the chapter but to read.
func (c Chapter) IsInterlude() bool {
	return len(c.Steps) > 0 && !slices.ContainsFunc(c.Steps, func(s lessons.Step) bool { return s.Kind != lessons.Read })
}

// Chapters reads the chapters of a tree that has no name, as Read does.
func Chapters(fsys fs.FS) ([]lessons.Chapter, error) {
	read, err := Read(Tree{FS: fsys})
	if err != nil {
		return nil, err
	}
	return Plain(read), nil
}

// Read reads every chapter of a tree, one folder each, in the order of the folders'
// numbers. The error joins everything that is wrong, each a Finding; what could be
// read of the chapters comes with it.
func Read(t Tree) ([]Chapter, error) {
	l := newLoader(t)
	var chapters []Chapter
	for _, folder := range l.chapterFolders() {
		chapters = append(chapters, l.chapter(folder))
	}
	return chapters, errors.Join(l.problems...)
}

// newLoader makes a loader of a tree, whose prose leads to the words of the books.
func newLoader(t Tree) *loader {
	books := t.Books
	if books == nil {
		books = t.FS
	}
	return &loader{fsys: t.FS, root: t.Name, left: maxTree, markdown: leadingTo(books), chapters: map[string]string{}}
}

// Plain returns the chapters without the files that they were read from.
func Plain(chapters []Chapter) []lessons.Chapter {
	plain := make([]lessons.Chapter, len(chapters))
	for i, c := range chapters {
		plain[i] = c.Chapter
	}
	return plain
}

// Beside returns both lists as one, in the order of the folders' numbers. A chapter
// of others takes the place of ours with the same id.
func Beside(ours, others []Chapter) []Chapter {
	all := slices.Clone(ours)
	for _, c := range others {
		i := slices.IndexFunc(all, func(o Chapter) bool { return o.ID == c.ID })
		if i >= 0 {
			c.Folder = all[i].Folder // it stands where ours stood
			c.Part = cmp.Or(c.Part, all[i].Part)
			all[i] = c
		} else {
			all = append(all, c)
		}
	}
	slices.SortStableFunc(all, func(a, b Chapter) int { return byNumber(a.Folder, b.Folder) })
	return all
}

// loader reads one tree of content.
type loader struct {
	fsys     fs.FS
	root     string // the tree's name
	left     int    // bytes of text that may still be read
	markdown markdown
	chapters map[string]string // id: where it was given, to name both places of a duplicate
	problems []error
}

// called returns a file or folder of the tree as messages call it.
func (l *loader) called(name string) string {
	if l.root == "" {
		return called(name)
	}
	return called(filepath.Join(l.root, filepath.FromSlash(name)))
}

// complain notes a problem with a file or folder as a whole.
func (l *loader) complain(name, format string, args ...any) {
	l.problems = append(l.problems, Finding{File: l.called(name), Message: fmt.Sprintf(format, args...)})
}

// chapter reads the folder dir.
func (l *loader) chapter(dir string) Chapter {
	steps, about, inYourApp := l.stepFiles(dir)

	var front chapterFront
	f := &File{name: l.called(dir + "/" + chapterFile)}
	if about {
		f = l.read(dir+"/"+chapterFile, &front)
	}
	f.checkChapter(front)
	f.checkUnique("chapter", front.ID, l.chapters)
	c := Chapter{Folder: dir, About: f, Chapter: lessons.Chapter{
		Script:      front.Script,
		ID:          front.ID,
		Version:     front.version(),
		Before:      front.before(),
		Part:        front.Part,
		Path:        "/" + front.ID + "-" + folderName.FindStringSubmatch(dir)[2],
		Title:       front.Title,
		Question:    front.Question,
		Description: front.Description,
		Problem:     f.html,
		Protections: front.Adds,
		Attacks:     front.Attacks,
		Sections:    front.Sections,
		Client:      front.Client,
		Tour:        front.Tour,
	}}
	l.problems = append(l.problems, inOrder(f.problems)...)

	known := &front
	if f.doubtful() {
		known = nil
	}
	seen := map[string]string{}
	for _, name := range steps {
		step, plays, page := l.step(dir+"/"+name, known, seen)
		c.Steps, c.Plays, c.Pages = append(c.Steps, step), append(c.Plays, plays), append(c.Pages, page)
	}
	if inYourApp {
		c.Checks = l.checks(dir + "/" + inYourAppFile)
	}
	return c
}

// step reads one step of the chapter, which is nil where it could not be read.
func (l *loader) step(name string, chapter *chapterFront, seen map[string]string) (lessons.Step, []Play, *File) {
	var front stepFront
	f := l.read(name, &front)
	f.checkStep(front, chapter)
	f.checkUnique("step", front.ID, seen)
	l.problems = append(l.problems, inOrder(f.problems)...)
	step := lessons.Step{
		ID:         front.ID,
		Kind:       front.Kind,
		Title:      front.Title,
		Body:       f.html,
		Prediction: front.Prediction,
		Protection: front.Protection,
		Switch:     front.Switch,
		Attack:     front.Attack,
		Guard:      front.Guard,
		Tool:       front.Tool,
		Goals:      front.Goals,
		Hint:       front.Hint,
	}
	var plays []Play
	if front.Kind == lessons.Ask {
		step.Questions, step.Goals, plays = front.questions()
	}
	return step, plays, f
}
