package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/lmittmann/tint"

	"oauthlab/lessons/event"
	"oauthlab/lessons/load"
	"oauthlab/server/agent"
	"oauthlab/server/asset"
	"oauthlab/server/attack"
	"oauthlab/server/authserver"
	"oauthlab/server/feed"
	"oauthlab/server/lab"
	"oauthlab/server/limit"
	"oauthlab/server/ops"
	"oauthlab/server/prove"
	"oauthlab/server/resourceserver"
	"oauthlab/server/site"
	"oauthlab/server/store"
	"oauthlab/server/webapp"
	"oauthlab/web"
)

// Bounds of every server in time. Those of size and number are in bounds.go. Browsers open
// connections before they need them. A busy one uses them late, and may take one that was
// closed meanwhile for a request that failed: a page without its scripts.
const (
	readHeaderTimeout = 30 * time.Second // from the beginning of a connection
	readTimeout       = 33 * time.Second // likewise, with the body
	writeTimeout      = time.Minute
	idleTimeout       = 2 * time.Minute
	shutdownWait      = 35 * time.Second // longer than the longest call, and than a request may take to arrive
)

// house is the whole lab in one process.
type house struct {
	config    setup
	taught    prove.Teaching
	listeners [][]net.Listener // of each party, in the order of config.parties; one group with --listen
	handlers  []http.Handler   // in the order of config.parties
	place     store.Options    // where the labs are kept
	store     *store.Store
	labs      *lab.Labs
	seeded    []string // issuers of the labs of --seed, in their order
	attacks   *attack.Runner
	feed      *feed.Feed
	health    *ops.Health
	clock     *ops.Clock
	metrics   *ops.Metrics
	seats     *limit.ConnLimiter
	operators []net.Listener  // none where operators have no address of their own
	leaving   chan struct{}   // closed when the end is near: no new visitors
	closing   context.Context // ends when the process does: no followers
	sendAway  func()          // ends closing
	log       *slog.Logger
}

