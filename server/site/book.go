package site

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"net/http"
	"time"

	"oauthlab/lessons"
)

//go:embed pages/book.html pages/entry.html pages/glossary.html pages/troubleshooting.html pages/reference.html
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
func bookPaths() []string { return []string{glossaryPath, troubleshootingPath, "/reference"} }

// internalURLs tells the program in the browser which pages the browser itself
// must load.
func internalURLs(origin string) []string {
	var urls []string
	for _, path := range bookPaths() {
		urls = append(urls, origin+path)
	}
	return urls
}

// pages renders the pages, by path.
func (b *Books) pages(origin string, chapters []lessons.Chapter) (map[string]http.Handler, error) {
	reference, err := newReference()
	if err != nil {
		return nil, err
	}
	pages := []bookPage{
		{
			Path: glossaryPath, Title: "Glossary", Body: b.glossary,
			Description: "The words of OAuth in one to three sentences each: roles, tokens, endpoints, attacks, protections, errors and status codes, with their sections.",
		},
		{
			Path: troubleshootingPath, Title: "Troubleshooting", Body: b.troubles,
			Description: "Every error of the lab, what usually causes it and what helps, from invalid_grant to a frame that stays empty, with the sections of the RFCs.",
		},
		{
			Path: "/reference", Title: "Reference", Body: reference,
			Description: "Every endpoint, parameter, protection and attack of the lab, generated from the code that runs.",
		},
	}
	handlers := map[string]http.Handler{}
	for _, page := range pages {
		page.Chapters, page.Pages, page.Origin = chapters, pages, origin
		if handlers[page.Path], err = page.render(b); err != nil {
			return nil, err
		}
	}
	handlers[troubleshootingPath] = b.leading(handlers[troubleshootingPath])
	return handlers, nil
}

// render returns a handler that serves the page as it is now.
func (p bookPage) render(b *Books) (http.Handler, error) {
	t, err := b.templates(p.Path[1:])
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
