// Package lab is the learner's end of a lab: it makes one or finds it again,
// follows its feed, and tells it what the client in this browser does.
//
// It owns the lab's identity in this browser (id and key), the connection to
// the feed, and the calls of the lab's API. It leaves the OAuth client to
// app/client, the meaning of events to app/timeline, and everything that
// touches JavaScript to app/browser, so it is plain Go and runs in tests.
package lab

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"sync"
	"time"

	"oauthlab/app/client"
	"oauthlab/lessons/api"
)

// Device is what a session needs of the browser that it runs in.
type Device struct {
	Fetch  client.Fetch
	Dial   func(ctx context.Context, url string, protocols []string) (Socket, error)
	Keep   client.Store // survives the tab
	NewID  func() string
	Now    func() time.Time // for the length of things, and for how far it is ahead of UTC
	After  func(time.Duration) <-chan time.Time
	Origin string // of the lab, such as "http://localhost:8080"
}

// Socket is an open websocket of text messages. Read and Write may be called
// at the same time, each by one goroutine; Close ends both. Read returns an error that
// is ErrFarewell where the server said that it ends the connection.
type Socket interface {
	Read(ctx context.Context) ([]byte, error)
	Write(ctx context.Context, message []byte) error
	Close() error
}

// keepKey is where Device.Keep holds which lab is this browser's.
const keepKey = "oauthlab.lab"

// kept is what stands there.
type kept struct {
	ID  string `json:"id"`
	Key string `json:"key"`
}

// Session is one lab in the hands of its learner. Its methods may be called
// from any goroutine; they block, so never from the one that draws.
type Session struct {
	device Device
	key    string

	mu  sync.Mutex // guards lab
	lab api.Lab

	outbox outbox
}

// Open finds this browser's lab again, or makes a new one in the given chapter
// where there is none, or none that the server still knows. A lab that is found
// stays in the chapter it is in: Patch moves it. A server that cannot be
// reached is an error, and the lab is not given up for it.
func Open(ctx context.Context, d Device, chapter string) (*Session, error) {
	s := &Session{device: d}
	found, err := s.restore(ctx)
	if err != nil {
		return nil, fmt.Errorf("restore the lab: %w", err)
	}
	if !found {
		if err := s.create(ctx, chapter); err != nil {
			return nil, fmt.Errorf("create a lab: %w", err)
		}
	}
	return s, nil
}

// restore reports whether the lab that this browser keeps is still there.
func (s *Session) restore(ctx context.Context) (bool, error) {
	text, ok := s.device.Keep.Get(keepKey)
	var k kept
	if !ok || json.Unmarshal([]byte(text), &k) != nil || k.ID == "" || k.Key == "" {
		return false, nil
	}
	s.key, s.lab.ID = k.Key, k.ID
	switch _, err := s.Refresh(ctx); {
	case IsUnknown(err):
		s.device.Keep.Delete(keepKey)
		s.key, s.lab = "", api.Lab{}
		return false, nil
	default:
		return err == nil, err
	}
}

// create makes a lab and keeps its id and key. Where the browser keeps
// nothing, the lab lives as long as the page.
func (s *Session) create(ctx context.Context, chapter string) error {
	var l api.Lab
	if err := s.call(ctx, "POST", "/api/labs", api.Create{Chapter: chapter}, &l); err != nil {
		return err
	}
	if l.ID == "" || l.Key == "" {
		return errors.New("the answer has no id or no key")
	}
	s.key = l.Key
	s.set(l)
	text, err := json.Marshal(kept{ID: l.ID, Key: l.Key})
	if err == nil {
		_ = s.device.Keep.Set(keepKey, string(text)) // see above
	}
	return nil
}

// Lab returns the lab as it was last read. Its maps are shared: read them only.
func (s *Session) Lab() api.Lab {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.lab
}

// set keeps what the server said of the lab, and returns it.
func (s *Session) set(l api.Lab) api.Lab {
	l.Key = s.key // which the server says once only
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lab = l
	return l
}

// path returns the path of the lab's API below the lab itself.
func (s *Session) path(rest string) string {
	return "/api/labs/" + url.PathEscape(s.Lab().ID) + rest
}
