package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/google/uuid"

	"oauthlab/lessons/event"
	"oauthlab/lessons/frame"
	"oauthlab/server/fault"
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
	return s.appendTold(ctx, lab, events, s.lookLately)
}

// AppendOnce is Append for a caller that does not know how old its events are,
// such as a client that comes back after a night asleep: it looks through the
// whole log for their IDs first, which takes milliseconds.
func (s *Store) AppendOnce(ctx context.Context, lab uuid.UUID, events ...event.Event) (last uint64, err error) {
	return s.appendTold(ctx, lab, events, s.lookEverywhere)
}

func (s *Store) appendTold(ctx context.Context, lab uuid.UUID, events []event.Event, look func(context.Context, *appending) error) (uint64, error) {
	if err := s.begin(); err != nil {
		return 0, err
	}
	defer s.end()
	defer s.took("append")()
	a := &appending{lab: lab}
	var err error
	if a.left, err = tellAll(events); err == nil {
		err = s.appendLocked(ctx, a, look)
	}
	if err == nil && a.short {
		a.at, err = s.readTail(ctx, lab)
	}
	if err != nil {
		return 0, fmt.Errorf("append events: %w", err)
	}
	return a.at.seq, nil
}

// append puts into the log what of out is not there yet, and more behind it. The events
// of more are new.
func (s *Store) append(ctx context.Context, lab uuid.UUID, out *outbox, more []told) error {
	a := &appending{lab: lab}
	return s.appendLocked(ctx, a, func(ctx context.Context, a *appending) error {
		if !out.waits() {
			a.left = more
			return s.lookAtEnd(ctx, a)
		}
		a.out, a.left, a.more = out, slices.Concat(out.events, more), len(more)
		return s.lookBehind(ctx, a)
	})
}

// appending is what is left to append to a log, and what is known of the log.
type appending struct {
	lab  uuid.UUID
	left []told

	// None of what was left at first stands in the log up to the place since.
	since uint64
	at    tail // the end of the log, as far as is known
	short bool // at is only where everything was found

	out  *outbox // the first of what was left at first; nil: none of it was saved
	more int     // how many were behind it
}

// appendLocked appends what is left, in as few messages as they may be large, once look
// has learnt what that is. The order of events is kept.
func (s *Store) appendLocked(ctx context.Context, a *appending, look func(context.Context, *appending) error) error {
	unlock, err := s.logLocks.lock(ctx, a.lab.String())
	if err != nil {
		return err
	}
	defer unlock()
	if err := look(ctx, a); err != nil {
		return err
	}
	for try := 0; len(a.left) > 0; {
		now := a.left[:fitting(a.left)]
		encoded := make([][]byte, len(now))
		for i, one := range now {
			encoded[i] = one.encoded
		}
		f := frame.New(a.at.seq+1, now[0].id, encoded)
		// The message's id names the lab too: what a client calls its events in one lab
		// is nothing to another.
		ack, err := s.publish(ctx, logSubject(a.lab), a.lab.String()+"/"+f.ID, a.at.stream, f.Bytes())
		switch {
		case err == nil && !ack.Duplicate:
			s.appended(a, now, tail{stream: ack.Sequence, seq: f.Last()})
		case err == nil:
			// It was stored and the answer was lost, or another process completed it, perhaps
			// without what is last here, or it stands there from long before.
			before := len(a.left)
			if err := s.look(ctx, a, a.since); err != nil {
				return err
			}
			if len(a.left) == before {
				a.left = a.left[1:]
			}
		case errors.Is(err, errConflict):
			if try > 0 {
				if err := pause(ctx, try); err != nil {
					return err
				}
			}
			try++
			if err := s.look(ctx, a, a.at.stream); err != nil {
				return err
			}
		default:
			return fmt.Errorf("publish events: %w", err)
		}
	}
	if a.out != nil {
		a.out.done.Store(true)
		fault.At(fault.OutboxTold)
	}
	return nil
}

// appended notes that events stand in the log, which ends with them.
func (s *Store) appended(a *appending, events []told, end tail) {
	s.lately.add(a.lab, a.at.stream, end.stream, events)
	s.tails.put(a.lab, end)
	for i, one := range events {
		seq := a.at.seq + 1 + uint64(i)
		if one.event != nil {
			e := *one.event
			e.Seq = seq
			s.options.Appended(a.lab, e)
			continue
		}
		var e event.Event
		if err := json.Unmarshal(frame.AppendLine(nil, one.encoded, seq), &e); err == nil {
			s.options.Appended(a.lab, e)
		}
	}
	a.at, a.left = end, a.left[len(events):]
}

