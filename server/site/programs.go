package site

import (
	"bytes"
	"errors"
	"net/http"
	"strconv"

	"oauthlab/lessons/api"
	"oauthlab/lessons/event"
	"oauthlab/server/endpoint"
	"oauthlab/server/lab"
	"oauthlab/server/snippet"
)

// programs shows a request of the log as programs that send it again, a language a sheet.
func (a *API) programs(w http.ResponseWriter, r *http.Request, t *lab.Handling) error {
	request, err := a.requestAt(r, t)
	if err != nil {
		return err
	}
	var answer api.Sheets
	for _, s := range snippet.Requests(request) {
		var text bytes.Buffer
		if err := clientTemplates.ExecuteTemplate(&text, "code", s); err != nil {
			return err
		}
		answer.Sheets = append(answer.Sheets, api.Sheet{ID: s.ID, Title: s.Title, Body: text.String()})
	}
	endpoint.WriteJSON(w, http.StatusOK, answer)
	return nil
}

// errFound ends the reading of a log.
var errFound = errors.New("found")

// requestAt returns the request at the position of the log that the path names.
func (a *API) requestAt(r *http.Request, t *lab.Handling) (found *event.Request, err error) {
	if seq, err := strconv.ParseUint(r.PathValue("seq"), 10, 64); err == nil && seq > 0 {
		err = a.Labs.Store.Events(r.Context(), t.ID, seq-1, func(e event.Event) error {
			if e.Seq == seq {
				found = e.Request
			}
			return errFound
		})
		if err != nil && !errors.Is(err, errFound) {
			return nil, err
		}
	}
	if found == nil {
		return nil, endpoint.Refuse(http.StatusNotFound, "unknown_request", "The log has no request at this position.",
			"GET /api/labs/{id}/events lists what it has; seq is the position.")
	}
	return found, nil
}
