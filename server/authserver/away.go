package authserver

import (
	"net/http"
	"strings"

	"oauthlab/lessons/api"
	"oauthlab/lessons/event"
	"oauthlab/server/endpoint"
)

// awayPage is for people whose request reaches no lab.
var awayPage = parsePage("away")

type awayView struct {
	Description, Hint string
	Lab               string // its origin
	Help              string // where the lab tells causes and cures
}

// noLab answers a path at which no lab can be.
func (s *Server) noLab(w http.ResponseWriter, r *http.Request) {
	s.turnAway(w, r, http.StatusNotFound, api.Refusal{
		Code:        endpoint.InvalidRequest,
		Description: "There is no lab at this address.",
		Hint:        "Labs that nobody uses expire. Open " + s.Labs.Origins[event.Lab] + " to start a new one.",
	})
}

// whichLab answers who looks for the metadata of an issuer without a path.
func (s *Server) whichLab(w http.ResponseWriter, r *http.Request) {
	s.turnAway(w, r, http.StatusNotFound, api.Refusal{
		Code:        endpoint.InvalidRequest,
		Description: "The address names no lab.",
		Hint:        "Each lab is an authorization server of its own: its metadata are at " + s.Origin + metadataPath + ", with the lab's id behind it (RFC 8414 §3).",
	})
}

// turnAway answers a request that reaches no lab: a person with a page that leads
// back, a program with JSON.
func (s *Server) turnAway(w http.ResponseWriter, r *http.Request, status int, why api.Refusal) {
	if !isPerson(r) {
		w.Header().Set("X-Content-Type-Options", "nosniff")
		s.writeError(w, endpoint.Refuse(status, why.Code, why.Description, why.Hint))
		return
	}
	hint := why.Hint
	if status == http.StatusNotFound {
		hint = "" // the page says the same with a link
	}
	s.showPage(w, status, awayPage, "", awayView{why.Description, hint, s.Labs.Origins[event.Lab], s.helpWith(why.Description)})
}

// isPerson reports whether a browser asks for a page.
func isPerson(r *http.Request) bool {
	if mode := r.Header.Get("Sec-Fetch-Mode"); mode != "" {
		return mode == "navigate"
	}
	return strings.Contains(r.Header.Get("Accept"), "text/html")
}
