package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"nhooyr.io/websocket"

	"oauthlab/lessons/api"
	"oauthlab/lessons/event"
	"oauthlab/server/feed"
	"oauthlab/server/lab"
)

// balancer is one address in front of several processes: each request goes to the
// next of them, and to another where that one does not answer the door.
type balancer struct {
	origin   string
	listener string // host:port

	mu       sync.Mutex // guards all below
	backends []string
	turn     int
	served   map[string]string // by which backend, by the end of the path

	answered func(r *http.Request) // called before an answer is passed on; set before the first request
}

func newBalancer(t *testing.T) *balancer {
	t.Helper()
	l, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	b := &balancer{
		origin:   fmt.Sprintf("http://localhost:%d", l.Addr().(*net.TCPAddr).Port),
		listener: l.Addr().String(), served: map[string]string{},
	}
	server := &http.Server{Handler: &httputil.ReverseProxy{
		Transport: b,
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Scheme, r.Out.URL.Host, r.Out.Host = "http", "backend", r.In.Host
		},
	}}
	go server.Serve(l)                   //nolint:errcheck // ends with the test
	t.Cleanup(func() { server.Close() }) //nolint:errcheck // ends with the test
	return b
}

func (b *balancer) serve(backends ...string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.backends = backends
}

func (b *balancer) next(path string) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.turn++
	at := b.backends[b.turn%len(b.backends)]
	b.served[path[strings.LastIndex(path, "/"):]] = at
	return at
}

// servedBy names the backend that had the last request to a path with that end.
func (b *balancer) servedBy(path string) string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.served[path]
}

// RoundTrip implements http.RoundTripper.
func (b *balancer) RoundTrip(r *http.Request) (answer *http.Response, err error) {
	var body []byte
	if r.Body != nil {
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
	}
	for range 2 {
		r.URL.Host, r.Body = b.next(r.URL.Path), io.NopCloser(bytes.NewReader(body))
		answer, err = http.DefaultTransport.RoundTrip(r)
		if err == nil && b.answered != nil {
			b.answered(r)
		}
		var broken *net.OpError
		if !errors.As(err, &broken) || broken.Op != "dial" {
			return answer, err
		}
	}
	return answer, err
}

// follower is one who reads a lab's feed.
type follower struct {
	*testing.T
	conn *websocket.Conn
}

// followAt opens the feed at an address that serves the lab's origin.
func followAt(t *testing.T, address string, o lab.Origins, l api.Lab, after uint64) *follower {
	t.Helper()
	return dialFeed(t, fmt.Sprintf("ws://%s/api/labs/%s/feed?after=%d", address, l.ID, after), &websocket.DialOptions{
		Subprotocols: []string{feed.Protocol, feed.KeyProtocol + l.Key}, Host: strings.TrimPrefix(o[event.Lab], "http://"),
	})
}

func dialFeed(t *testing.T, url string, options *websocket.DialOptions) *follower {
	t.Helper()
	conn, _, err := websocket.Dial(t.Context(), url, options)
	if err != nil {
		t.Fatal(err)
	}
	conn.SetReadLimit(-1)
	t.Cleanup(func() { conn.CloseNow() }) //nolint:errcheck // it may have been cut
	return &follower{t, conn}
}

// wantUpTo reads on and fails unless the positions from first to last come, each once.
func (f *follower) wantUpTo(first, last uint64) {
	f.Helper()
	for want := first; want <= last; want++ {
		_, data, err := f.conn.Read(context.WithoutCancel(f.Context()))
		if err != nil {
			f.Fatalf("the feed ends before position %d: %v", want, err)
		}
		var e event.Event
		if err := json.Unmarshal(data, &e); err != nil || e.Seq != want {
			f.Fatalf("the feed brings %s (%v), want position %d", data, err, want)
		}
	}
}

func idOf(t *testing.T, l api.Lab) uuid.UUID {
	t.Helper()
	id, err := uuid.Parse(l.ID)
	if err != nil {
		t.Fatal(err)
	}
	return id
}
