package endpoint

import (
	"net/http"

	"oauthlab/lessons/guard"
	"oauthlab/server/lab"
)

// Handler serves a row and knows what it takes. What it returns as an error it has not
// written: an *Error is answered as it is, anything else as a fault.
type Handler struct {
	serve func(http.ResponseWriter, *http.Request, *lab.Handling) error
	takes []any // zero structs of what the requests carry
}

// Takes returns the zero structs of what the requests carry.
func (h Handler) Takes() []any { return h.takes }

// Or returns the handler of requests that may carry one of the other structs as well,
// which the server decodes.
func (h Handler) Or(others ...any) Handler {
	h.takes = append(h.takes[:len(h.takes):len(h.takes)], others...)
	return h
}

// Within returns the handler of requests that around serves, by serve or not at all.
func (h Handler) Within(around func(w http.ResponseWriter, r *http.Request, t *lab.Handling, serve func(http.ResponseWriter) error) error) Handler {
	return Handler{takes: h.takes, serve: func(w http.ResponseWriter, r *http.Request, t *lab.Handling) error {
		return around(w, r, t, func(w http.ResponseWriter) error { return h.serve(w, r, t) })
	}}
}

// Plain handles requests without parameters of their own.
func Plain(serve func(http.ResponseWriter, *http.Request, *lab.Handling) error) Handler {
	return Handler{serve: serve}
}

// Form handles requests with parameters, once they were read into R. See Decode.
func Form[R any](serve func(http.ResponseWriter, *http.Request, *lab.Handling, R) error) Handler {
	return Checked(func(w http.ResponseWriter, r *http.Request, t *lab.Handling, req R, wrong Wrong) error {
		if e := wrong.First(); e != nil {
			return e
		}
		return serve(w, r, t, req)
	})
}

// Checked is Form for an endpoint at which not all that is wrong is answered alike. What
// cannot be read at all is refused before.
func Checked[R any](serve func(http.ResponseWriter, *http.Request, *lab.Handling, R, Wrong) error) Handler {
	return Handler{takes: []any{*new(R)}, serve: func(w http.ResponseWriter, r *http.Request, t *lab.Handling) error {
		values, e := Values(r)
		if e != nil {
			return e
		}
		req, wrong := Decode[R](values, rulesOf(t))
		return serve(w, r, t, req, wrong)
	}}
}

// JSON handles requests with one JSON object as their body.
func JSON[R any](serve func(http.ResponseWriter, *http.Request, *lab.Handling, R) error) Handler {
	return Handler{takes: []any{*new(R)}, serve: func(w http.ResponseWriter, r *http.Request, t *lab.Handling) error {
		var body R
		if e := DecodeJSON(r.Body, &body); e != nil {
			return e
		}
		return serve(w, r, t, body)
	}}
}

func rulesOf(t *lab.Handling) guard.Rules {
	if t == nil {
		return guard.Rules{}
	}
	return t.Settings.Rules()
}
