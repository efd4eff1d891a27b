package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"

	"github.com/google/uuid"

	"oauthlab/lessons/event"
)

func logSubject(lab uuid.UUID) string  { return eventSubject + lab.String() }
func feedSubject(lab uuid.UUID) string { return followSubject + lab.String() }

// Append adds events to the lab's log in the order given, with the next
// positions, and returns the log's last position. An event whose ID the log has
// taken during the last two minutes is not stored twice, which is no error; for
// events that may be older, see AppendOnce. If Append fails half-way, the first
// of the events are stored, and it may be called again with all of them.
//
// An event that is not valid, or of KindGap, is refused; one of more than
// MaxEvent bytes with ErrTooLarge. Append does not ask if the lab exists.
func (s *Store) Append(ctx context.Context, lab uuid.UUID, events ...event.Event) (last uint64, err error) {
	return s.appendChecked(ctx, lab, events, nil)
}

// AppendOnce is Append for a caller that does not know how old its events are,
// such as a client that comes back after a night asleep: it looks through the
// whole log for their IDs first, which takes milliseconds.
func (s *Store) AppendOnce(ctx context.Context, lab uuid.UUID, events ...event.Event) (last uint64, err error) {
	return s.appendChecked(ctx, lab, events, new(uint64))
}

func (s *Store) appendChecked(ctx context.Context, lab uuid.UUID, events []event.Event, after *uint64) (uint64, error) {
	if err := s.begin(); err != nil {
		return 0, err
	}
	defer s.end()
	defer s.took("append")()
	for _, e := range events {
		if _, err := encodeEvent(e, 0); err != nil {
			return 0, fmt.Errorf("append events: %w", err)
		}
	}
	last, err := s.append(ctx, lab, events, after)
	if err != nil {
		return 0, fmt.Errorf("append events: %w", err)
	}
	return last, nil
}

// encodeEvent returns e as the log stores it at position seq.
func encodeEvent(e event.Event, seq uint64) ([]byte, error) {
	if err := e.Validate(); err != nil {
		return nil, err
	}
	if e.Kind == event.KindGap {
		return nil, errors.New("a gap is no event of the log")
	}
	e.Seq = seq
	data, err := json.Marshal(e)
	if err != nil {
		return nil, fmt.Errorf("encode event: %w", err)
	}
	if len(data) > MaxEvent {
		return nil, fmt.Errorf("%w: event of %d bytes, at most %d", ErrTooLarge, len(data), MaxEvent)
	}
	return data, nil
}

// append is Append without checks. If after is given, the events are known not
// to stand in the log up to that place of the stream, and those that stand
// behind it are skipped: that holds for any time, not only for the server's
// window. The order of events is kept either way.
func (s *Store) append(ctx context.Context, lab uuid.UUID, events []event.Event, after *uint64) (uint64, error) {
	unlock, err := s.logLocks.lock(ctx, lab.String())
	if err != nil {
		return 0, err
	}
	defer unlock()

	var seen map[string]bool // ids of events that the log has; nil: the server's window decides
	at, known := s.tails.get(lab)
	if after != nil {
		seen = make(map[string]bool)
	}
	switch {
	case after != nil && !(known && at.stream == *after):
		at, err = s.look(ctx, lab, *after, events, seen)
	case !known:
		at, err = s.readTail(ctx, lab)
	}
	if err != nil {
		return 0, err
	}
	behind := false // at is known not to be the end
	for i, try := 0, 0; i < len(events); {
		e := events[i]
		if seen[e.ID] {
			i++
			continue
		}
		data, err := encodeEvent(e, at.seq+1)
		if err != nil {
			return 0, err
		}
		// The id names the lab too: what a client calls its events in one lab
		// is nothing to another.
		ack, err := s.publish(ctx, logSubject(lab), lab.String()+"/"+e.ID, at.stream, data)
		switch {
		case err == nil && ack.Duplicate:
			behind = true
			i++
		case err == nil:
			at = tail{stream: ack.Sequence, seq: at.seq + 1}
			s.tails.put(lab, at)
			e.Seq = at.seq
			s.options.Appended(lab, e)
			behind = false
			i++
		case errors.Is(err, errConflict):
			if try > 0 {
				if err := pause(ctx, try); err != nil {
					return 0, err
				}
			}
			try++
			if seen != nil {
				at, err = s.look(ctx, lab, at.stream, events[i:], seen)
			} else {
				at, err = s.readTail(ctx, lab)
			}
			if err != nil {
				return 0, err
			}
			behind = false
		default:
			return 0, fmt.Errorf("publish event: %w", err)
		}
	}
	if behind {
		if at, err = s.readTail(ctx, lab); err != nil {
			return 0, err
		}
	}
	return at.seq, nil
}

