package site

import (
	"slices"

	"oauthlab/app/ui/page"
	"oauthlab/lessons"
	"oauthlab/lessons/load"
)

// curriculum returns the chapters in the order of the list: those that are there, as
// links, and then those that are to come.
func curriculum(there []lessons.Chapter, coming []load.Coming) []page.ChapterLink {
	links := make([]page.ChapterLink, 0, len(there)+len(coming))
	for _, c := range there {
		links = append(links, page.ChapterLink{ID: c.ID, Title: c.Title, Part: c.Part, Path: c.Path, Tour: c.Tour})
	}
	for _, c := range coming {
		if !slices.ContainsFunc(links, func(l page.ChapterLink) bool { return l.ID == c.ID }) {
			links = append(links, page.ChapterLink{ID: c.ID, Title: c.Title, Part: c.Part})
		}
	}
	return links
}

// partOfCourse is a stretch of the course: chapters under one heading.
type partOfCourse struct {
	Title    string // "" for chapters that say none
	Chapters []listedChapter
}

// listedChapter is a line of the list of chapters.
type listedChapter struct {
	page.ChapterLink
	Marks []mark // what the learner can do in it
}

// mark is ticked in the browser when the learner has done a part of a chapter's loop.
type mark struct {
	Chapter string
	Kind    lessons.StepKind
	Word    string // "broken"
}

// partsOf returns the chapters by the parts of the course, each part where its first
// chapter stands. loops says which kinds of step each chapter has, by its id.
func partsOf(links []page.ChapterLink, loops map[string][]lessons.StepKind) []partOfCourse {
	var parts []partOfCourse
	for _, link := range links {
		i := slices.IndexFunc(parts, func(p partOfCourse) bool { return p.Title == link.Part })
		if i < 0 {
			i = len(parts)
			parts = append(parts, partOfCourse{Title: link.Part})
		}
		one := listedChapter{ChapterLink: link}
		for _, kind := range loops[link.ID] {
			one.Marks = append(one.Marks, mark{link.ID, kind, didWord(kind)})
		}
		parts[i].Chapters = append(parts[i].Chapters, one)
	}
	return parts
}

// didWord says that the steps of a kind are done.
func didWord(kind lessons.StepKind) string {
	switch kind {
	case lessons.Break:
		return "broken"
	case lessons.Mend:
		return "mended"
	}
	return string(kind) // run, read
}

// loopsOf returns the kinds of step that are marked in the list, by chapter: the parts of
// the loop, or of a chapter that has none, that it was read.
func loopsOf(chapters []lessons.Chapter) map[string][]lessons.StepKind {
	loops := map[string][]lessons.StepKind{}
	for _, c := range chapters {
		for _, kind := range []lessons.StepKind{lessons.Run, lessons.Break, lessons.Mend} {
			if slices.ContainsFunc(c.Steps, func(s lessons.Step) bool { return s.Kind == kind }) {
				loops[c.ID] = append(loops[c.ID], kind)
			}
		}
		if loops[c.ID] == nil {
			loops[c.ID] = []lessons.StepKind{lessons.Read}
		}
	}
	return loops
}

// listHTML writes the list of chapters as the page of one of them has it, or for the zero
// value as the landing page has it.
func listHTML(parts []partOfCourse, here page.ChapterLink) (string, error) {
	return written("chapters", struct {
		Parts []partOfCourse
		Here  listedChapter
	}{parts, listedChapter{ChapterLink: here}})
}

// madeUpLoops returns what is marked in a list of chapters that nobody has written.
func madeUpLoops(links []page.ChapterLink) map[string][]lessons.StepKind {
	loops := map[string][]lessons.StepKind{}
	for _, link := range links {
		switch {
		case link.Path == "":
		case link.Number() == "":
			loops[link.ID] = []lessons.StepKind{lessons.Read}
		default:
			loops[link.ID] = []lessons.StepKind{lessons.Run, lessons.Break, lessons.Mend}
		}
	}
	return loops
}