// fitting is how many of the events fit into one message.
func fitting(events []told) int {
	room := MaxOutbox + MaxEvent
	for i, one := range events {
		if room -= len(one.encoded); room < 0 {
			return max(i, 1)
		}
	}
	return len(events)
}

// lookAtEnd looks where the log ends. What is left is new, and stands nowhere.
func (s *Store) lookAtEnd(ctx context.Context, a *appending) (err error) {
	a.at, err = s.tail(ctx, a.lab)
	a.since = a.at.stream
	return err
}

// lookBehind looks for what is left behind the place at which the outbox was saved: that
// holds for any time, not only for the server's window.
func (s *Store) lookBehind(ctx context.Context, a *appending) error {
	a.since = a.out.after
	if at, known := s.tails.get(a.lab); known && at.stream == a.since {
		a.at = at // and if it is not, the publish is refused
		return nil
	}
	return s.look(ctx, a, a.since)
}

// lookEverywhere looks for what is left in the whole log.
func (s *Store) lookEverywhere(ctx context.Context, a *appending) error {
	return s.look(ctx, a, 0)
}

// look walks the log from behind a place, removes from what is left what it meets, and
// learns where the log ends.
func (s *Store) look(ctx context.Context, a *appending, after uint64) error {
	for {
		var end tail
		err := s.walk(ctx, a.lab, batchRead{From: after + 1}, func(at uint64, f frame.Frame) error {
			if a.out != nil && end.stream == 0 && after == a.out.after && f.First > a.out.behind+1 {
				// What stood right behind that place is gone: so many were appended since
				// that the oldest went, and the outbox with them.
				a.left = a.left[max(0, len(a.left)-a.more):]
			}
			end = tail{stream: at, seq: f.Last()}
			if err := a.strike(f); err != nil {
				return err
			}
			if len(a.left) == 0 {
				return errFound
			}
			return nil
		})
		if err != nil && !errors.Is(err, errFound) {
			return err
		}
		if end.stream > 0 {
			a.at, a.short = end, err != nil
			if !a.short {
				s.tails.put(a.lab, end)
			}
			return nil
		}
		// Nothing behind after: the log ends there, or its end has aged away,
		// or somebody is appending right now.
		if a.at, err = s.readTail(ctx, a.lab); err != nil || a.at.stream <= after {
			return err
		}
	}
}

// errFound ends a walk that has found what was looked for.
var errFound = errors.New("found")

// strike removes from what is left what the frame has.
func (a *appending) strike(f frame.Frame) error {
	left := a.left
	err := f.IDs(func(id string) {
		if i := slices.IndexFunc(left, func(one told) bool { return one.id == id }); i >= 0 {
			left = slices.Concat(left[:i], left[i+1:])
		}
	})
	if a.left = left; err != nil {
		return fmt.Errorf("search log: %w", err)
	}
	return nil
}

// walk reads the log from a place of the stream, or a time, on to its end, as far as the
// copy has it that answers. Who appends on that ground is refused and looks again; who
// must have all compares with readTail.
func (s *Store) walk(ctx context.Context, lab uuid.UUID, begin batchRead, each func(at uint64, f frame.Frame) error) error {
	begin.Subject, begin.Batch, begin.MaxBytes = logSubject(lab), batch, batchBytes
	for more := true; more; {
		var found []message
		var err error
		found, more, err = s.read(ctx, eventsName, begin)
		if err != nil {
			return err
		}
		for _, m := range found {
			f, err := frameOf(m)
			if err != nil {
				return err
			}
			if err := each(m.seq, f); err != nil {
				return err
			}
			begin.From, begin.Start = m.seq+1, nil
		}
	}
	return nil
}

// frameOf reads a message of a log. In the first format each event has a message.
func frameOf(m message) (frame.Frame, error) {
	f, err := frame.Parse(m.data)
	if err != nil || f.First > 0 {
		return f, err
	}
	var e struct {
		Seq uint64 `json:"seq"`
		ID  string `json:"id"`
	}
	if err := json.Unmarshal(m.data, &e); err != nil {
		return f, fmt.Errorf("decode event: %w", err)
	}
	f.First, f.Count, f.ID = e.Seq, 1, e.ID
	return f, nil
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
		f, err := frameOf(m)
		if err != nil {
			return tail{}, err
		}
		t := tail{stream: m.seq, seq: f.Last()}
		s.tails.put(lab, t)
		return t, nil
	}
	if !errors.Is(err, errNoMessage) {
		return tail{}, fmt.Errorf("read end of log: %w", err)
	}
	all, err := s.versionsOf(ctx, lab)
	if err != nil {
		return tail{}, fmt.Errorf("read end of log: %w", err)
	}
	var t tail
	for _, v := range all {
		t.seq = max(t.seq, v.position)
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
