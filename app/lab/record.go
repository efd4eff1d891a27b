package lab

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"

	"oauthlab/lessons/event"
)

// maxUnacknowledged events may be on their way up at once.
const maxUnacknowledged = 256

// ErrGone is returned where the server does not know the lab any more.
var ErrGone = errors.New("this lab is gone")

var errOutboxFull = errors.New("too many events wait for the feed")

// outbox holds the events that were handed to Record and are not in the log
// yet, in their order. The zero value is empty.
type outbox struct {
	mu      sync.Mutex // guards all below
	letters []*letter
	gone    bool
	wake    chan struct{} // of the connection that is up; nil where none is
	number  int           // of the connection that is up, or was last
}

// letter is what was told in one step, on its way up.
type letter struct {
	ids     []string // of its events
	message []byte
	number  int        // of the connection that it was last sent on
	done    chan error // takes one value, and has room for it
}

// Record sends up what the client tells in one step, in one message where it is not too long, and returns when it
// stands in the log: its echo in the feed is the acknowledgement, so Follow must be running.
// While the connection is down it waits; after a cut the events are sent again
// under the same ids, and stand in the log once.
func (s *Session) Record(ctx context.Context, step ...event.Event) error {
	letters, err := write(step)
	if err != nil {
		return err
	}
	for _, l := range letters {
		if err := s.outbox.post(l); err != nil {
			return err
		}
	}
	for _, l := range letters {
		select {
		case err := <-l.done:
			if err != nil {
				return err
			}
		case <-ctx.Done():
			for _, l := range letters {
				s.outbox.settle(l.last(), nil)
			}
			return ctx.Err()
		}
	}
	return nil
}

// write makes a letter of the events of a step, or more where they are too long for one.
func write(step []event.Event) (letters []*letter, err error) {
	var l *letter
	for _, e := range step {
		if err := e.Validate(); err != nil {
			return nil, err
		}
		text, err := json.Marshal(e)
		if err != nil {
			return nil, fmt.Errorf("write the event: %w", err)
		}
		switch {
		case len(text) > event.MaxSize:
			return nil, fmt.Errorf("the event has %d bytes, and may have %d", len(text), event.MaxSize)
		case l != nil && len(l.message)+len(text)+len("[,]") <= event.MaxSize:
			begun := append([]byte{'['}, bytes.Trim(l.message, "[]")...)
			l.message = append(append(append(begun, ','), text...), ']')
		default:
			l = &letter{message: text, done: make(chan error, 1)}
			letters = append(letters, l)
		}
		l.ids = append(l.ids, e.ID)
	}
	return letters, nil
}

// last is the id of the letter's last event.
func (l *letter) last() string { return l.ids[len(l.ids)-1] }

// post adds a letter, to be sent by the connection that is up or comes up next.
func (o *outbox) post(l *letter) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case o.gone:
		return ErrGone
	case len(o.letters) >= maxUnacknowledged:
		return errOutboxFull
	}
	o.letters = append(o.letters, l)
	o.wakeUp()
	return nil
}

// settle removes the letter whose last event is id, or of which it is any where there is
// an error, and tells whoever waits for it.
func (o *outbox) settle(id string, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for i, l := range o.letters {
		if l.last() == id || err != nil && slices.Contains(l.ids, id) {
			o.letters = append(o.letters[:i:i], o.letters[i+1:]...)
			l.done <- err
			return
		}
	}
}

// close settles every letter with ErrGone, and those that come later too.
func (o *outbox) close() {
	o.mu.Lock()
	o.gone = true
	o.mu.Unlock()
	o.fail(ErrGone)
}

// fail settles every letter that waits with err.
func (o *outbox) fail(err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, l := range o.letters {
		l.done <- err
	}
	o.letters = nil
}

// connect begins a new connection, on which every letter is sent again.
func (o *outbox) connect() (wake <-chan struct{}) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.number++
	o.wake = make(chan struct{}, 1)
	o.wakeUp()
	return o.wake
}

// next returns the first letter that this connection has not sent, or nil.
func (o *outbox) next() []byte {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, l := range o.letters {
		if l.number != o.number {
			l.number = o.number
			return l.message
		}
	}
	return nil
}

// wakeUp tells the connection that is up to look again. o.mu is held.
func (o *outbox) wakeUp() {
	select {
	case o.wake <- struct{}{}:
	default: // none is up, or it is awake already
	}
}

// send writes every letter to the socket until ctx ends or a write fails.
func (o *outbox) send(ctx context.Context, socket Socket, wake <-chan struct{}) error {
	for {
		for message := o.next(); message != nil; message = o.next() {
			if err := socket.Write(ctx, message); err != nil {
				return err
			}
		}
		select {
		case <-wake:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
