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
	"regexp"

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

// Chapters reads every chapter of fsys, one folder each, in the order of the
// folders' names. Files beside the folders, and files in a folder that are not
// Markdown, are not its business. The error joins everything that is wrong.
func Chapters(fsys fs.FS) ([]lessons.Chapter, error) {
	entries, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return nil, fmt.Errorf("load chapters: %w", err)
	}
	l := loader{fsys: fsys, markdown: newMarkdown(fsys), chapters: map[string]string{}}
	l.markdown.phrases = phrases(fsys)
	var chapters []lessons.Chapter
	for _, entry := range entries {
		if entry.IsDir() {
			chapters = append(chapters, l.chapter(entry.Name()))
		}
	}
	if len(l.problems) > 0 {
		return nil, errors.Join(l.problems...)
	}
	return chapters, nil
}

// loader reads one tree of content.
type loader struct {
	fsys     fs.FS
	markdown markdown
	chapters map[string]string // id: where it was given, to name both places of a duplicate
	problems []error
}

// chapter reads the folder dir.
func (l *loader) chapter(dir string) lessons.Chapter {
	slug := folderName.FindStringSubmatch(dir)
	if slug == nil {
		l.problems = append(l.problems, fmt.Errorf(`%s: a chapter's folder is named "NN-slug", such as 03-pkce`, dir))
		return lessons.Chapter{}
	}
	steps := l.stepFiles(dir)

	var front chapterFront
	f := l.read(dir+"/"+chapterFile, &front)
	f.checkChapter(front)
	f.checkUnique("chapter", front.ID, l.chapters)
	c := lessons.Chapter{
		ID:          front.ID,
		Path:        "/" + front.ID + "-" + slug[1],
		Title:       front.Title,
		Question:    front.Question,
		Description: front.Description,
		Problem:     f.html,
		Protections: front.Adds,
		Attacks:     front.Attacks,
		Sections:    front.Sections,
	}
	l.problems = append(l.problems, f.problems...)

	known := &front
	if !f.decoded {
		known = nil
	}
	seen := map[string]string{}
	for _, name := range steps {
		c.Steps = append(c.Steps, l.step(dir+"/"+name, known, seen))
	}
	return c
}

// step reads one step of the chapter, which is nil where it could not be read.
func (l *loader) step(name string, chapter *chapterFront, seen map[string]string) lessons.Step {
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
	}
}

// stepFiles returns the names of a chapter's steps, in their order. They count
// from 1 without gaps, so that a step that was lost is noticed.
func (l *loader) stepFiles(dir string) []string {
	entries, err := fs.ReadDir(l.fsys, dir)
	if err != nil {
		l.problems = append(l.problems, fmt.Errorf("%s: %w", dir, err))
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
			l.problems = append(l.problems, fmt.Errorf(`%s/%s: a step's file is named "N-name.md", such as 1-run.md`, dir, name))
			continue
		}
		steps = append(steps, name)
		if want := fmt.Sprint(len(steps)); number[1] != want {
			l.problems = append(l.problems, fmt.Errorf("%s/%s: steps count from 1 without gaps, and this one is number %s", dir, name, want))
		}
	}
	if len(steps) == 0 {
		l.problems = append(l.problems, fmt.Errorf("%s: the chapter has no steps", dir))
	}
	return steps
}
