// Package route serves HTTP by pattern, and can tell which patterns there are, so that
// a test can hold each of them to the rules of the house.
package route

import (
	"net/http"
	"slices"
	"strings"
)

// Mux is an http.ServeMux that knows its patterns. The zero value is empty.
type Mux struct {
	http.ServeMux
	patterns []string
}

// Handle is http.ServeMux's.
func (m *Mux) Handle(pattern string, next http.Handler) {
	m.patterns = append(m.patterns, pattern)
	m.ServeMux.Handle(pattern, next)
}

// HandleFunc is http.ServeMux's.
func (m *Mux) HandleFunc(pattern string, next func(http.ResponseWriter, *http.Request)) {
	m.Handle(pattern, http.HandlerFunc(next))
}

// lister is a handler that knows its patterns.
type lister interface{ list() []string }

func (m *Mux) list() []string { return m.patterns }

// Patterns returns the patterns that h serves, in order; none where it does not know.
func Patterns(h http.Handler) []string {
	l, ok := h.(lister)
	if !ok {
		return nil
	}
	return slices.Sorted(slices.Values(l.list()))
}

// wrapped is a handler with the patterns of others.
type wrapped struct {
	http.Handler
	patterns []string
}

func (w wrapped) list() []string { return w.patterns }

// Wrap returns outer with the patterns of those that it leads to.
func Wrap(outer http.Handler, inner ...http.Handler) http.Handler {
	w := wrapped{Handler: outer}
	for _, h := range inner {
		w.patterns = append(w.patterns, Patterns(h)...)
	}
	return w
}

// permissions are those that no page of any party asks for.
const permissions = "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"

// Guard sets the headers that every answer has, unless next says otherwise: a content
// security policy, no guessing of types, no referrer, no devices. A policy that says
// nothing of images allows the origin's own: for whatever stands in a tab, JSON too, a
// browser fetches the origin's icon, and complains on the console where it may not.
func Guard(policy string, next http.Handler) http.Handler {
	if !strings.Contains(policy, "img-src ") {
		policy += "; img-src 'self'"
	}
	return Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Permissions-Policy", permissions)
		next.ServeHTTP(w, r)
	}), next)
}
