package endpoint

import (
	"errors"
	"net/http"

	"oauthlab/server/lab"
	"oauthlab/server/store"
)

// Explained turns any error of a server that keeps a record into one that can be answered
// with; nothing was changed. full is what it says where a lab's record is full. log tells
// operators of a fault, of the store or of this program, which they have not been told of.
func Explained(full string, err error, log func()) *Error {
	if e, is := errors.AsType[*Error](err); is {
		return e
	}
	if errors.Is(err, store.ErrTooLarge) {
		return Refuse(http.StatusInsufficientStorage, "lab_full", full, "Reset the lab: that makes room. Nothing was changed.").Because(err)
	}
	if _, closed := errors.AsType[*lab.UnavailableError](err); !closed { // why it is closed has been logged
		log()
	}
	return Refuse(http.StatusServiceUnavailable, Unavailable,
		"The store of the lab does not answer.", "Try again in a moment. Nothing was changed.").With("Retry-After", "5").Because(err)
}
