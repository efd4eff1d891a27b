package site

import (
	_ "embed"
	"html/template"
	"io"
	"net/http"
	"strings"

	"oauthlab/app/ui"
	"oauthlab/lessons"
)

//go:embed pages/not_found.html
var notFoundPage string

// findable helps who looks for a page that is not there: a chapter's id alone leads to
// its page, and anything else to a page that says where to go.
func findable(chapters []lessons.Chapter, link func(page string) string, next http.Handler) (http.Handler, error) {
	t, err := template.New("").Parse(notFoundPage)
	if err != nil {
		return nil, err
	}
	var text strings.Builder
	if err := t.Execute(&text, chapters); err != nil {
		return nil, err
	}
	page := link(text.String())
	byID := map[string]string{}
	for _, c := range chapters {
		byID["/"+c.ID] = c.Path
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, ui.StoriesPath) && r.URL.RawQuery == "" {
			// The server alone draws that page; go-app's loader heeds this.
			http.Redirect(w, r, r.URL.Path+"?wasm=false", http.StatusTemporaryRedirect)
			return
		}
		if path, known := byID[r.URL.Path]; known {
			http.Redirect(w, r, path, http.StatusTemporaryRedirect)
			return
		}
		notFound := &notFound{ResponseWriter: w}
		next.ServeHTTP(notFound, r)
		if notFound.lost {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			w.Header().Del("Content-Length")
			w.Header().Del("ETag")
			w.WriteHeader(http.StatusNotFound)
			io.WriteString(w, page) //nolint:errcheck // the caller has gone
		}
	}), nil
}

// notFound holds back an answer that nothing was found.
type notFound struct {
	http.ResponseWriter
	lost bool
}

func (s *notFound) WriteHeader(status int) {
	if status == http.StatusNotFound {
		s.lost = true
		return
	}
	s.ResponseWriter.WriteHeader(status)
}

func (s *notFound) Write(p []byte) (int, error) {
	if s.lost {
		return len(p), nil
	}
	return s.ResponseWriter.Write(p)
}
