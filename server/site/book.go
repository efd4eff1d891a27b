package site

import (
	"embed"
	"fmt"
	"net/http"
	"strings"
	"time"

	"oauthlab/lessons"
	"oauthlab/lessons/load"
	"oauthlab/server/asset"
)

//go:embed pages/book.html pages/entry.html pages/glossary.html pages/troubleshooting.html pages/reference.html pages/asvs.html pages/client-bench.html pages/class.html pages/embed.html
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

// bookPages are those pages, without their bodies.
func bookPages() []bookPage {
	return []bookPage{
		{
			Path: glossaryPath, Title: "Glossary",
			Description: "The words of OAuth in one to three sentences each: roles, tokens, endpoints, attacks, protections, errors and status codes, with their sections.",
		},
		{
			Path: troubleshootingPath, Title: "Troubleshooting",
			Description: "Every error of the lab, what usually causes it and what helps, from invalid_grant to a frame that stays empty, with the sections of the RFCs.",
		},
		{
			Path: referencePath, Title: "Reference",
			Description: "Every endpoint, parameter, protection and attack of the lab, generated from the code that runs.",
		},
		{
			Path: asvsPath, Title: "ASVS V10",
			Description: "What OWASP ASVS 5.0 asks of OAuth and OpenID Connect, number by number in plain words: where the lab teaches it, switches it off, attacks and tests it.",
		},
		{
			Path: clientBenchPath, Title: "Client bench",
			Description: "Point your OAuth or OpenID Connect client at a server that does one thing wrong, and see whether it notices; and what go-oidc, openid-client and oidc-client-ts do.",
		},
		{
			Path: embedPath, Title: "Recordings",
			Description: "Flows and attacks of the lab, recorded, to show in a page or a slide of yours.",
		},
		{
			Path: classPath, Title: "For a class",
			Description: "How to say what a class is to do in the lab, how learners hand it in as files, and how one command makes a table of them.",
		},
	}
}

// bookPaths are their paths.
func bookPaths() []string {
	var paths []string
	for _, page := range bookPages() {
		paths = append(paths, page.Path)
	}
	return paths
}

// Course is what the pages lead to: the chapters that are there, those to come, and what each
// chapter says of an app of one's own, by its id.
type Course struct {
	Chapters  []lessons.Chapter
	Coming    []load.Coming
	InYourApp map[string][]load.Check
}

// filled returns the pages with what their own templates show.
func (b *Books) filled(course Course) ([]bookPage, error) {
	reference, err := newReference(b.asvs)
	if err != nil {
		return nil, err
	}
	bench, err := newClientBench()
	if err != nil {
		return nil, err
	}
	held, err := newRecordings(course)
	if err != nil {
		return nil, err
	}
	bodies := map[string]any{
		glossaryPath: b.glossary, troubleshootingPath: b.troubles, referencePath: reference, asvsPath: asvs{b.asvs, course},
		clientBenchPath: bench, classPath: nil, embedPath: held,
	}
	pages := bookPages()
	for i, page := range pages {
		pages[i].Body = bodies[page.Path]
	}
	return pages, nil
}

// pages renders the pages, by path.
func (b *Books) pages(origin string, course Course) (map[string]string, error) {
	pages, err := b.filled(course)
	if err != nil {
		return nil, err
	}
	rendered := map[string]string{}
	for _, page := range pages {
		page.Chapters, page.Pages, page.Origin = course.Chapters, pages, origin
		if rendered[page.Path], err = b.draw(page.Path, "book", page); err != nil {
			return nil, err
		}
	}
	return rendered, nil
}

// draw draws data by a template of the page's file, or of those that all pages share.
func (b *Books) draw(path, name string, data any) (string, error) {
	t, err := b.templates(path[1:])
	if err != nil {
		return "", fmt.Errorf("page %s: %w", path, err)
	}
	var text strings.Builder
	if err := t.ExecuteTemplate(&text, name, data); err != nil {
		return "", fmt.Errorf("page %s: %w", path, err)
	}
	return text.String(), nil
}

// serveText serves a text that stays as it is.
func serveText(contentType, text string) http.Handler {
	tag := asset.Tag(asset.Hash([]byte(text)))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", contentType)
		asset.Keep(w.Header(), false, tag)
		http.ServeContent(w, r, "", time.Time{}, strings.NewReader(text))
	})
}
