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
	ErrNewer    = errors.New("store: the data folder is of a newer release")
	ErrDamaged  = errors.New("store: the data folder is damaged") // what was acknowledged is gone
	ErrClosed   = errors.New("store: closed")
	ErrReplicas = errors.New("store: the NATS server has no room for the replicas")
	ErrForeign  = errors.New("store: this process does not open such documents")

	ErrUnauthorized = errors.New("store: the NATS server does not let this process in")
)

// What never leaves the package: somebody else wrote first, or may have, and there is
// nothing at such a place of a stream.
var (
	errConflict  = errors.New("store: written by another meanwhile")
	errStale     = errors.New("store: judged by a version that may be old")
	errNoMessage = errors.New("store: no such message")
)

// Codes of JetStream for which the client library has no name.
const (
	codeNoPeers   jetstream.ErrorCode = 10005 // not enough servers for the replicas
	codeNoLeader  jetstream.ErrorCode = 10008 // temporarily unavailable
	codeNotLeader jetstream.ErrorCode = 10009
	codeNoCluster jetstream.ErrorCode = 10074 // replicas without a cluster
	codeUnderWay  jetstream.ErrorCode = 10158 // the same message id is being stored
)

// isConflict reports whether the server refused a publish because the subject
// has moved on. A cluster says so with another code while a write is in flight.
func isConflict(err error) bool {
	var api *jetstream.APIError
	return errors.As(err, &api) &&
		(api.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequence ||
			api.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequenceConstant)
}

// isLost reports whether err leaves open if the server got the message, or says
// that there is nobody to take it just now.
func isLost(err error) bool {
	var api *jetstream.APIError
	if errors.As(err, &api) {
		return api.ErrorCode == codeNoLeader || api.ErrorCode == codeNotLeader || api.ErrorCode == codeUnderWay
	}
	return errors.Is(err, nats.ErrTimeout) || errors.Is(err, nats.ErrDisconnected) ||
		errors.Is(err, nats.ErrNoResponders) || errors.Is(err, jetstream.ErrNoStreamResponse)
}

// isUnauthorized reports whether the server refused who connected: its token, its
// certificate or its credentials, or that they have expired or were revoked.
func isUnauthorized(err error) bool {
	return errors.Is(err, nats.ErrAuthorization) || errors.Is(err, nats.ErrAuthExpired) ||
		errors.Is(err, nats.ErrAuthRevoked) || errors.Is(err, nats.ErrAccountAuthExpired)
}
