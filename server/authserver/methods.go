package authserver

import (
	"net/http"
	"slices"
	"strings"

	"oauthlab/server/lab"
)

type serveFunc = func(http.ResponseWriter, *http.Request, *lab.Turn)

// only answers methods other than those given with JSON, for programs.
func only(next serveFunc, methods ...string) serveFunc {
	return restricted(next, methods, func(w http.ResponseWriter, _ *lab.Turn, e *Error) {
		writeError(w, http.StatusMethodNotAllowed, e)
	})
}

// onlyPages answers them with a page, for people.
func (s *Server) onlyPages(next serveFunc, methods ...string) serveFunc {
	return restricted(next, methods, func(w http.ResponseWriter, t *lab.Turn, e *Error) {
		s.showError(w, http.StatusMethodNotAllowed, e)
	})
}

// restricted serves the methods and has any other refused.
func restricted(next serveFunc, methods []string, refuse func(http.ResponseWriter, *lab.Turn, *Error)) serveFunc {
	return func(w http.ResponseWriter, r *http.Request, t *lab.Turn) {
		if slices.Contains(methods, r.Method) {
			next(w, r, t)
			return
		}
		w.Header().Set("Allow", strings.Join(methods, ", "))
		refuse(w, t, wrongMethod(methods))
	}
}

func wrongMethod(methods []string) *Error {
	return &Error{
		codeInvalidRequest, "This endpoint does not take the method of the request.",
		"It takes " + strings.Join(methods, " and ") + ".",
	}
}

// noEndpoint answers a path below a lab where there is nothing.
func (s *Server) noEndpoint(w http.ResponseWriter, _ *http.Request, t *lab.Turn) {
	writeError(w, http.StatusNotFound, &Error{
		codeInvalidRequest, "The authorization server has no endpoint at this path.",
		"There are /authorize, /login and /token below " + t.Issuer() + ".",
	})
}
