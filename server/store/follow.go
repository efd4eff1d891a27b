package store

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/nats-io/nats.go"

	"oauthlab/lessons/event"
	"oauthlab/lessons/frame"
)

const (
	// followBytes bounds what waits in memory for one follower, beside the
	// count syncQueue. What is beyond is dropped, and read from the log later.
	followBytes = 1 << 20

	// idleCheck is how long a follower that hears nothing waits at most before it
	// looks into the log by itself: a lost connection may have cost it the last event.
	// It waits half of that at least; the rest is chance, or thousands that came
	// together would look together, and whoever asks for anything else would wait.
	idleCheck = time.Minute
)

// Events calls each for every event that the lab's log holds behind the
// position after, in order, and returns when there are no more.
//
// Where the log no longer holds what comes next, each gets an event of KindGap
// first, which has no position of its own: its Gap.Next is that of the event
// that follows. A position behind the log's end means that the log was removed
// and began anew; then there is a gap, and everything that the log holds.
//
// An error of each ends it and is returned as it is.
func (s *Store) Events(ctx context.Context, lab uuid.UUID, after uint64, each func(event.Event) error) error {
	return s.Frames(ctx, lab, after, decoded(each))
}

// Frames is Events for a caller that passes the log on as it is kept: each is called for
// every frame, and for every gap, which has no head. Of a frame that the position is in,
// what comes behind it is given.
func (s *Store) Frames(ctx context.Context, lab uuid.UUID, after uint64, each func(frame.Frame) error) error {
	f, err := s.newReader(ctx, lab, after, each)
	if err == nil {
		err = f.fill(ctx)
	}
	return f.explain(ctx, err)
}

// decoded calls each for every event of a frame.
func decoded(each func(event.Event) error) func(frame.Frame) error {
	return func(f frame.Frame) error { return f.Events(each) }
}

// Follow is Events, and then goes on with what is appended, until ctx ends, each
// fails or the store is closed: it returns ctx's error, each's as it is, or
// ErrClosed. It hands over each event once, in order, and nobody waits for a
// slow each: it is fed from memory up to a bound, and from the log beyond that.
func (s *Store) Follow(ctx context.Context, lab uuid.UUID, after uint64, each func(event.Event) error) error {
	return s.FollowFrames(ctx, lab, after, decoded(each))
}

// FollowFrames is to Follow what Frames is to Events.
func (s *Store) FollowFrames(ctx context.Context, lab uuid.UUID, after uint64, each func(frame.Frame) error) error {
	// Listen first, then read: so nothing falls between the two.
	live, err := s.feed.SubscribeSync(feedSubject(lab))
	if err != nil {
		return (&reader{store: s}).explain(ctx, err)
	}
	defer func() { _ = live.Unsubscribe() }() // fails only where the connection is gone anyway
	if err := live.SetPendingLimits(syncQueue, followBytes); err != nil {
		return fmt.Errorf("follow events: %w", err)
	}
	if err := s.feed.FlushTimeout(flushTimeout); err != nil {
		return (&reader{store: s}).explain(ctx, err)
	}
	stirred := s.unsettled.stirred()
	f, err := s.newReader(ctx, lab, after, each)
	if err == nil {
		f.stirred = stirred
		err = f.fill(ctx)
	}
	for err == nil {
		err = f.next(ctx, live)
	}
	return f.explain(ctx, err)
}

// reader is somebody's place in a log.
type reader struct {
	store *Store
	lab   uuid.UUID
	each  func(frame.Frame) error

	seq    uint64 // position of the last event handed over
	stream uint64 // its place in the stream: everything up to it is done with
	floor  uint64 // position up to which the bounded log holds nothing any more
	begun  bool   // it has met a frame: from then on it is done with whole frames
	failed error  // what each returned

	stirred context.Context // ended when the feed may have lost something since the last look
}

// newReader completes the log and finds the position after in it.
func (s *Store) newReader(ctx context.Context, lab uuid.UUID, after uint64, each func(frame.Frame) error) (*reader, error) {
	r := &reader{store: s, lab: lab, each: each, seq: after}
	err := s.completeLab(ctx, lab)
	if err == nil {
		r.stream, err = s.locate(ctx, lab, after)
	}
	return r, err
}

// next waits for something to happen on the feed.
func (r *reader) next(ctx context.Context, live *nats.Subscription) error {
	wait, cancel := context.WithTimeout(ctx, idleCheck/2+rand.N(idleCheck/2))
	defer cancel()
	defer context.AfterFunc(r.stirred, cancel)()
	m, err := live.NextMsgWithContext(wait)
	switch {
	case err == nil:
		return r.hear(ctx, m)
	case errors.Is(err, nats.ErrSlowConsumer): // some were dropped
		return r.fill(ctx)
	case ctx.Err() == nil && wait.Err() != nil: // silence, or doubt
		return r.look(ctx)
	default:
		return err
	}
}

// look completes the log and reads what the feed did not bring.
func (r *reader) look(ctx context.Context) error {
	r.stirred = r.store.unsettled.stirred()
	if err := r.store.completeLab(ctx, r.lab); err != nil {
		return err
	}
	return r.fill(ctx)
}

