package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
)

const (
	// batch is how many messages one read asks for. The server lets nobody
	// write to the stream while it collects them, so it is small.
	batch = 64

	// batchBytes ends a batch early, so that little of a log is in memory at once.
	batchBytes = 1 << 20

	// readTimeout is how long a read waits for the server's next message.
	readTimeout = 5 * time.Second
)

// message is one stored message.
type message struct {
	subject string
	seq     uint64 // its place in the stream; grows, with holes, along a subject
	data    []byte
}

// batchRead asks a stream for many messages at once. It is JetStream's batched
// direct get, which the client library does not offer yet:
// https://github.com/nats-io/nats-architecture-and-design/blob/main/adr/ADR-31.md
type batchRead struct {
	From     uint64   `json:"seq,omitempty"`          // first place to look at
	Subject  string   `json:"next_by_subj,omitempty"` // messages on this subject, in order
	Batch    int      `json:"batch,omitempty"`
	MaxBytes int      `json:"max_bytes,omitempty"`
	LastOf   []string `json:"multi_last,omitempty"` // or the last message of each of these subjects
}

// read performs r on a stream. More says that the batch ended before the messages did.
func (s *Store) read(ctx context.Context, stream string, r batchRead) (found []message, more bool, err error) {
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
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	for {
		m, err := answers.NextMsgWithContext(ctx)
		if err != nil {
			return nil, false, fmt.Errorf("read %s: %w", stream, err)
		}
		switch status := m.Header.Get("Status"); status {
		case "":
			seq, err := strconv.ParseUint(m.Header.Get(nats.JSSequence), 10, 64)
			if err != nil {
				return nil, false, fmt.Errorf("read %s: message without a sequence: %w", stream, err)
			}
			found = append(found, message{subject: m.Header.Get(nats.JSSubject), seq: seq, data: m.Data})
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
