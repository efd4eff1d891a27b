package lab

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"oauthlab/lessons/api"
	"oauthlab/lessons/event"
	"oauthlab/lessons/frame"
)

// Status is how the connection to the feed stands.
type Status string

// The statuses. Gone is the last one: the server does not know the lab.
const (
	Connecting   Status = "connecting"
	Live         Status = "live"
	Reconnecting Status = "reconnecting"
	Gone         Status = "gone"
)

// ErrFarewell is returned by Socket.Read where the server said that it ends the
// connection.
var ErrFarewell = errors.New("the server ended the connection")

var errHole = errors.New("events are missing in the feed")

// Update is what came down since the last one. Its events are in the order of
// the log, none twice; where a stretch is lost, an event of KindGap says so.
type Update struct {
	Events []event.Event
	Status Status
	Why    string // what is likely wrong with the connection, in sentences; "": nothing known
}

// Bounds of a connection.
const (
	maxBatch = 512 // events of one Update

	// After a cut the wait doubles from first to longest, until something new
	// came down or the connection stood; up to half of it is chance, so that a class
	// does not return in one wave.
	firstWait   = 250 * time.Millisecond
	longestWait = 15 * time.Second

	patience = 20 * time.Second // with a server that does not answer
)

// Follow calls each with everything that stands in the lab's log and then with
// what is added to it, until ctx ends or the lab is gone. It calls from one
// goroutine, first with Connecting, and goes on with the next Update when each
// has returned; what came meanwhile is in that one. One Follow at a time.
func (s *Session) Follow(ctx context.Context, each func(Update)) {
	each(Update{Status: Connecting})
	var (
		last uint64 // position of the last event that each was given
		line line
		wait = firstWait
	)
	for {
		before := last
		c := s.followOnce(ctx, last, line.whileLive(), each)
		last = c.last
		if ctx.Err() != nil {
			return
		}
		if last > before || c.lasted >= stood {
			wait = firstWait
		}
		each(Update{Status: Reconnecting, Why: line.why()})

		// A browser does not say why a websocket was refused; the API does.
		err := s.ask(ctx)
		if IsUnknown(err) {
			s.outbox.close()
			each(Update{Status: Gone})
			return
		}
		line.take(c, err)
		if why := line.why(); why != "" {
			each(Update{Status: Reconnecting, Why: why})
		}
		if line.isBlocked() {
			s.outbox.fail(errBlocked)
		}
		select {
		case <-s.device.After(jitter(wait)):
		case <-ctx.Done():
			return
		}
		wait = min(2*wait, longestWait)
	}
}

// connection is how one connection went.
type connection struct {
	last     uint64        // position that it came to
	opened   bool          // else nobody answered, or somebody said no
	timedOut bool          // nobody answered
	farewell bool          // the server ended it
	lasted   time.Duration // from its opening
	quiet    time.Duration // of it, the time after the last event
}

// followOnce follows the feed over one connection from the position last on. why is
// what is known to be wrong.
func (s *Session) followOnce(ctx context.Context, last uint64, why string, each func(Update)) connection {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	address := "ws" + strings.TrimPrefix(s.device.Origin, "http") +
		s.path("/feed?after="+strconv.FormatUint(last, 10))
	socket, err := s.dial(ctx, address)
	if err != nil {
		return connection{last: last, timedOut: errors.Is(err, context.DeadlineExceeded)}
	}
	c := connection{last: last, opened: true}
	opened := s.device.Now()
	latest := opened
	events := make(chan event.Event, maxBatch)
	var running sync.WaitGroup
	running.Go(func() {
		defer close(events)
		c.farewell = errors.Is(s.receive(ctx, socket, last, events), ErrFarewell)
	})
	running.Go(func() {
		// A write that fails ends the reading too.
		defer cancel()
		_ = s.outbox.send(ctx, socket, s.outbox.connect())
	})
	defer running.Wait()
	defer socket.Close()
	defer cancel()

	each(Update{Status: Live, Why: why})
	for e := range events {
		if ctx.Err() != nil {
			return connection{last: c.last}
		}
		batch := gather(e, events)
		c.last, latest = position(batch[len(batch)-1]), s.device.Now()
		each(Update{Events: batch, Status: Live, Why: why})
	}
	now := s.device.Now()
	c.lasted, c.quiet = now.Sub(opened), now.Sub(latest)
	return c
}

// dial opens the feed. The key goes along as a subprotocol, since a browser
// sends no header of ours with a websocket.
func (s *Session) dial(ctx context.Context, address string) (Socket, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return s.device.Dial(ctx, address, []string{"oauthlab.frames.v1", "oauthlab.v1", "key." + s.key})
}

// ask reads the lab, to learn whether it is still there, and then the feed without a
// websocket, to learn whether there is a seat.
func (s *Session) ask(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if _, err := s.Refresh(ctx); err != nil {
		return err
	}
	return s.call(ctx, "GET", s.path("/feed?probe=1"), nil, nil)
}

// gather returns first and what else has come already.
func gather(first event.Event, events <-chan event.Event) []event.Event {
	batch := []event.Event{first}
	for len(batch) < maxBatch {
		select {
		case e, open := <-events:
			if !open {
				return batch
			}
			batch = append(batch, e)
		default:
			return batch
		}
	}
	return batch
}

// receive reads the feed into events until it is cut, and acknowledges what
// Record waits for. It is the one place that says what comes next in the log. It
// returns why it reads no further.
func (s *Session) receive(ctx context.Context, socket Socket, last uint64, events chan<- event.Event) error {
	for {
		message, err := socket.Read(ctx)
		if err != nil {
			return err
		}
		f, err := frame.Parse(message)
		if err != nil {
			return fmt.Errorf("read the feed: %w", err)
		}
		for text := range bytes.Lines(f.Lines) {
			e, err := s.parse(text)
			if err != nil {
				return err // what cannot be read is as good as lost: ask for it again
			}
			if e == nil {
				continue
			}
			switch at := position(*e); {
			case at <= last:
				s.outbox.settle(e.ID, nil)
				continue // seen before
			case at > last+1 && e.Kind != event.KindGap:
				return errHole // come back to the last good position
			default:
				last = at
			}
			select {
			case events <- *e:
			case <-ctx.Done():
				return ctx.Err()
			}
			s.outbox.settle(e.ID, nil)
		}
	}
}

// parse reads one line of the feed. A no to an event of ours is no event:
// it goes to the Record that waits, and parse returns nil.
func (s *Session) parse(message []byte) (*event.Event, error) {
	var m struct {
		event.Event
		api.Refusal
	}
	if err := json.Unmarshal(message, &m); err != nil {
		return nil, fmt.Errorf("read the feed: %w", err)
	}
	if m.V == 0 && m.Code != "" {
		s.outbox.settle(m.ID, &m.Refusal)
		return nil, nil
	}
	if m.V == 0 || m.Kind == event.KindGap && m.Gap == nil {
		return nil, errors.New("read the feed: this is no event")
	}
	return &m.Event, nil
}

// position returns where in the log one is after e.
func position(e event.Event) uint64 {
	if e.Kind == event.KindGap && e.Gap != nil && e.Gap.Next > 0 {
		return e.Gap.Next - 1
	}
	return e.Seq
}

// jitter returns between half of d and d.
func jitter(d time.Duration) time.Duration {
	var chance [1]byte
	_, _ = rand.Read(chance[:]) // never fails
	return d/2 + d/2*time.Duration(chance[0])/255
}
