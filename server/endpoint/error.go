package endpoint

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"oauthlab/lessons/guard"
	"oauthlab/lessons/prose"
)

// Error is an answer that refuses. The protocol's words are for programs and people; the
// status, the headers and the cause go beside them: what HTTP says, and what operators see.
type Error struct {
	Code        string `json:"error"`
	Description string `json:"error_description"`   // a sentence
	Hint        string `json:"hint,omitempty"`      // what to do about it; the lab's own, which clients ignore
	URI         string `json:"error_uri,omitempty"` // a page about it

	Status int         `json:"-"` // of HTTP; 0 where a redirect or a page of another status carries the error
	Header http.Header `json:"-"` // what the answer needs beside its body, such as Allow
	Cause  error       `json:"-"` // what went wrong inside, for the log; nil where the request is to blame
}

// Codes that any endpoint may answer with.
const (
	InvalidRequest = "invalid_request" // RFC 6749 §4.1.2.1, §5.2
	Unavailable    = "temporarily_unavailable"
)

// Refuse makes the answer to a request that cannot be served.
func Refuse(status int, code, description, hint string) *Error {
	return &Error{Code: code, Description: description, Hint: hint, Status: status}
}

// Invalid is the refusal of a request that is malformed, or lacks something.
func Invalid(description, hint string) *Error {
	return Refuse(http.StatusBadRequest, InvalidRequest, description, hint)
}

// Refused makes an error of what Enforce returned: code, hint and section are the guard's.
func Refused(err error, status int) *Error {
	refusal, is := errors.AsType[*guard.Refusal](err)
	if !is {
		return Invalid(prose.Sentence(err.Error()), "").Because(err)
	}
	part, _ := guard.FindPart(refusal.Guard)
	return Refuse(status, part.Code, prose.Sentence(refusal.Reason), Sectioned(part.Hint, part.Section))
}

// Sectioned names the section at the end of a hint that names none, so that whoever is
// refused can read on.
func Sectioned(hint, section string) string {
	if strings.Contains(hint, "RFC ") {
		return hint
	}
	return strings.TrimSuffix(hint, ".") + " (" + section + ")."
}

func (e *Error) Error() string { return e.Description }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Cause }

// With returns the error with one more header.
func (e *Error) With(name, value string) *Error {
	with := *e
	with.Header = e.Header.Clone()
	if with.Header == nil {
		with.Header = http.Header{}
	}
	with.Header.Set(name, value)
	return &with
}

// Because returns the error with what went wrong inside.
func (e *Error) Because(cause error) *Error {
	with := *e
	with.Cause = cause
	return &with
}

// SetHeaders sets the headers of the answer.
func (e *Error) SetHeaders(w http.ResponseWriter) {
	for name, values := range e.Header {
		w.Header()[name] = values
	}
}

// Write answers with the error as JSON.
func (e *Error) Write(w http.ResponseWriter) {
	e.SetHeaders(w)
	WriteJSON(w, e.Status, e)
}

// Spoken returns the error as OAuth carries it (RFC 6749 §4.1.2.1, §5.2): the description
// says what to do as well, because most libraries show nothing else, in the characters
// that it may have, %x20-21, %x23-5B and %x5D-7E. page is about the error.
func (e *Error) Spoken(page string) *Error {
	spoken := *e
	spoken.Description = speakable(strings.TrimSpace(e.Description + " " + e.Hint))
	spoken.URI = page
	return &spoken
}

func speakable(s string) string {
	s = strings.ReplaceAll(s, "§", "section ")
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

// WriteJSON answers with a body that nobody may keep.
func WriteJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(body) //nolint:errcheck // the caller has gone
}