// hear takes a message of the feed.
func (r *reader) hear(ctx context.Context, m *nats.Msg) error {
	at, err := strconv.ParseUint(m.Header.Get(nats.JSSequence), 10, 64)
	if err != nil {
		return fmt.Errorf("message without a sequence: %w", err)
	}
	if at <= r.stream {
		return nil // read from the log already
	}
	f, err := frameOf(message{data: m.Data})
	if err != nil {
		return err
	}
	if f.First != r.seq+1 {
		return r.fill(ctx) // the log has what is missing, and this one too
	}
	if err := r.hand(at, f); err != nil {
		return err
	}
	if stored, err := time.Parse(time.RFC3339Nano, m.Header.Get(nats.JSTimeStamp)); err == nil {
		r.store.options.Delivered(time.Since(stored))
	}
	return nil
}

// fill hands over what the log holds behind the reader's place. It asks first where
// the log ends, which is cheap: to read on, the server counts what there is, and that
// takes the longer the more it keeps of all labs. Where there are several copies of
// the log, the one that is read may lag: then it is read again until the reader is
// where the leader says that the log ends.
func (r *reader) fill(ctx context.Context) error {
	for try := 0; ; try++ {
		end, err := r.store.readTail(ctx, r.lab)
		if err != nil || end.stream <= r.stream {
			return err
		}
		if try > 0 {
			if err := pause(ctx, try); err != nil {
				return err
			}
		}
		// A message holds several events, so the server keeps more than the bound.
		r.floor = end.seq - min(end.seq, uint64(r.store.options.MaxEventsPerLab))
		err = r.store.walk(ctx, r.lab, batchRead{From: r.stream + 1}, r.hand)
		if err != nil || r.store.replicas == 1 {
			return err
		}
	}
}

// hand hands over the log's next frame, after a gap if it does not begin at the next
// position.
func (r *reader) hand(at uint64, f frame.Frame) error {
	behind := r.floor
	if !r.begun && f.First <= r.seq && r.seq < f.Last() {
		behind = max(behind, r.seq)
	}
	r.begun = true
	if f.Last() <= behind {
		return nil
	}
	f = f.Behind(behind)
	if f.First != r.seq+1 {
		r.failed = r.gap(f)
	}
	if r.failed == nil {
		r.seq, r.stream = f.Last(), at
		r.failed = r.each(f)
	}
	return r.failed
}

// gap tells that the events between the reader's place and the frame are no longer there.
func (r *reader) gap(f frame.Frame) error {
	var next event.Event
	err := f.Events(func(e event.Event) error { next = e; return errFound })
	if !errors.Is(err, errFound) {
		return err
	}
	data, err := frame.Encode(event.Event{
		V: event.Version, ID: fmt.Sprintf("gap-%d-%d", r.seq, f.First), Time: next.Time,
		From: event.Lab, Kind: event.KindGap, Gap: &event.Gap{After: r.seq, Next: f.First},
	})
	if err != nil {
		return err
	}
	return r.each(frame.Frame{Lines: append(data, '\n')})
}

// explain turns what ended a reader into what its caller is told.
func (r *reader) explain(ctx context.Context, err error) error {
	switch {
	case err == nil:
		return nil
	case r.failed != nil:
		return r.failed
	case ctx.Err() != nil:
		return ctx.Err()
	case r.store.isClosed():
		return ErrClosed
	default:
		return fmt.Errorf("read events: %w", err)
	}
}

// locate returns the place in the stream of the log's event at position after,
// or a place between it and the next. 0: everything that the log holds comes
// next, because it begins behind that position, or ends before it.
func (s *Store) locate(ctx context.Context, lab uuid.UUID, after uint64) (uint64, error) {
	if after == 0 {
		return 0, nil
	}
	m, err := s.get(ctx, eventsName, oneRead{LastOf: logSubject(lab)})
	if errors.Is(err, errNoMessage) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("read end of log: %w", err)
	}
	end, err := frameOf(m)
	switch {
	case err != nil:
		return 0, err
	case end.Last() < after:
		return 0, nil
	case end.First <= after:
		return placeIn(end, m.seq, after), nil
	}
	// Events up to the place low are at or before the position, those from high
	// on behind it. Positions grow with places, so halving finds the border.
	low, high := uint64(0), m.seq
	for high-low > 1 {
		middle := low + (high-low)/2
		m, err := s.get(ctx, eventsName, oneRead{From: middle, Subject: logSubject(lab)})
		if errors.Is(err, errNoMessage) { // removed meanwhile
			return low, nil
		}
		if err != nil {
			return 0, fmt.Errorf("search log: %w", err)
		}
		f, err := frameOf(m)
		switch {
		case err != nil:
			return 0, err
		case f.First <= after && after <= f.Last():
			return placeIn(f, m.seq, after), nil
		case f.Last() < after:
			low = m.seq
		default:
			high = middle
		}
	}
	return low, nil
}

// placeIn is the place up to which whoever has the position is done, which is in the
// frame at a place: before it, where the frame has more.
func placeIn(f frame.Frame, at, position uint64) uint64 {
	if position < f.Last() {
		return at - 1
	}
	return at
}
