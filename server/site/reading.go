package site

import (
	"bytes"
	"embed"
	"html/template"
	"slices"
	"strings"

	"oauthlab/app/timeline"
	"oauthlab/app/ui/page"
	"oauthlab/lessons/api"
	"oauthlab/lessons/guard"
	"oauthlab/lessons/load"
	"oauthlab/lessons/trace"
)

//go:embed pages/reading.html pages/changes.html
var readingFiles embed.FS

// unscripted is the style sheet that a browser loads besides where scripts are off: the
// screen, on which nothing could be pressed, makes room for a page to read.
const unscripted = `<noscript><link rel="stylesheet" href="/web/css/unscripted.css"></noscript>`

// reading is what a page says to who runs no script.
type reading struct {
	page.Content
	Books []bookPage
	Code  CodeBook
}

// html draws the page, or for the landing page, which can be read as it is, a line.
func (r reading) html() (string, error) {
	funcs := changesFuncs()
	funcs["html"] = func(s string) template.HTML { return template.HTML(s) } //nolint:gosec // of our own Markdown
	funcs["inc"] = func(i int) int { return i + 1 }
	t, err := template.New("").Funcs(funcs).ParseFS(readingFiles, "pages/*.html")
	if err != nil {
		return "", err
	}
	var text bytes.Buffer
	err = t.ExecuteTemplate(&text, "reading", r)
	return strings.TrimSpace(text.String()), err
}

// CodeOf returns the code that a part of the catalogue runs.
func (r reading) CodeOf(part string) *api.Code {
	if code, has := r.Code[guard.ID(part)]; has {
		return &code
	}
	return nil
}

// Added returns the protections that the chapter adds, or is about.
func (r reading) Added() []guard.Protection {
	return slices.DeleteFunc(slices.Clone(guard.Catalogue()), func(p guard.Protection) bool {
		return !slices.Contains(r.Chapter.Protections, p.ID)
	})
}

// Beside returns the chapters before and after; the zero value where there is none.
func (r reading) Beside() (near struct{ Before, After page.ChapterLink }) {
	there := slices.DeleteFunc(slices.Clone(r.Chapters), func(l page.ChapterLink) bool { return l.Path == "" })
	i := slices.IndexFunc(there, func(l page.ChapterLink) bool { return l.ID == r.Chapter.ID })
	if i > 0 {
		near.Before = there[i-1]
	}
	if i >= 0 && i+1 < len(there) {
		near.After = there[i+1]
	}
	return near
}

// contents returns what each page says, by path.
func contents(a *API, coming []load.Coming) (map[string]page.Content, error) {
	links := curriculum(a.Chapters, coming)
	byPath := map[string]page.Content{"/": {Path: "/", Chapters: links}}
	for _, c := range a.Chapters {
		changes, err := changesOf(c, a.Traces, a.Code).html()
		if err != nil {
			return nil, err
		}
		byPath[c.Path] = page.Content{
			Path: c.Path, Chapter: c, Attacks: attacksOf(c), Chapters: links,
			Coming:  timeline.ComingIn(timeline.Reduce(trace.Events(a.Traces[c.Version]))),
			Changes: changes, Terms: a.Books.parameters,
		}
	}
	for path, content := range byPath {
		text, err := reading{Content: content, Books: bookPages(), Code: a.Code}.html()
		if err != nil {
			return nil, err
		}
		content.Reading = text
		byPath[path] = content
	}
	return byPath, nil
}
