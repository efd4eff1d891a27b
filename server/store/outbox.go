package store

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"oauthlab/lessons/event"
	"oauthlab/server/fault"
)

// Outbox collects what an Update tells. It is good for the one call of apply
// that it was given to.
type Outbox struct {
	events []event.Event
}

// Add appends e to what will be told. Its ID is unique among all events; its
// Seq is given by the log. An event that is not valid makes the Update fail.
func (o *Outbox) Add(e event.Event) { o.events = append(o.events, e) }

// envelope is what the store keeps beside a document.
type envelope struct {
	// Position is the lab's last position in its log that the writer knew. It
	// is what positions go on from when all events have aged away.
	Position uint64 `json:"n"`

	// After is the place in the stream of events at which the log ended before
	// the outbox was saved: none of its events stands before it.
	After uint64 `json:"after,omitempty"`

	Outbox []event.Event `json:"outbox,omitempty"` // saved, perhaps not yet appended
}

// encode returns what the bucket holds under a key: the envelope as one line of
// JSON, and on a second the document, so that either is read without the other.
func (e envelope) encode(doc []byte) ([]byte, error) {
	line, err := json.Marshal(e)
	if err != nil {
		return nil, fmt.Errorf("encode outbox: %w", err)
	}
	return slices.Concat(line, []byte{'\n'}, doc), nil
}

// decodeEnvelope is the reverse of encode.
func decodeEnvelope(value []byte) (e envelope, doc []byte, err error) {
	line, doc, found := bytes.Cut(value, []byte{'\n'})
	if !found {
		return e, nil, errors.New("decode outbox: no second line")
	}
	if err := json.Unmarshal(line, &e); err != nil {
		return e, nil, fmt.Errorf("decode outbox: %w", err)
	}
	return e, doc, nil
}

// checkOutbox refuses what the log would refuse, while nothing is saved yet.
func checkOutbox(events []event.Event) error {
	total := 0
	for _, e := range events {
		data, err := encodeEvent(e, 0)
		if err != nil {
			return err
		}
		total += len(data)
	}
	if total > MaxOutbox {
		return fmt.Errorf("%w: events of %d bytes in one change, at most %d", ErrTooLarge, total, MaxOutbox)
	}
	return nil
}

// finish appends the outbox of a saved document to the log and clears it. It
// may be done again, by anybody, at any time. errConflict: somebody else has
// written the document since, and so has finished first.
func (s *Store) finish(ctx context.Context, p pending) (saved, error) {
	if len(p.env.Outbox) == 0 {
		return p.saved, nil
	}
	fault.At(fault.DocumentSaved)
	p, err := s.appendOutbox(ctx, p)
	if err != nil {
		return saved{}, err
	}
	fault.At(fault.OutboxTold)
	return s.clearOutbox(ctx, p)
}

func (s *Store) appendOutbox(ctx context.Context, p pending) (pending, error) {
	last, err := s.append(ctx, p.lab, p.env.Outbox, &p.env.After)
	if err != nil {
		return p, fmt.Errorf("append outbox: %w", err)
	}
	p.env.Position = max(p.env.Position, last)
	return p, nil
}

func (s *Store) clearOutbox(ctx context.Context, p pending) (saved, error) {
	p.env.Outbox, p.env.After = nil, 0
	now, err := s.save(ctx, p.saved, p.env, p.doc)
	if err != nil {
		return saved{}, fmt.Errorf("clear outbox: %w", err)
	}
	return now, nil
}

// finishSoon finishes a change that has happened, whether or not its caller
// still waits. What fails here is only put off.
func (s *Store) finishSoon(ctx context.Context, p pending) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), finishTimeout)
	defer cancel()
	if _, err := s.finish(ctx, p); err != nil && !errors.Is(err, errConflict) {
		s.log.Warn("events wait in their document", "lab", p.lab, "document", p.saved.key, "error", err)
	}
}

// complete finishes what the document of key has in its outbox, if anything. It
// takes the document's lock, so that it waits for a change under way in this
// process rather than doing its work twice.
func (s *Store) complete(ctx context.Context, lab uuid.UUID, key string) error {
	unlock, err := s.documentLocks.lock(ctx, key)
	if err != nil {
		return err
	}
	defer unlock()
	p, err := s.load(ctx, lab, key)
	if err == nil {
		_, err = s.finish(ctx, p)
	}
	if errors.Is(err, ErrNotFound) || errors.Is(err, errConflict) {
		return nil // removed, or finished by another
	}
	return err
}

// completeLab finishes the outboxes of all documents of the lab, so that the
// log tells whatever the documents show.
func (s *Store) completeLab(ctx context.Context, lab uuid.UUID) error {
	all, err := s.documentsOf(ctx, lab)
	if err != nil {
		return fmt.Errorf("complete log: %w", err)
	}
	for _, d := range all {
		if len(d.env.Outbox) == 0 {
			continue
		}
		if err := s.complete(ctx, lab, d.key); err != nil {
			return fmt.Errorf("complete log: %w", err)
		}
	}
	return nil
}
