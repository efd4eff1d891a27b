package authserver

import (
	"net/http"

	"oauthlab/server/lab"
)

// MadeUpRequest asks for something that is made up.
type MadeUpRequest struct {
	Shape string `form:"shape"`
}

// MadeUpResponse is what is made up.
type MadeUpResponse struct {
	Shape string `json:"shape"`
}

func (s *Server) madeUp(w http.ResponseWriter, _ *http.Request, _ *lab.Handling, req MadeUpRequest) error {
	writeJSON(w, http.StatusOK, MadeUpResponse(req))
	return nil
}
