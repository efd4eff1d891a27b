package store

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"

	"github.com/google/uuid"

	"oauthlab/lessons/event"
	"oauthlab/lessons/frame"
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

// told is an event on its way into a log. It is encoded once.
type told struct {
	id      string
	encoded []byte       // as by frame.Encode
	event   *event.Event // nil: as encoded
}

// tell encodes an event, or says why the log does not take it.
func tell(e event.Event) (told, error) {
	if err := e.Validate(); err != nil {
		return told{}, err
	}
	if e.Kind == event.KindGap {
		return told{}, errors.New("a gap is no event of the log")
	}
	data, err := frame.Encode(e)
	if err != nil {
		return told{}, fmt.Errorf("encode event: %w", err)
	}
	if len(data) > MaxEvent {
		return told{}, fmt.Errorf("%w: event of %d bytes, at most %d", ErrTooLarge, len(data), MaxEvent)
	}
	return told{id: e.ID, encoded: data, event: &e}, nil
}

// tellAll is tell for each of events.
func tellAll(events []event.Event) ([]told, error) {
	all := make([]told, len(events))
	for i, e := range events {
		var err error
		if all[i], err = tell(e); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// size is how long the events are, encoded, in bytes.
func size(events []told) (n int) {
	for _, e := range events {
		n += len(e.encoded)
	}
	return n
}

// outbox is what was saved with a version of a document. It stays there: that it was
// told is remembered by the process that did, and another looks for it once.
type outbox struct {
	events []told
	after  uint64      // place in the stream of events at which the log ended before it was saved
	behind uint64      // position of the log there
	done   atomic.Bool // all of it stands in the log
}

// waits reports whether there is something that may not stand in the log. A nil outbox is empty.
func (o *outbox) waits() bool { return o != nil && !o.done.Load() }

// envelope is what the store keeps beside a document.
type envelope struct {
	// Position is the lab's last position in its log that the writer knew. It
	// is what positions go on from when all events have aged away.
	Position uint64 `json:"n"`

	// After is the place in the stream of events at which the log ended before
	// the outbox was saved: none of its events stands before it.
	After uint64 `json:"after,omitempty"`

	// Told is how many events the outbox has.
	Told int `json:"told,omitempty"`

	// Old is the outbox as the first format has it.
	Old []event.Event `json:"outbox,omitempty"`
}

// encodeValue returns what the bucket holds under a key: the envelope as one line of
// JSON, the events of the outbox, one a line, and then the document, so that each is read
// without the others.
func encodeValue(position uint64, out *outbox, doc []byte) ([]byte, error) {
	e := envelope{Position: position}
	var events []told
	if out != nil {
		events = out.events
		e.After, e.Told = out.after, len(events)
	}
	line, err := json.Marshal(e)
	if err != nil {
		return nil, fmt.Errorf("encode outbox: %w", err)
	}
	value := make([]byte, 0, len(line)+1+size(events)+len(events)+len(doc))
	value = append(append(value, line...), '\n')
	for _, one := range events {
		value = append(append(value, one.encoded...), '\n')
	}
	return append(value, doc...), nil
}

// decodeValue is the reverse of encodeValue, for the first format too. out is nil where
// there are no events.
func decodeValue(value []byte) (position uint64, out *outbox, doc []byte, err error) {
	line, rest, found := bytes.Cut(value, []byte{'\n'})
	if !found {
		return 0, nil, nil, errors.New("decode outbox: no second line")
	}
	var e envelope
	if err := json.Unmarshal(line, &e); err != nil {
		return 0, nil, nil, fmt.Errorf("decode outbox: %w", err)
	}
	var events []told
	if len(e.Old) > 0 {
		if events, err = tellAll(e.Old); err != nil {
			return 0, nil, nil, fmt.Errorf("decode outbox: %w", err)
		}
	}
	for range e.Told {
		if line, rest, found = bytes.Cut(rest, []byte{'\n'}); !found {
			return 0, nil, nil, fmt.Errorf("decode outbox: fewer than %d events", e.Told)
		}
		one := told{encoded: slices.Clone(line)} // not to keep the document with it
		if one.id, err = frame.IDOf(line); err != nil {
			return 0, nil, nil, fmt.Errorf("decode outbox: %w", err)
		}
		events = append(events, one)
	}
	if len(events) > 0 {
		out = &outbox{events: events, after: e.After, behind: e.Position}
	}
	return e.Position, out, rest, nil
}

// finish sees to it that what was saved with a document stands in the log, with more
// behind it. It may be done again, by anybody, at any time; more is for who does it
// first, and new.
func (s *Store) finish(ctx context.Context, lab uuid.UUID, out *outbox, more ...told) error {
	if !out.waits() && len(more) == 0 {
		return nil
	}
	if err := s.append(ctx, lab, out, more); err != nil {
		return fmt.Errorf("append outbox: %w", err)
	}
	return nil
}

// finishSoon finishes a change that has happened, whether or not its caller
// still waits. What fails here is only put off.
func (s *Store) finishSoon(ctx context.Context, lab uuid.UUID, out *outbox) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), finishTimeout)
	defer cancel()
	if err := s.finish(ctx, lab, out); err != nil {
		s.log.Warn("events wait in their document", "lab", lab, "error", err)
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
	v, err := s.load(ctx, lab, key)
	if err == nil {
		err = s.finish(ctx, lab, v.out)
	}
	if errors.Is(err, ErrNotFound) {
		return nil // removed
	}
	return err
}