// open wires everything, read from top to bottom: ports, data, store, parties.
func open(ctx context.Context, c setup) (*house, error) {
	c.complete()
	log := slog.New(ops.NewQuiet(logHandler(c)))
	taught, err := prove.Read(c.Lessons)
	if err != nil {
		return nil, err
	}
	seeds, err := c.readSeed(taught)
	if err != nil {
		return nil, err
	}
	code, err := site.ReadCode()
	if err != nil {
		return nil, fmt.Errorf("source: %w", err)
	}
	books, err := site.ReadBooks()
	if err != nil {
		return nil, fmt.Errorf("books: %w", err)
	}
	authAssets, err := asset.Read(web.FS, authserver.AssetNames()...)
	if err != nil {
		return nil, err
	}
	malloryAssets, err := asset.Read(web.FS, attack.AssetNames()...)
	if err != nil {
		return nil, err
	}
	webappAssets, err := asset.Read(web.FS, webapp.AssetNames()...)
	if err != nil {
		return nil, err
	}
	agentAssets, err := asset.Read(web.FS, agent.AssetNames()...)
	if err != nil {
		return nil, err
	}
	listeners, err := c.bind()
	if err != nil {
		return nil, err
	}
	h := &house{config: c, taught: taught, listeners: listeners, log: log, leaving: make(chan struct{})}
	h.closing, h.sendAway = context.WithCancel(context.WithoutCancel(ctx))
	if err := h.observe(); err != nil {
		closeAll(h.allListeners())
		return nil, err
	}
	if err := available(c.NATS); err != nil {
		closeAll(h.allListeners())
		return nil, err
	}
	if h.place, err = natsOptions(c.NATS, c.Data); err != nil {
		closeAll(h.allListeners())
		return nil, err
	}
	if c.NATS.Exposed() {
		log.Warn("the token of --nats-listen and all labs travel in the clear beyond this machine: pass --nats-cert and --nats-key", "address", c.NATS.Listen)
	}
	db, err := store.Open(ctx, h.storeOptions())
	switch {
	case errors.Is(err, store.ErrDamaged):
		err = fmt.Errorf("%w; nothing was changed: put the folder back from a copy, move it away to begin without labs, or pass --accept-loss once to go on with what is left", err)
	case errors.Is(err, store.ErrNewer):
		err = fmt.Errorf("%w; start the newer release, or name another folder with --data", err)
	case errors.Is(err, store.ErrReplicas):
		err = fmt.Errorf("%w; start more servers, or pass --nats-replicas", err)
	case errors.Is(err, store.ErrUnauthorized):
		err = fmt.Errorf("%w; look at --nats-creds, --nats-token-file and what stands in --nats; the server's log says more", err)
	}
	if err != nil {
		closeAll(h.allListeners())
		return nil, err
	}
	h.store = db
	if err := h.readClock(ctx); err != nil {
		return nil, errors.Join(err, h.close())
	}
	secret, err := db.Secret(ctx, "badges")
	if err != nil {
		return nil, errors.Join(err, h.close())
	}

	issued, err := db.Secret(ctx, "issued")
	if err != nil {
		return nil, errors.Join(err, h.close())
	}

	clients, err := db.Secret(ctx, "clients")
	if err != nil {
		return nil, errors.Join(err, h.close())
	}

	shared, err := db.Secret(ctx, "api")
	if err != nil {
		return nil, errors.Join(err, h.close())
	}

	strangers, err := db.Secret(ctx, "strangers")
	if err != nil {
		return nil, errors.Join(err, h.close())
	}

	senders, apiKey, keys := feed.InternalSenders{Secret: secret}, lab.APIKey(shared), authserver.NewKeys(db, c.keys(h.closing))
	authDocument := authserver.Document{Store: db, Owner: event.Auth, Kind: authserver.Kind, ClientKey: clients, APIKey: apiKey, Keys: keys}
	h.labs = &lab.Labs{
		Store: db, Origins: c.Origins, Now: c.now, Gate: h.health.Gate,
		Parties: []lab.Document{authDocument, resourceserver.Document{Store: db}, webapp.Document{Store: db}, agent.Document{Store: db}}, Chapters: taught.Standing(), OwnRedirects: lab.OwnRedirects(c.OwnClients),
	}
	if err := h.seed(ctx, seeds); err != nil {
		return nil, errors.Join(err, h.close())
	}
	h.attacks = &attack.Runner{Labs: h.labs, InternalSenders: senders, ClientKey: clients, APIKey: apiKey, StrangerKey: strangers, Keys: keys}
	if c.Listen != "" {
		h.attacks.Transport = newInside(c.Here(), c.Origins, listeners[0][0])
	}
	h.feed = &feed.Feed{Labs: h.labs, Log: log, Closing: h.closing, ConnLimiter: h.seats, Limited: h.metrics.Limited}
	lobby := &site.Site{Files: web.FS, Stories: c.Dev, Metrics: h.metricsAtLab(), Coming: taught.Coming, InYourApp: load.Checks(taught.Chapters), API: &site.API{
		Labs: h.labs, Auth: authDocument, Attacks: h.attacks, Chapters: load.Plain(taught.Chapters), Traces: taught.Traces,
		Code: code, Books: books, Log: log, Feed: h.feed, Bounds: h.apiBounds(), MaxBody: int64(c.Bounds.MaxBody),
	}}
	beside := &resourceserver.Server{
		Origin: c.Origins[event.Auth], Tokens: issuedHere{authDocument},
		Labs: h.labs, InternalSenders: senders, Log: log, RateLimiter: h.pace(), MaxBody: int64(c.Bounds.MaxBody),
	}
	resources := &resourceserver.Server{
		Origin: c.Origins[event.API], APIKey: apiKey, Transport: h.attacks.Transport,
		Labs: h.labs, InternalSenders: senders, Log: log, RateLimiter: h.pace(), MaxBody: int64(c.Bounds.MaxBody),
	}
	auth := &authserver.Server{
		Party: event.Auth, Kind: authserver.Kind, Origin: c.Origins[event.Auth], Beside: beside.Mount,
		Labs: h.labs, InternalSenders: senders, Secret: issued, ClientKey: clients, APIKey: apiKey, StrangerKey: strangers, Keys: keys, Assets: authAssets, Log: log, RateLimiter: h.pace(), MaxBody: int64(c.Bounds.MaxBody),
	}
	app := &webapp.Server{
		ClientID: authserver.ClientWeb, Secret: func(id uuid.UUID) string { return authserver.ClientSecret(clients, id, authserver.ClientWeb) },
		Labs: h.labs, InternalSenders: senders, Assets: webappAssets, Transport: h.attacks.Transport, Log: log, RateLimiter: h.pace(), MaxBody: int64(c.Bounds.MaxBody),
	}
	agents := &agent.Server{
		ClientID: authserver.ClientAgent, Secret: func(id uuid.UUID) string { return authserver.ClientSecret(clients, id, authserver.ClientAgent) },
		Labs: h.labs, InternalSenders: senders, Assets: agentAssets, Transport: h.attacks.Transport, Log: log, RateLimiter: h.pace(), MaxBody: int64(c.Bounds.MaxBody),
	}
	mallory := &attack.Site{Labs: h.labs, StrangerKey: strangers, InternalSenders: senders, Assets: malloryAssets, Log: log, RateLimiter: h.pace(), MaxBody: int64(c.Bounds.MaxBody)}

	labHandler, err := lobby.Handler()
	if err != nil {
		return nil, errors.Join(err, h.close())
	}
	all := map[event.Party]http.Handler{event.Lab: labHandler, event.Auth: auth.Handler(), event.API: resources.Handler(), event.Webapp: app.Handler(), event.Agent: agents.Handler(), event.Mallory: mallory.Handler()}
	for _, p := range c.Here() {
		h.handlers = append(h.handlers, secured(c.Origins[p.ID], withIcon(p, all[p.ID])))
	}
	return h, nil
}

