package authserver

import (
	"net/http"

	"oauthlab/server/lab"
)

// tokenChapter brings the token endpoint.
const tokenChapter = "v03"

// laterEndpoints are endpoints of an authorization server that this one does not
// have yet, by path below the issuer, with the chapter that brings them.
func laterEndpoints() map[string]string {
	return map[string]string{
		"/api/me":                           "v04",
		"/introspect":                       "v06",
		"/userinfo":                         "v07",
		"/.well-known/openid-configuration": "v07",
		"/jwks":                             "v08",
		"/revoke":                           "v16",
		"/par":                              "v20",
		"/register":                         "v22",
		"/device_authorization":             "v23",
	}
}

// since serves an endpoint from a chapter on, and says so before.
func since(chapter string, next serveFunc) serveFunc {
	return func(w http.ResponseWriter, r *http.Request, t *lab.Turn) {
		if t.Settings.StandsOn() < chapter {
			comesWith(chapter)(w, r, t)
			return
		}
		next(w, r, t)
	}
}

// comesWith answers for an endpoint that another chapter brings.
func comesWith(chapter string) serveFunc {
	return func(w http.ResponseWriter, _ *http.Request, t *lab.Turn) {
		writeError(w, http.StatusNotFound, &Error{
			codeInvalidRequest, "This endpoint comes with chapter " + chapter + ".",
			"This lab is in chapter " + t.Settings.Chapter + ". Open the later chapter to use it.",
		})
	}
}
