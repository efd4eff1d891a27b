package main

import (
	"net/http"

	"oauthlab/server/route"
	"oauthlab/web"
)

// iconPath is what a browser asks an origin for by itself, for whatever it shows in a tab
// that links no icon, such as JSON.
const iconPath = "/favicon.ico"

// icons are the files of package web that are the parties' icons, by role.
func icons() map[string]string {
	return map[string]string{roleLab: "icons/logo.svg", roleAuth: "icons/auth.svg", roleMallory: "icons/mallory.svg"}
}

// withIcon serves the party's icon at iconPath, and next elsewhere.
func withIcon(role string, next http.Handler) http.Handler {
	mux := &route.Mux{}
	mux.Handle("GET "+iconPath, route.Guard("default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'", icon(role)))
	mux.ServeMux.Handle("/", next) // which tells its patterns itself
	return route.Wrap(mux, mux, next)
}

func icon(role string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "public, max-age=86400") // a day
		http.ServeFileFS(w, r, web.FS, icons()[role])
	})
}
