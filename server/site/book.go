package site

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"time"

	"oauthlab/lessons"
	"oauthlab/lessons/load"
)

//go:embed pages/book.html pages/glossary.html pages/troubleshooting.html pages/reference.html
var bookFiles embed.FS

// bookPage is one of the pages that are read rather than run: no program, no
// script, rendered once.
type bookPage struct {
	Path, Title, Description string
	Body                     any // what the page's own template shows
	Chapters                 []lessons.Chapter
	Pages                    []bookPage // all of them, for the way from one to the other
	Origin                   string     // of the lab
}

// bookPaths are the paths of those pages.
func bookPaths() []string { return []string{"/glossary", "/troubleshooting", "/reference"} }

// internalURLs tells the program in the browser which pages the browser itself
// must load.
func internalURLs(origin string) []string {
	var urls []string
	for _, path := range bookPaths() {
		urls = append(urls, origin+path)
	}
	return urls
}

// books renders the pages, by path.
func books(origin string, chapters []lessons.Chapter, texts fs.FS) (map[string]http.Handler, error) {
	glossary, err := load.Glossary(texts)
	if err != nil {
		return nil, err
	}
	troubles, err := load.Troubles(texts)
	if err != nil {
		return nil, err
	}
	reference, err := newReference()
	if err != nil {
		return nil, err
	}
	pages := []bookPage{
		{
			Path: "/glossary", Title: "Glossary", Body: glossary,
			Description: "The words of OAuth in one to three sentences each: roles, tokens, endpoints, attacks, protections, errors and status codes, with their sections.",
		},
		{
			Path: "/troubleshooting", Title: "Troubleshooting", Body: troubles,
			Description: "Every error of the lab, what usually causes it and what helps, from invalid_grant to a frame that stays empty, with the sections of the RFCs.",
		},
		{
			Path: "/reference", Title: "Reference", Body: reference,
			Description: "Every endpoint, parameter, protection and attack of the lab, generated from the code that runs.",
		},
	}
	names := map[string]string{}
	for _, group := range glossary {
		for _, term := range group.Terms {
			names[term.ID] = term.Name
		}
	}
	handlers := map[string]http.Handler{}
	for _, page := range pages {
		page.Chapters, page.Pages, page.Origin = chapters, pages, origin
		if handlers[page.Path], err = page.render(names); err != nil {
			return nil, err
		}
	}
	return handlers, nil
}

// render returns a handler that serves the page as it is now; terms are the names
// of the glossary, by id.
func (p bookPage) render(terms map[string]string) (http.Handler, error) {
	name := p.Path[1:]
	t, err := template.New("").Funcs(template.FuncMap{
		"html":    func(s string) template.HTML { return template.HTML(s) }, //nolint:gosec // of our own Markdown
		"section": load.Section,
		"term":    func(id string) string { return terms[id] },
	}).ParseFS(bookFiles, "pages/book.html", "pages/"+name+".html")
	if err != nil {
		return nil, fmt.Errorf("page %s: %w", p.Path, err)
	}
	var text bytes.Buffer
	if err := t.ExecuteTemplate(&text, "book", p); err != nil {
		return nil, fmt.Errorf("page %s: %w", p.Path, err)
	}
	sum := sha256.Sum256(text.Bytes())
	tag := `"` + hex.EncodeToString(sum[:8]) + `"`
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Cache-Control", "no-cache") // ask, and be told that nothing has changed
		w.Header().Set("ETag", tag)
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(text.Bytes()))
	}), nil
}
