package main

import (
	"net/http"

	"oauthlab/server/lab"
	"oauthlab/server/route"
	"oauthlab/web"
)

// iconPath is what a browser asks an origin for by itself, for whatever it shows in a tab
// that links no icon, such as JSON.
const iconPath = "/favicon.ico"

// withIcon serves the party's icon at iconPath, and next elsewhere.
func withIcon(p lab.Party, next http.Handler) http.Handler {
	mux := &route.Mux{}
	mux.Handle("GET "+iconPath, route.Guard("default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'", icon(p)))
	mux.ServeMux.Handle("/", next) // which tells its patterns itself
	return route.Wrap(mux, mux, next)
}

func icon(p lab.Party) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "public, max-age=86400") // a day
		http.ServeFileFS(w, r, web.FS, p.Icon)
	})
}
