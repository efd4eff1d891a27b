package main

import (
	"context"
	"errors"
	"net/http"
	"time"
)

// serve answers until ctx ends, then leaves in good order: it says that it is not
// ready, waits --drain, sends its followers away, takes no more connections, finishes
// what is under way, and closes the store, which completes what is still to be told.
func (h *house) serve(ctx context.Context) error {
	base, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	unwatch := h.watch(base)
	servers := h.servers(base)
	failed := make(chan error, len(h.allListeners()))
	for i, s := range servers {
		for _, l := range h.listeners[i] {
			go func() { failed <- s.Serve(l) }()
		}
	}
	desk := &http.Server{Handler: h.operatorsHandler(), ReadHeaderTimeout: readHeaderTimeout}
	for _, l := range h.operators {
		go func() { failed <- desk.Serve(l) }()
	}
	var err error
	select {
	case <-ctx.Done():
		err = h.drain(base, failed)
	case err = <-failed:
	}
	wait, done := context.WithTimeout(base, shutdownWait)
	defer done()
	h.sendAway()
	// The lab's own server is the first: an attack that runs there still needs the others.
	for _, s := range servers {
		err = errors.Join(err, s.Shutdown(wait))
	}
	h.feed.Wait()
	unwatch()
	return errors.Join(err, desk.Shutdown(wait), h.close())
}

// watch probes what must hold until the returned function is called.
func (h *house) watch(ctx context.Context) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		h.health.Watch(ctx)
	}()
	return func() {
		cancel()
		<-ended
	}
}

// drain says that the end is near, and gives load balancers the time to notice.
func (h *house) drain(ctx context.Context, failed <-chan error) error {
	close(h.leaving)
	h.health.Refresh(ctx)
	if h.config.Ops.Drain == 0 {
		return nil
	}
	h.log.Info("draining; a second signal ends the program at once", "for", h.config.Ops.Drain.String())
	select {
	case <-time.After(h.config.Ops.Drain):
		return nil
	case err := <-failed:
		return err
	}
}
