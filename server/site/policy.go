package site

import (
	"net/http"
	"strings"

	"oauthlab/lessons/event"
	"oauthlab/server/lab"
	"oauthlab/server/route"
)

// pagePolicy is the content security policy of the client's pages: our own
// scripts and styles, no inline code, WebAssembly, and no network but the lab's
// own origins.
func pagePolicy(parties lab.Parties, o lab.Origins) string {
	socket := "ws" + strings.TrimPrefix(o[event.Lab], "http")
	fetched := strings.Join(parties.Fetched(o), " ")
	framed := strings.Join(parties.Framed(o), " ")
	return strings.Join([]string{
		"default-src 'none'",
		"script-src 'self' 'wasm-unsafe-eval'",
		"style-src 'self'",
		"img-src 'self'",
		"font-src 'self'",
		"connect-src 'self' " + socket + " " + fetched,
		"frame-src 'self' " + framed,
		"manifest-src 'self'",
		"worker-src 'self'",
		"base-uri 'none'",
		"form-action 'none'",
		"frame-ancestors 'none'",
	}, "; ")
}

// callbackPolicy is that of the callback page, which runs in the lab's frame.
const callbackPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"

// guarded sets the headers that every answer of the lab origin has.
func guarded(policy string, next http.Handler) http.Handler {
	return route.Guard(policy, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cross-Origin-Opener-Policy", "same-origin")
		next.ServeHTTP(w, r)
	}))
}
