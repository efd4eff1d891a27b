package endpoint

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"unicode/utf8"
)

// Codes of a body that cannot be taken.
const (
	InvalidJSON = "invalid_json"
	TooLarge    = "too_large"
)

// DecodeJSON reads the one JSON object of a body, strictly: what the endpoint does not know,
// or cannot be told from something else, is an error, not a wish that quietly went unheard.
func DecodeJSON[R any](body io.Reader, into *R) *Error {
	text, err := io.ReadAll(body)
	var over *http.MaxBytesError
	if errors.As(err, &over) {
		return Refuse(http.StatusRequestEntityTooLarge, TooLarge, fmt.Sprintf("The body is longer than %d KiB.", over.Limit>>10), "Send less.")
	}
	if err == nil && len(bytes.TrimSpace(text)) == 0 {
		return Refuse(http.StatusBadRequest, InvalidJSON, "The body is empty.", "Send one JSON object.")
	}
	if err == nil {
		err = checkJSON(text, NamesOf(*into))
	}
	if err == nil {
		dec := json.NewDecoder(bytes.NewReader(text))
		dec.DisallowUnknownFields()
		err = dec.Decode(into)
	}
	if err != nil {
		return Refuse(http.StatusBadRequest, InvalidJSON,
			fmt.Sprintf("The body is not the JSON that this call takes: %.200s.", err), "Send one JSON object with the fields of the call.").Because(err)
	}
	return nil
}

// checkJSON returns what package json would pass over: a name that is there twice, of which
// the last would count (RFC 8259 §4), one in other letters than the given, null, which would
// be as if it were not there, or false, whatever follows the value, and what is not UTF-8
// (§8.1), which would be replaced.
func checkJSON(text []byte, names []string) error {
	if !utf8.Valid(text) {
		return errors.New("it is not UTF-8")
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	if err := checkValue(dec, names); err != nil {
		return err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows the object")
	}
	return nil
}

// checkValue checks the next value, of which an object has the given names, or any.
func checkValue(dec *json.Decoder, names []string) error {
	token, err := dec.Token()
	if err != nil {
		return whole(err)
	}
	if token == nil {
		return errors.New("null says nothing here: leave the field out")
	}
	if token != json.Delim('{') && token != json.Delim('[') {
		return nil
	}
	seen := map[string]bool{}
	for dec.More() {
		if token == json.Delim('{') {
			key, err := dec.Token()
			if err != nil {
				return whole(err)
			}
			name, _ := key.(string)
			if seen[name] {
				return fmt.Errorf("the field %q is there twice", name)
			}
			seen[name] = true
			for _, known := range names {
				if name != known && strings.EqualFold(name, known) {
					return fmt.Errorf("the field %q is written %q", name, known)
				}
			}
		}
		if err := checkValue(dec, nil); err != nil {
			return err
		}
	}
	_, err = dec.Token() // the end of it
	return whole(err)
}

// whole says of JSON that ends too early that it does.
func whole(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