// completeLab finishes the outboxes of all documents of the lab, so that the
// log tells whatever the documents show.
func (s *Store) completeLab(ctx context.Context, lab uuid.UUID) error {
	all, err := s.versionsOf(ctx, lab)
	if err != nil {
		return fmt.Errorf("complete log: %w", err)
	}
	for _, v := range all {
		if !v.out.waits() {
			continue
		}
		if err := s.complete(ctx, lab, v.key); err != nil {
			return fmt.Errorf("complete log: %w", err)
		}
	}
	return nil
}

// Frame is what one request or one step tells: events that go into the log together,
// with those of the changes that it causes between them.
type Frame struct {
	store *Store
	lab   uuid.UUID
	first []event.Event // not saved with a document yet
	saved *outbox       // of the last change; nil: there was none
}

// NewFrame begins a frame with events, which are kept in memory until a change is made
// in the frame, or Tell is called. A frame is not safe for concurrent use.
func (s *Store) NewFrame(lab uuid.UUID, events ...event.Event) *Frame {
	return &Frame{store: s, lab: lab, first: events}
}

// Add adds what was told without a change: it stands behind all that the frame has told so far.
// If this returns an error, the frame is as it was.
func (f *Frame) Add(ctx context.Context, out Outbox) error {
	if len(out.events) > 0 && f.saved.waits() {
		if err := f.Tell(ctx); err != nil {
			return err
		}
	}
	f.first = append(f.first, out.events...)
	return nil
}

// Tell adds events to the frame and appends it. It returns when all of it stands in the
// log, as whoever calls another party in the midst of a request must know; what is told
// after that is appended behind it. Where it fails, changes that were made stand, and what they told is appended by whoever
// touches their documents next.
func (f *Frame) Tell(ctx context.Context, events ...event.Event) error {
	if err := f.store.begin(); err != nil {
		return err
	}
	defer f.store.end()
	defer f.store.took("append")()
	more, err := tellAll(append(f.first, events...))
	if err != nil {
		return fmt.Errorf("append events: %w", err)
	}
	if err := f.store.finish(ctx, f.lab, f.saved, more...); err != nil {
		return err
	}
	f.first, f.saved = nil, nil
	return nil
}

// atSaved passes the fault point behind a save.
func atSaved(out *outbox) {
	if out != nil {
		fault.At(fault.DocumentSaved)
	}
}
