package endpoint

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
)

// Codes of a body that cannot be taken.
const (
	InvalidJSON = "invalid_json"
	TooLarge    = "too_large"
)

// decodeJSON reads the one JSON object of a body, strictly: a field that the endpoint
// does not know is an error, not a wish that quietly went unheard.
func decodeJSON(body io.Reader, into any) *Error {
	dec := json.NewDecoder(body)
	dec.DisallowUnknownFields()
	err := dec.Decode(into)
	if err == nil && dec.More() {
		err = errors.New("something follows the object")
	}
	var over *http.MaxBytesError
	switch {
	case errors.As(err, &over):
		return Refuse(http.StatusRequestEntityTooLarge, TooLarge, fmt.Sprintf("The body is longer than %d KiB.", over.Limit>>10), "Send less.")
	case errors.Is(err, io.EOF):
		return Refuse(http.StatusBadRequest, InvalidJSON, "The body is empty.", "Send one JSON object.")
	case err != nil:
		return Refuse(http.StatusBadRequest, InvalidJSON,
			fmt.Sprintf("The body is not the JSON that this call takes: %.200s.", err), "Send one JSON object with the fields of the call.")
	}
	return nil
}
