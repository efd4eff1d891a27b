package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

const (
	// batch is how many messages one read asks for. The server lets nobody
	// write to the stream while it collects them, so it is small.
	batch = 64

	// batchBytes ends a batch early, so that little of a log is in memory at once.
	batchBytes = 1 << 20

	// flushTimeout is how long a follower waits for the server to take its wish.
	flushTimeout = 5 * time.Second
)

// message is one stored message.
type message struct {
	subject string
	seq     uint64 // its place in the stream; grows, with holes, along a subject
	data    []byte
	stored  time.Time // when, by the server's clock
}

// patiently does something that may be done twice until it is no longer for want
// of a server that it fails: a cluster that lost one takes seconds to elect a
// leader in its place. It gives up after finishTimeout, or when ctx ends.
func (s *Store) patiently(ctx context.Context, do func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, finishTimeout)
	defer cancel()
	for try := 0; ; try++ {
		once, done := context.WithTimeout(ctx, tryTimeout)
		err := do(once)
		lost := err != nil && (once.Err() != nil || isLost(err))
		done()
		if !lost || s.isClosed() || pause(ctx, try) != nil {
			return err
		}
	}
}

// oneRead asks for one message: the last of a subject, or the next one of a
// subject from a place of the stream on. The subject may have wildcards.
type oneRead struct {
	LastOf  string `json:"last_by_subj,omitempty"`
	From    uint64 `json:"seq,omitempty"`
	Subject string `json:"next_by_subj,omitempty"`
}

// get returns the message that r asks for as it stands now, or errNoMessage.
func (s *Store) get(ctx context.Context, stream string, r oneRead) (m message, err error) {
	err = s.patiently(ctx, func(ctx context.Context) error {
		m, err = s.getOnce(ctx, stream, r)
		return err
	})
	return m, err
}

// getOnce is get without patience. A direct read is answered by whichever server
// has a copy, also by one that has not heard of the latest writes. Where there is
// one copy that is all the same and quick. Where there are more, whoever reads
// what it or a neighbour has just written must see it, and compare-and-swap must
// not go round on what is stale: so the stream's leader is asked, who alone knows.
func (s *Store) getOnce(ctx context.Context, stream string, r oneRead) (message, error) {
	request, err := json.Marshal(r)
	if err != nil {
		return message{}, fmt.Errorf("encode read: %w", err)
	}
	if s.replicas > 1 {
		return s.getFromLeader(ctx, stream, request)
	}
	m, err := s.requests.RequestWithContext(ctx, "$JS.API.DIRECT.GET."+stream, request)
	if err != nil {
		return message{}, fmt.Errorf("read %s: %w", stream, err)
	}
	switch status := m.Header.Get("Status"); status {
	case "":
		return directMessage(stream, m)
	case "404":
		return message{}, errNoMessage
	default:
		return message{}, fmt.Errorf("read %s: the server answers %s %s", stream, status, m.Header.Get("Description"))
	}
}

// directMessage decodes an answer to a direct read.
func directMessage(stream string, m *nats.Msg) (message, error) {
	seq, err := strconv.ParseUint(m.Header.Get(nats.JSSequence), 10, 64)
	if err != nil {
		return message{}, fmt.Errorf("read %s: message without a sequence: %w", stream, err)
	}
	stored, err := time.Parse(time.RFC3339Nano, m.Header.Get(nats.JSTimeStamp))
	if err != nil {
		return message{}, fmt.Errorf("read %s: message without a time: %w", stream, err)
	}
	return message{subject: m.Header.Get(nats.JSSubject), seq: seq, data: m.Data, stored: stored}, nil
}

func (s *Store) getFromLeader(ctx context.Context, stream string, request []byte) (message, error) {
	m, err := s.requests.RequestWithContext(ctx, "$JS.API.STREAM.MSG.GET."+stream, request)
	if err != nil {
		return message{}, fmt.Errorf("read %s: %w", stream, err)
	}
	var answer struct {
		Error   *jetstream.APIError `json:"error"`
		Message struct {
			Subject  string    `json:"subject"`
			Sequence uint64    `json:"seq"`
			Data     []byte    `json:"data"`
			Time     time.Time `json:"time"`
		} `json:"message"`
	}
	if err := json.Unmarshal(m.Data, &answer); err != nil {
		return message{}, fmt.Errorf("read %s: %w", stream, err)
	}
	if answer.Error != nil {
		if errors.Is(answer.Error, jetstream.ErrMsgNotFound) {
			return message{}, errNoMessage
		}
		return message{}, fmt.Errorf("read %s: %w", stream, answer.Error)
	}
	found := answer.Message
	return message{subject: found.Subject, seq: found.Sequence, data: found.Data, stored: found.Time}, nil
}

// batchRead asks a stream for many messages at once. It is JetStream's batched
// direct get, which the client library does not offer yet:
// https://github.com/nats-io/nats-architecture-and-design/blob/main/adr/ADR-31.md
type batchRead struct {
	From     uint64     `json:"seq,omitempty"`          // first place to look at
	Start    *time.Time `json:"start_time,omitempty"`   // or the first message since
	Subject  string     `json:"next_by_subj,omitempty"` // messages on this subject, in order
	Batch    int        `json:"batch,omitempty"`
	MaxBytes int        `json:"max_bytes,omitempty"`
	LastOf   []string   `json:"multi_last,omitempty"` // or the last message of each of these subjects
}

// read performs r on a stream. More says that the batch ended before the messages
// did. Where there are several copies, it may be one that lags behind that answers.
func (s *Store) read(ctx context.Context, stream string, r batchRead) (found []message, more bool, err error) {
	err = s.patiently(ctx, func(ctx context.Context) error {
		found, more, err = s.readOnce(ctx, stream, r)
		return err
	})
	return found, more, err
}

func (s *Store) readOnce(ctx context.Context, stream string, r batchRead) (found []message, more bool, err error) {
	request, err := json.Marshal(r)
	if err != nil {
		return nil, false, fmt.Errorf("encode read: %w", err)
	}
	inbox := s.requests.NewInbox()
	answers, err := s.requests.SubscribeSync(inbox)
	if err != nil {
		return nil, false, fmt.Errorf("read %s: %w", stream, err)
	}
	defer func() { _ = answers.Unsubscribe() }() // fails only where the connection is gone anyway
	if err := s.requests.PublishRequest("$JS.API.DIRECT.GET."+stream, inbox, request); err != nil {
		return nil, false, fmt.Errorf("read %s: %w", stream, err)
	}
	for {
		m, err := answers.NextMsgWithContext(ctx)
		if err != nil {
			return nil, false, fmt.Errorf("read %s: %w", stream, err)
		}
		switch status := m.Header.Get("Status"); status {
		case "":
			one, err := directMessage(stream, m)
			if err != nil {
				return nil, false, err
			}
			found = append(found, one)
		case "204": // end of batch
			pending := m.Header.Get("Nats-Num-Pending")
			return found, len(found) > 0 && pending != "" && pending != "0", nil
		case "404": // nothing there
			return found, false, nil
		default:
			return nil, false, fmt.Errorf("read %s: the server answers %s %s", stream, status, m.Header.Get("Description"))
		}
	}
}