// logHandler writes what operators need to know.
func logHandler(c setup) slog.Handler {
	if c.Log == "json" {
		return slog.NewJSONHandler(c.stderr, nil)
	}
	return tint.NewTextHandler(c.stderr, &tint.Options{TimeFormat: time.TimeOnly, NoColor: !colorful(c.stderr)})
}

// printer tells the events on the console: as the walkthrough of a flow, or, for
// programs, that they happened. It is nil where there is no console.
func printer(c setup) func(uuid.UUID, event.Event) {
	switch {
	case c.console == nil:
		return nil
	case c.Log == "json":
		return feed.Ledger{Log: slog.New(slog.NewJSONHandler(c.console, nil))}.Write
	default:
		return (&feed.Console{Out: c.console, Color: colorful(c.console)}).Print
	}
}

// colorful reports whether out is a terminal that wants colours.
func colorful(out io.Writer) bool {
	file, ok := out.(*os.File)
	if !ok || os.Getenv("NO_COLOR") != "" {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// servers returns a server for each group of listeners.
func (h *house) servers(base context.Context) []*http.Server {
	var origins []string
	var handlers []http.Handler
	for i, p := range h.config.Here() {
		origin := h.config.Origins[p.ID]
		origins = append(origins, origin)
		handlers = append(handlers, canonical(origin, h.log, h.metrics.Count(string(p.ID), h.handlers[i])))
	}
	if h.config.Listen != "" {
		handlers = []http.Handler{byHost(origins, h.log, handlers)}
	}
	servers := make([]*http.Server, len(handlers))
	for i, handler := range handlers {
		servers[i] = &http.Server{
			Handler: h.outside(handler), BaseContext: func(net.Listener) context.Context { return base },
			ReadHeaderTimeout: readHeaderTimeout, ReadTimeout: readTimeout, WriteTimeout: writeTimeout,
			IdleTimeout: idleTimeout, MaxHeaderBytes: int(h.config.Bounds.MaxHeader),
			ErrorLog: slog.NewLogLogger(h.log.Handler(), slog.LevelDebug),
		}
	}
	return servers
}

func (h *house) close() error {
	closeAll(h.allListeners())
	return h.store.Close()
}

// allListeners are those of the parties and of the operators.
func (h *house) allListeners() []net.Listener {
	return append(slices.Concat(h.listeners...), h.operators...)
}
