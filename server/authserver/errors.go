package authserver

import (
	"errors"
	"net/http"

	"oauthlab/lessons/guard"
	"oauthlab/lessons/prose"
	"oauthlab/server/endpoint"
	"oauthlab/server/lab"
	"oauthlab/server/store"
)

// Error codes of RFC 6749 §4.1.2.1 and §5.2, in the order in which they are listed there,
// beside invalid_request.
const (
	codeInvalidClient           = "invalid_client"
	codeInvalidGrant            = "invalid_grant"
	codeUnsupportedGrantType    = "unsupported_grant_type"
	codeUnsupportedResponseType = "unsupported_response_type"
	codeInvalidScope            = "invalid_scope"
)

// refused makes an error of what Enforce returned: code and hint are the guard's.
func refused(err error) *endpoint.Error {
	var r *guard.Refusal
	if !errors.As(err, &r) {
		return endpoint.Invalid(prose.Sentence(err.Error()), "").Because(err)
	}
	part, _ := guard.FindPart(r.Guard)
	return endpoint.Refuse(http.StatusBadRequest, part.Code, prose.Sentence(r.Reason), endpoint.Sectioned(part.Hint, part.Section))
}

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

// explain turns any error into one that can be answered with. A fault, of the store or of
// this program, is logged; nothing was changed.
func (s *Server) explain(t *lab.Handling, err error) *endpoint.Error {
	var e *endpoint.Error
	if errors.As(err, &e) {
		return e
	}
	if errors.Is(err, store.ErrTooLarge) {
		return endpoint.Refuse(http.StatusInsufficientStorage, "lab_full",
			"The authorization server remembers no more of this lab.", "Reset the lab: that makes room. Nothing was changed.").Because(err)
	}
	var closed *lab.UnavailableError
	if !errors.As(err, &closed) { // why it is closed has been logged
		s.Log.Error("endpoint", "party", s.Party, "lab", t.ID, "err", err)
	}
	return endpoint.Refuse(http.StatusServiceUnavailable, endpoint.Unavailable,
		"The store of the lab does not answer.", "Try again in a moment. Nothing was changed.").With("Retry-After", "5").Because(err)
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
