package site

import (
	"net/http"
	"regexp"
	"strings"
)

// shortTrue is an attribute for assistive technology as go-app writes it where it is
// true: by its name alone, as those of HTML are. To ARIA that is no value at all, and a
// switch that is on would be read as off (WAI-ARIA 1.2 §6.2.4).
var shortTrue = regexp.MustCompile(`\b(aria-[a-z]+)([ >])`)

// fixARIA writes "true" out in pages.
func fixARIA(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(&ariaFix{w}, r)
	})
}

// ariaFix is given a page in one piece.
type ariaFix struct{ http.ResponseWriter }

func (s *ariaFix) WriteHeader(status int) {
	if s.isPage() {
		s.Header().Del("Content-Length") // of the page as it was
	}
	s.ResponseWriter.WriteHeader(status)
}

func (s *ariaFix) Write(p []byte) (int, error) {
	if !s.isPage() {
		return s.ResponseWriter.Write(p)
	}
	s.Header().Del("Content-Length")
	if _, err := s.ResponseWriter.Write(shortTrue.ReplaceAll(p, []byte(`$1="true"$2`))); err != nil {
		return 0, err
	}
	return len(p), nil
}

func (s *ariaFix) isPage() bool {
	return strings.HasPrefix(s.Header().Get("Content-Type"), "text/html")
}
