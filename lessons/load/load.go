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
//
// A chapter whose id is a version of the lab, as the catalogue names them (v03),
// says what that version adds. Any other says which version it stands on: the lab is
// that version's, with all that there is in it.
//
// Each file begins with front matter in YAML between two lines of three dashes.
// Reading is strict, and its messages speak to authors: a key that nobody knows,
// a field that is missing and a name that the catalogue does not hold are errors
// with file and line, and all of them are reported at once.
package load

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"oauthlab/lessons"
)

// Format is the version of the files' layout that this package reads.
const Format = 1

// chapterFile is the one file that every chapter has, beside its steps.
const chapterFile = "chapter.md"

var (
	folderName = regexp.MustCompile(`^[0-9]{2}-([a-z0-9]+(?:-[a-z0-9]+)*)$`)
	stepName   = regexp.MustCompile(`^([1-9])-[a-z0-9-]+\.md$`)
)

// Tree is a folder of chapters.
type Tree struct {
	Name  string // as its author calls it, which messages begin with; may be empty
	FS    fs.FS
	Books fs.FS // holds the glossary and the troubleshooting page; nil where FS does
}

// Chapter is a chapter with the files that it was read from.
type Chapter struct {
	lessons.Chapter
	Folder string  // its folder's name, by which chapters are ordered
	About  *File   // chapter.md
	Pages  []*File // its steps, in their order
}

// Chapters reads the chapters of a tree that has no name, as Read does.
func Chapters(fsys fs.FS) ([]lessons.Chapter, error) {
	read, err := Read(Tree{FS: fsys})
	if err != nil {
		return nil, err
	}
	return Plain(read), nil
}

// Read reads every chapter of a tree, one folder each, in the order of the
// folders' names. Files beside the folders, folders whose name begins with a dot,
// and files in a folder that are not Markdown, are not its business. The error
// joins everything that is wrong; what could be read of the chapters comes with it.
func Read(t Tree) ([]Chapter, error) {
	entries, err := fs.ReadDir(t.FS, ".")
	if err != nil {
		return nil, fmt.Errorf("load chapters: %s: %w", t.Name, missing(err))
	}
	books := t.Books
	if books == nil {
		books = t.FS
	}
	l := loader{fsys: t.FS, root: t.Name, markdown: newMarkdown(books), chapters: map[string]string{}}
	words, _ := Glossary(books) // what is wrong with it is its own reader's to hear
	l.markdown.phrases, l.markdown.traces = phrases(words), traces(words)
	var chapters []Chapter
	for _, entry := range entries {
		if entry.IsDir() && !strings.HasPrefix(entry.Name(), ".") {
			chapters = append(chapters, l.chapter(entry.Name()))
		}
	}
	if len(chapters) == 0 {
		l.problems = append(l.problems, fmt.Errorf("%s: there is no chapter here: a chapter is a folder, such as 01-mine, with a file %s in it", t.Name, chapterFile))
	}
	return chapters, errors.Join(l.problems...)
}

// Plain returns the chapters without the files that they were read from.
func Plain(chapters []Chapter) []lessons.Chapter {
	plain := make([]lessons.Chapter, len(chapters))
	for i, c := range chapters {
		plain[i] = c.Chapter
	}
	return plain
}

// Beside returns both lists as one, in the order of the folders' names. A chapter
// of others takes the place of ours with the same id.
func Beside(ours, others []Chapter) []Chapter {
	all := slices.Clone(ours)
	for _, c := range others {
		i := slices.IndexFunc(all, func(o Chapter) bool { return o.ID == c.ID })
		if i >= 0 {
			c.Folder = all[i].Folder // it stands where ours stood
			all[i] = c
		} else {
			all = append(all, c)
		}
	}
	slices.SortStableFunc(all, func(a, b Chapter) int { return strings.Compare(a.Folder, b.Folder) })
	return all
}

// loader reads one tree of content.
type loader struct {
	fsys     fs.FS
	root     string // the tree's name
	markdown markdown
	chapters map[string]string // id: where it was given, to name both places of a duplicate
	problems []error
}

// called returns a file or folder of the tree as messages call it.
func (l *loader) called(name string) string {
	if l.root == "" {
		return name
	}
	return filepath.Join(l.root, filepath.FromSlash(name))
}

// chapter reads the folder dir.
func (l *loader) chapter(dir string) Chapter {
	slug := folderName.FindStringSubmatch(dir)
	if slug == nil {
		l.problems = append(l.problems, fmt.Errorf(`%s: a chapter's folder is named "NN-slug", such as 03-pkce`, l.called(dir)))
		return Chapter{}
	}
	steps := l.stepFiles(dir)

	var front chapterFront
	f := l.read(dir+"/"+chapterFile, &front)
	f.checkChapter(front)
	f.checkUnique("chapter", front.ID, l.chapters)
	c := Chapter{Folder: dir, About: f, Chapter: lessons.Chapter{
		ID:          front.ID,
		Version:     front.version(),
		Before:      front.before(),
		Path:        "/" + front.ID + "-" + slug[1],
		Title:       front.Title,
		Question:    front.Question,
		Description: front.Description,
		Problem:     f.html,
		Protections: front.Adds,
		Attacks:     front.Attacks,
		Sections:    front.Sections,
		Tour:        front.Tour,
	}}
	l.problems = append(l.problems, f.problems...)

	known := &front
	if !f.decoded {
		known = nil
	}
	seen := map[string]string{}
	for _, name := range steps {
		step, page := l.step(dir+"/"+name, known, seen)
		c.Steps, c.Pages = append(c.Steps, step), append(c.Pages, page)
	}
	return c
}

// step reads one step of the chapter, which is nil where it could not be read.
func (l *loader) step(name string, chapter *chapterFront, seen map[string]string) (lessons.Step, *File) {
	var front stepFront
	f := l.read(name, &front)
	f.checkStep(front, chapter)
	f.checkUnique("step", front.ID, seen)
	l.problems = append(l.problems, f.problems...)
	return lessons.Step{
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
	}, f
}

// stepFiles returns the names of a chapter's steps, in their order. They count
// from 1 without gaps, so that a step that was lost is noticed.
func (l *loader) stepFiles(dir string) []string {
	entries, err := fs.ReadDir(l.fsys, dir)
	if err != nil {
		l.problems = append(l.problems, fmt.Errorf("%s: %w", l.called(dir), missing(err)))
		return nil
	}
	var steps []string
	for _, entry := range entries {
		name := entry.Name()
		if entry.IsDir() || path.Ext(name) != ".md" || name == chapterFile {
			continue
		}
		number := stepName.FindStringSubmatch(name)
		if number == nil {
			l.problems = append(l.problems, fmt.Errorf(`%s: a step's file is named "N-name.md", such as 1-run.md`, l.called(dir+"/"+name)))
			continue
		}
		steps = append(steps, name)
		if want := fmt.Sprint(len(steps)); number[1] != want {
			l.problems = append(l.problems, fmt.Errorf("%s: steps count from 1 without gaps, and this one is number %s", l.called(dir+"/"+name), want))
		}
	}
	if len(steps) == 0 {
		l.problems = append(l.problems, fmt.Errorf("%s: the chapter has no steps", l.called(dir)))
	}
	return steps
}
