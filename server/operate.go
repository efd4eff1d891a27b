package main

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"net/url"
	"time"

	"github.com/google/uuid"

	"oauthlab/lessons/event"
	"oauthlab/server/lab"
	"oauthlab/server/limit"
	"oauthlab/server/ops"
	"oauthlab/server/site"
	"oauthlab/server/store"
)

// storeWait is how long the store may take to answer when it is asked if it is there.
const storeWait = 2 * time.Second

var errDraining = errors.New("the program is about to end")

// checks are what must hold for the house to be ready.
func (h *house) checks() []ops.Check {
	return []ops.Check{
		{
			Name: "store", Probe: func(ctx context.Context) error {
				soon, done := context.WithTimeout(ctx, storeWait)
				defer done()
				if err := h.store.Ready(soon); err != nil {
					return err
				}
				return h.store.Writable(ctx)
			},
			Advice: "Labs are closed until the store answers. Look at its server, its limits and its disk.",
		},
		{
			Name: "disk", Probe: func(context.Context) error { return h.store.Disk() },
			Advice: "Labs are closed until the data folder can be written and has more room than --min-free.",
		},
		{
			Name: "clock", Probe: h.clock.Probe,
			Advice: "Labs are closed until the clock has caught up: expired codes and tokens would live again. If it is right now, start once with --accept-clock.",
		},
		{
			Name: "draining", Open: true, Probe: func(context.Context) error {
				select {
				case <-h.leaving:
					return errDraining
				default:
					return nil
				}
			},
			Advice: "Send visitors to another process.",
		},
	}
}

// outside answers, for any Host, what a load balancer asks a machine; the rest is next's.
func (h *house) outside(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			next.ServeHTTP(w, r)
			return
		}
		switch r.URL.Path {
		case "/healthz":
			ops.ServeAlive(w, r)
		case "/readyz":
			h.health.ServeReady(w, r)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// operatorsHandler serves the operators' endpoints on an address of their own.
func (h *house) operatorsHandler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", ops.ServeAlive)
	mux.HandleFunc("GET /readyz", h.health.ServeReady)
	mux.Handle("GET /metrics", h.metrics.Handler())
	own, _ := h.config.Parties.Of(event.Lab)
	mux.Handle("GET "+iconPath, icon(own))
	ops.Profiles(mux)
	return mux
}

// metricsAtLab is what the lab's origin serves as /metrics: nothing where operators
// have an address of their own, or where the origin is not this machine's alone.
func (h *house) metricsAtLab() http.Handler {
	u, err := url.Parse(h.config.Origins[event.Lab])
	if err != nil || h.config.Ops.Listen != "" || h.config.Bind != "" || !lab.Loopback(u.Hostname()) {
		return nil
	}
	return h.metrics.Handler()
}

// observe takes the address of the operators, and makes what watches over the house.
func (h *house) observe() (err error) {
	if at := h.config.Ops.Listen; at != "" {
		if h.operators, err = listen(at); err != nil {
			return bindError("--ops-listen", at, err)
		}
	}
	h.seats = &limit.ConnLimiter{PerLab: h.config.Bounds.MaxFollowersPerLab, InAll: h.config.Bounds.MaxFollowers}
	h.clock = &ops.Clock{Now: h.config.now}
	h.clock.Seen(h.config.now())
	h.health = ops.NewHealth(h.log, h.checks()...)
	h.metrics = ops.NewMetrics(func(ctx context.Context) (int, error) { return h.store.Labs(ctx) }, h.seats.Taken)
	return nil
}

// readClock learns how late it was when a lab was last written.
func (h *house) readClock(ctx context.Context) error {
	if h.config.Ops.AcceptClock {
		return nil
	}
	last, err := h.store.LastWrite(ctx)
	h.clock.Seen(last)
	return err
}

// storeOptions says where labs are kept, how much of them, and who is told.
func (h *house) storeOptions() store.Options {
	o, b, print := h.place, h.config.Bounds, printer(h.config)
	o.Logger, o.Kinds = h.log, h.config.Kinds()
	o.MaxDocument, o.MaxEventsPerLab, o.LabTTL = int(b.MaxDocument), b.MaxEvents, b.Idle
	o.MinFree, o.MaxStore = uint64(b.MinFree), int64(b.MaxStore)
	o.Timed, o.Delivered = h.metrics.Timed, h.metrics.Delivered
	o.Appended = func(id uuid.UUID, e event.Event) {
		h.metrics.Event(e)
		if print != nil {
			print(id, e)
		}
	}
	return o
}

// knownLabs is how many labs' pace is remembered.
const knownLabs = 8192

// pace bounds the requests to one party of one lab.
func (h *house) pace() func(uuid.UUID) time.Duration {
	pace := limit.NewRateLimiter[uuid.UUID](h.config.Bounds.FlowRate, knownLabs)
	return func(id uuid.UUID) time.Duration {
		wait := pace.Wait(id, h.config.now())
		if wait > 0 {
			h.metrics.Limited("flow-rate")
		}
		return wait
	}
}

// knownCallers is how many addresses' calls are remembered.
const knownCallers = 8192

// apiBounds bounds what one address asks of the lab's API.
func (h *house) apiBounds() *site.Bounds {
	b := h.config.Bounds
	return &site.Bounds{
		Client: h.config.Ops.Proxies.Client,
		Calls:  limit.NewRateLimiter[netip.Addr](b.APIRate, knownCallers),
		Labs: limit.NewLabs(limit.LabBounds{
			Rate: b.LabRate, PerAddress: b.MaxLabsPerAddress, InAll: b.MaxLabs, Kept: b.Idle,
		}, func(ctx context.Context) (int, error) { return h.store.Labs(ctx) }),
		Now: h.config.now, Limited: h.metrics.Limited,
	}
}
