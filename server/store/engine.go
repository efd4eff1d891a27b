package store

import (
	"context"
	"errors"
	"net"
	"sync"

	"github.com/nats-io/nats-server/v2/server"
)

// engine is the embedded server, which can be started anew while the store is open:
// its clients come back by themselves. It is a nats.InProcessConnProvider.
type engine struct {
	start func(context.Context) (*server.Server, error)

	mu      sync.Mutex // guards all below
	running *server.Server
	stopped bool
}

// startEngine starts the server by start, also in future.
func startEngine(ctx context.Context, start func(context.Context) (*server.Server, error)) (*engine, error) {
	srv, err := start(ctx)
	if err != nil {
		return nil, err
	}
	return &engine{start: start, running: srv}, nil
}

var errStopped = errors.New("the embedded server is stopped")

// InProcessConn implements nats.InProcessConnProvider.
func (e *engine) InProcessConn() (net.Conn, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.running == nil {
		return nil, errStopped
	}
	return e.running.InProcessConn()
}

// restart ends the server and starts another on the same files.
func (e *engine) restart(ctx context.Context) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.stopped {
		return errStopped
	}
	if e.running != nil {
		e.running.Shutdown()
		e.running.WaitForShutdown()
		e.running = nil
	}
	srv, err := e.start(ctx)
	if err != nil {
		return err
	}
	e.running = srv
	return nil
}

// stop ends the server for good.
func (e *engine) stop() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.stopped = true
	if e.running != nil {
		e.running.Shutdown()
		e.running.WaitForShutdown()
	}
}

// address is where the server takes other processes, host:port, or "".
func (e *engine) address() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.running == nil || e.running.Addr() == nil {
		return ""
	}
	return e.running.Addr().String()
}
