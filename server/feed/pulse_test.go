package feed

import (
	"context"
	"errors"
	"testing"
	"time"

	"nhooyr.io/websocket"
)

// Who answers is asked again, and who does not is lost, once.
func TestAFollowerIsAskedUntilItHasGone(t *testing.T) {
	asked, answers, lost := make(chan struct{}), make(chan error), make(chan error)
	p := newPulse(t.Context(), func(context.Context) error {
		asked <- struct{}{}
		return <-answers
	}, time.Nanosecond, func(err error) { lost <- err })
	for range 3 {
		<-asked
		answers <- nil
	}
	<-asked
	gone := errors.New("no answer")
	answers <- gone
	if err := <-lost; err != gone {
		t.Errorf("lost with %v, want %v", err, gone)
	}
	if p.end(); p.timer != nil {
		t.Error("it would ask again")
	}
}

// Who leaves during a question is not asked another one.
func TestAnEndedPulseAsksNoMore(t *testing.T) {
	asked, answers := make(chan struct{}), make(chan error)
	p := newPulse(t.Context(), func(context.Context) error {
		asked <- struct{}{}
		return <-answers
	}, time.Nanosecond, func(err error) { t.Error("lost with", err) })
	<-asked
	p.end()
	answers <- nil
	if p.timer != nil {
		t.Error("it asks again")
	}
}

// A process that ends sends its followers away, though their requests are not ended.
func TestAFeedThatClosesSendsItsFollowersAway(t *testing.T) {
	s := newStage(t)
	closing, end := context.WithCancel(t.Context())
	s.feed.Closing = closing
	conn, _ := s.follow(0, Protocol)
	s.next(conn)
	end()
	if closed := s.closing(conn); closed.Code != websocket.StatusGoingAway || closed.Reason != "the lab is closing" {
		t.Errorf("it ends with %+v", closed)
	}
	<-s.served
}
