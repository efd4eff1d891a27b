package authserver

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"oauthlab/lessons/guard"
	"oauthlab/server/lab"
)

// Error is a protocol error: what the specification says, and what helps the
// learner. The codes are those of RFC 6749 §4.1.2.1 and §5.2.
type Error struct {
	Code        string `json:"error"`
	Description string `json:"error_description"` // a sentence
	Hint        string `json:"hint,omitempty"`    // what to do about it; the lab's own, which clients ignore
}

// Error codes of RFC 6749, in the order in which they are listed there.
const (
	codeInvalidRequest          = "invalid_request"
	codeInvalidClient           = "invalid_client"
	codeInvalidGrant            = "invalid_grant"
	codeUnsupportedGrantType    = "unsupported_grant_type"
	codeUnsupportedResponseType = "unsupported_response_type"
)

// refused makes an Error of what Enforce returned: code and hint are the guard's.
func refused(err error) *Error {
	var r *lab.Refusal
	if !errors.As(err, &r) {
		return &Error{Code: codeInvalidRequest, Description: sentence(err.Error())}
	}
	part, _ := guard.FindPart(r.Guard)
	return &Error{Code: part.Code, Description: sentence(r.Reason), Hint: part.Hint}
}

// sentence turns a reason into one.
func sentence(reason string) string {
	if reason == "" {
		return ""
	}
	return strings.ToUpper(reason[:1]) + reason[1:] + "."
}

// asQuery returns the parameters of an error redirect (RFC 6749 §4.1.2.1).
func (e *Error) asQuery(state string) url.Values {
	q := url.Values{"error": {e.Code}, "error_description": {describable(e.Description)}}
	if state != "" {
		q.Set("state", state)
	}
	return q
}

// describable leaves the characters that an error_description may have:
// %x20-21, %x23-5B and %x5D-7E (RFC 6749 §5.2).
func describable(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '"':
			return '\''
		case r < 0x20 || r > 0x7e || r == '\\':
			return '?'
		}
		return r
	}, s)
}

// writeJSON answers with a body that nobody may keep: RFC 6749 §5.1 demands both headers.
func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Pragma", "no-cache")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(body) //nolint:errcheck // the recorder's buffer takes all
}

// writeError answers with the error response of RFC 6749 §5.2.
func writeError(w http.ResponseWriter, status int, e *Error) {
	writeJSON(w, status, Error{e.Code, describable(e.Description), e.Hint})
}
