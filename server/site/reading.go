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
	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
	"oauthlab/lessons/load"
	"oauthlab/lessons/trace"
)

//go:embed pages/reading.html pages/changes.html pages/in_your_app.html pages/chapters.html pages/markdown.html
var pageFiles embed.FS

// pageTemplates draw what the chapters' pages carry as HTML.
var pageTemplates = template.Must(template.New("").Funcs(pageFuncs()).ParseFS(pageFiles, "pages/*.html"))

// written draws data by the template of a name.
func written(name string, data any) (string, error) {
	var text bytes.Buffer
	err := pageTemplates.ExecuteTemplate(&text, name, data)
	return strings.TrimSpace(text.String()), err
}

// pageFuncs are what the templates ask for.
func pageFuncs() template.FuncMap {
	words := map[trace.Sign]string{trace.Added: "new", trace.Removed: "gone"}
	classes := map[trace.Sign]string{trace.Added: "is-added", trace.Removed: "is-removed", trace.Same: "is-same"}
	return template.FuncMap{
		"anchor": func(number string) string { return strings.ReplaceAll(number, ".", "-") },
		"html":   func(s string) template.HTML { return template.HTML(s) }, //nolint:gosec // of our own Markdown
		"inc":    func(i int) int { return i + 1 },
		"party":  timeline.PartyName,
		"colour": func(p event.Party) string { return p.Row().Class() },
		"narrow": func(text string) string { return strings.ReplaceAll(text, "\t", "  ") },
		"plural": func(n int, one, many string) string {
			if n == 1 {
				return one
			}
			return many
		},
		"section": load.Section,
		"word":    func(s trace.Sign) string { return words[s] },
		"class":   func(s trace.Sign) string { return classes[s] },
	}
}

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
	return written("reading", r)
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
func contents(a *API, course Course) (map[string]page.Content, error) {
	links := curriculum(course.Chapters, course.Coming)
	byPath := map[string]page.Content{"/": {Path: "/", Chapters: links}}
	for _, c := range course.Chapters {
		changes, err := written("changes", changesOf(c, a.Traces, a.Code))
		if err != nil {
			return nil, err
		}
		own, err := written("in-your-app", course.InYourApp[c.ID])
		if err != nil {
			return nil, err
		}
		byPath[c.Path] = page.Content{
			Path: c.Path, Chapter: c, Attacks: attacksOf(c), Chapters: links,
			Coming:  timeline.ComingIn(timeline.Reduce(trace.Events(a.Traces[c.Version]))),
			Changes: changes, InYourApp: own, Terms: a.Books.parameters,
		}
	}
	parts := partsOf(links, loopsOf(a.Chapters))
	for path, content := range byPath {
		list, err := listHTML(parts, page.ChapterLink{ID: content.Chapter.ID, Title: content.Chapter.Title})
		if err != nil {
			return nil, err
		}
		content.List = list
		text, err := reading{Content: content, Books: bookPages(), Code: a.Code}.html()
		if err != nil {
			return nil, err
		}
		content.Reading = text
		byPath[path] = content
	}
	return byPath, nil
}
