package site

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"oauthlab/lessons/api"
	"oauthlab/server/feed"
)

// refusal is an answer to a call that cannot be served: what programs read, what
// people read, and what to do about it.
type refusal struct {
	status int
	body   api.Error
}

func (r *refusal) Error() string { return r.body.Description }

func refuse(status int, code, description, hint string) *refusal {
	return &refusal{status, api.Error{Error: code, Description: description, Hint: hint}}
}

// Refusals that more than one call gives.
var (
	errUnknownLab = refuse(http.StatusNotFound, "unknown_lab",
		"There is no lab under this id.", "Labs that nobody uses expire. Make a new one: POST /api/labs.")
	errKey = refuse(http.StatusUnauthorized, "invalid_key",
		"This is not the key of the lab.", "Send the key that the lab's creation answered: Authorization: Bearer <key>.")
	errUnknownPath = refuse(http.StatusNotFound, "unknown_path",
		"The lab's API has nothing at this path.", "The calls are described in the README.")
	errUnknownAttack = refuse(http.StatusNotFound, "unknown_attack",
		"There is no such attack.", "GET /api/attacks lists them.")
	errNoMail = refuse(http.StatusNotFound, "no_mail",
		"No mail comes in this attack.", "GET /api/attacks tells which have one. Run the others: POST /api/labs/{id}/attacks/{attack}.")
)

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(body) //nolint:errcheck // the caller has gone
}

// readJSON decodes the one JSON object of a bounded body, strictly: a field that
// the API does not know is an error, not a wish that quietly went unheard.
func (a *API) readJSON(w http.ResponseWriter, r *http.Request, into any) error {
	most := a.MaxBody
	if most <= 0 {
		most = feed.DefaultMaxBody
	}
	dec := json.NewDecoder(http.MaxBytesReader(w, r.Body, most))
	dec.DisallowUnknownFields()
	err := dec.Decode(into)
	if err == nil && dec.More() {
		err = errors.New("something follows the object")
	}
	var over *http.MaxBytesError
	switch {
	case errors.As(err, &over):
		return refuse(http.StatusRequestEntityTooLarge, "too_large", fmt.Sprintf("The body is longer than %d KiB.", most>>10), "Send less.")
	case errors.Is(err, io.EOF):
		return refuse(http.StatusBadRequest, "invalid_json", "The body is empty.", "Send one JSON object.")
	case err != nil:
		return refuse(http.StatusBadRequest, "invalid_json",
			fmt.Sprintf("The body is not the JSON that this call takes: %.200s.", err), "Send one JSON object with the fields of the call.")
	}
	return nil
}
