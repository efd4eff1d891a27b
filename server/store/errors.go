package store

import (
	"errors"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// What callers can tell apart with errors.Is.
var (
	ErrNotFound = errors.New("store: no such document")
	ErrExists   = errors.New("store: the document exists already")
	ErrTooLarge = errors.New("store: larger than the bound")
	ErrLocked   = errors.New("store: the data folder is in use")
	ErrClosed   = errors.New("store: closed")
)

// errConflict says that somebody else wrote first. It never leaves the package.
var errConflict = errors.New("store: written by another meanwhile")

// isConflict reports whether the server refused a publish because the subject
// has moved on. A cluster says so with another code while a write is in flight.
func isConflict(err error) bool {
	var api *jetstream.APIError
	return errors.As(err, &api) &&
		(api.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequence ||
			api.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequenceConstant)
}

// isLost reports whether err leaves open if the server got the message.
func isLost(err error) bool {
	return errors.Is(err, nats.ErrTimeout) || errors.Is(err, nats.ErrDisconnected) ||
		errors.Is(err, nats.ErrNoResponders) || errors.Is(err, jetstream.ErrNoStreamResponse)
}