// look walks the log from behind the place after to its end, notes in seen
// which of events it meets, and returns the end.
func (s *Store) look(ctx context.Context, lab uuid.UUID, after uint64, events []event.Event, seen map[string]bool) (tail, error) {
	wanted := make(map[string]bool, len(events))
	for _, e := range events {
		wanted[e.ID] = true
	}
	for {
		var end tail
		err := s.walk(ctx, lab, after+1, func(at uint64, e event.Event) error {
			end = tail{stream: at, seq: e.Seq}
			if wanted[e.ID] {
				seen[e.ID] = true
			}
			return nil
		})
		if err != nil {
			return tail{}, err
		}
		if end.stream > 0 {
			s.tails.put(lab, end)
			return end, nil
		}
		// Nothing behind after: the log ends there, or its end has aged away,
		// or somebody is appending right now.
		if end, err = s.readTail(ctx, lab); err != nil || end.stream <= after {
			return end, err
		}
	}
}

// walk reads the log from a place of the stream on to its end, as far as the copy
// has it that answers. Who appends on that ground is refused and looks again; who
// must have all compares with readTail.
func (s *Store) walk(ctx context.Context, lab uuid.UUID, from uint64, each func(at uint64, e event.Event) error) error {
	for more := true; more; {
		var found []message
		var err error
		found, more, err = s.read(ctx, eventsName, batchRead{
			From: max(from, 1), Subject: logSubject(lab), Batch: batch, MaxBytes: batchBytes,
		})
		if err != nil {
			return err
		}
		for _, m := range found {
			var e event.Event
			if err := json.Unmarshal(m.data, &e); err != nil {
				return fmt.Errorf("decode event: %w", err)
			}
			if err := each(m.seq, e); err != nil {
				return err
			}
			from = m.seq + 1
		}
	}
	return nil
}

// Last returns the position of the lab's last event, 0 for none. It does not
// complete outboxes.
func (s *Store) Last(ctx context.Context, lab uuid.UUID) (uint64, error) {
	if err := s.begin(); err != nil {
		return 0, err
	}
	defer s.end()
	t, err := s.readTail(ctx, lab)
	if err != nil {
		return 0, fmt.Errorf("last event: %w", err)
	}
	return t.seq, nil
}

// tail is where a log ends.
type tail struct {
	stream uint64 // place of the last event in the stream; 0: the log holds none
	seq    uint64 // its position in the log
}

// tail returns where the log ended at some moment: perhaps just now, perhaps
// earlier, if this process has not heard of another's appending.
func (s *Store) tail(ctx context.Context, lab uuid.UUID) (tail, error) {
	if t, ok := s.tails.get(lab); ok {
		return t, nil
	}
	return s.readTail(ctx, lab)
}

// readTail asks the server where the log ends. A log without events, new or
// aged away, ends at the highest position that a document of the lab knows.
func (s *Store) readTail(ctx context.Context, lab uuid.UUID) (tail, error) {
	m, err := s.get(ctx, eventsName, oneRead{LastOf: logSubject(lab)})
	if err == nil {
		at, err := position(m)
		if err != nil {
			return tail{}, err
		}
		t := tail{stream: m.seq, seq: at}
		s.tails.put(lab, t)
		return t, nil
	}
	if !errors.Is(err, errNoMessage) {
		return tail{}, fmt.Errorf("read end of log: %w", err)
	}
	all, err := s.documentsOf(ctx, lab)
	if err != nil {
		return tail{}, fmt.Errorf("read end of log: %w", err)
	}
	var t tail
	for _, d := range all {
		t.seq = max(t.seq, d.env.Position)
	}
	s.tails.put(lab, t)
	return t, nil
}

// maxTails bounds how many logs this process remembers the end of.
const maxTails = 8192

// tails remembers where logs ended, as far as this process knows. A tail that
// is out of date costs a publish that is refused, never more.
type tails struct {
	mu *sync.Mutex
	of map[uuid.UUID]tail // guarded by mu
}

func newTails() tails { return tails{mu: new(sync.Mutex), of: make(map[uuid.UUID]tail)} }

func (t tails) get(lab uuid.UUID) (tail, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	at, ok := t.of[lab]
	return at, ok
}

func (t tails) put(lab uuid.UUID, at tail) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, ok := t.of[lab]; !ok && len(t.of) >= maxTails {
		for any := range t.of { // whichever comes first: asking again is cheap
			delete(t.of, any)
			break
		}
	}
	t.of[lab] = at
}

func (t tails) drop(lab uuid.UUID) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.of, lab)
}
