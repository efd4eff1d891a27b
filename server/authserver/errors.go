package authserver

import (
	"net/http"

	"oauthlab/server/endpoint"
	"oauthlab/server/lab"
)

// Error codes of RFC 6749 §4.1.2.1 and §5.2, in the order in which they are listed there,
// beside invalid_request.
const (
	codeInvalidClient           = "invalid_client"
	codeInvalidGrant            = "invalid_grant"
	codeUnauthorizedClient      = "unauthorized_client"
	codeUnsupportedGrantType    = "unsupported_grant_type"
	codeUnsupportedResponseType = "unsupported_response_type"
	codeInvalidScope            = "invalid_scope"
	codeInvalidTarget           = "invalid_target" // RFC 8707 §2
)

// refused makes an error of what Enforce returned (RFC 6749 §4.1.2.1, §5.2).
func refused(err error) *endpoint.Error { return endpoint.Refused(err, http.StatusBadRequest) }

// fail is the one place where errors are written: where people come, as a page, and for
// programs as the error response of RFC 6749 §5.2. A fault is said in the words of whoever
// ran into it, wherever that was.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, t *lab.Handling, caller endpoint.Caller, err error) {
	e := s.explain(t, err)
	if caller == endpoint.Navigation && (e.Status < http.StatusInternalServerError || isPerson(r)) {
		s.showError(w, e)
		return
	}
	s.writeError(w, e)
}

// explain turns any error into one that can be answered with.
func (s *Server) explain(t *lab.Handling, err error) *endpoint.Error {
	return endpoint.Explained("The authorization server remembers no more of this lab.", err, func() {
		s.Log.Error("endpoint", "party", s.Party, "lab", t.ID, "err", err)
	})
}

// writeJSON answers with a body that nobody may keep: RFC 6749 §5.1 demands both headers.
func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Pragma", "no-cache")
	endpoint.WriteJSON(w, status, body)
}

// writeError answers with the error response of RFC 6749 §5.2.
func (s *Server) writeError(w http.ResponseWriter, e *endpoint.Error) {
	e.SetHeaders(w)
	writeJSON(w, e.Status, e.Spoken(s.helpWith(e.Description)))
}
