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
	"time"

	"github.com/google/uuid"
	"github.com/lmittmann/tint"

	"oauthlab/lessons/content"
	"oauthlab/lessons/event"
	"oauthlab/lessons/load"
	"oauthlab/server/attack"
	"oauthlab/server/authserver"
	"oauthlab/server/feed"
	"oauthlab/server/lab"
	"oauthlab/server/site"
	"oauthlab/server/store"
	"oauthlab/web"
)

// Bounds of every server. Bodies are bounded where they are read.
const (
	readHeaderTimeout = 5 * time.Second
	readTimeout       = 15 * time.Second
	writeTimeout      = time.Minute
	idleTimeout       = 2 * time.Minute
	maxHeader         = 16 << 10 // bytes
	shutdownWait      = 5 * time.Second
)

// house is the whole lab in one process.
type house struct {
	config    config
	listeners []net.Listener
	handlers  []http.Handler // in the order of config.parties
	store     *store.Store
	labs      *lab.Labs
	attacks   *attack.Runner
	feed      *feed.Feed
	closing   chan struct{} // closed when the process ends
	log       *slog.Logger
}

// open wires everything, read from top to bottom: ports, data, store, parties.
func open(ctx context.Context, c config) (*house, error) {
	log := slog.New(logHandler(c.log))
	chapters, err := load.Chapters(content.FS)
	if err != nil {
		return nil, fmt.Errorf("lessons: %w", err)
	}
	code, err := site.ReadCode()
	if err != nil {
		return nil, fmt.Errorf("source: %w", err)
	}
	books, err := site.ReadBooks(content.FS)
	if err != nil {
		return nil, fmt.Errorf("books: %w", err)
	}
	listeners, err := c.bind()
	if err != nil {
		return nil, err
	}
	db, err := store.Open(ctx, store.Options{Dir: c.data, Logger: log, Appended: printer(c)})
	if err != nil {
		closeAll(listeners)
		return nil, err
	}
	h := &house{config: c, listeners: listeners, store: db, log: log, closing: make(chan struct{})}
	secret, err := db.Secret(ctx, "badges")
	if err != nil {
		return nil, errors.Join(err, h.close())
	}

	badges := feed.Badges{Secret: secret}
	authDocument := authserver.Document{Store: db}
	h.labs = &lab.Labs{Store: db, Origins: c.origins, Now: time.Now, Parties: []lab.Document{authDocument}}
	h.attacks = &attack.Runner{Labs: h.labs, Badges: badges}
	h.feed = &feed.Feed{Labs: h.labs, Log: log, Closing: h.closing}
	lobby := &site.Site{Files: web.FS, Stories: c.dev, API: &site.API{
		Labs: h.labs, Auth: authDocument, Attacks: h.attacks, Chapters: chapters, Code: code, Books: books,
		Feed: h.feed, Log: log,
	}}
	auth := &authserver.Server{Labs: h.labs, Badges: badges, Assets: web.FS, Log: log}
	mallory := &attack.Site{Labs: h.labs, Badges: badges, Assets: web.FS, Log: log}

	labHandler, err := lobby.Handler()
	if err != nil {
		return nil, errors.Join(err, h.close())
	}
	h.handlers = []http.Handler{labHandler, auth.Handler(), mallory.Handler()}
	return h, nil
}

// logHandler writes what operators need to know, to standard error.
func logHandler(format string) slog.Handler {
	if format == "json" {
		return slog.NewJSONHandler(os.Stderr, nil)
	}
	return tint.NewHandler(os.Stderr, &tint.Options{TimeFormat: time.TimeOnly, NoColor: !colorful(os.Stderr)})
}

// printer tells the events on the console: as the walkthrough of a flow, or, for
// programs, that they happened. It is nil where there is no console.
func printer(c config) func(uuid.UUID, event.Event) {
	switch {
	case c.console == nil:
		return nil
	case c.log == "json":
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

// serve answers until ctx ends, then finishes what is under way and closes.
func (h *house) serve(ctx context.Context) error {
	base, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	servers := h.servers(base)
	failed := make(chan error, len(servers))
	for i, s := range servers {
		go func() { failed <- s.Serve(h.listeners[i]) }()
	}
	var err error
	select {
	case <-ctx.Done():
	case err = <-failed:
	}
	wait, done := context.WithTimeout(context.WithoutCancel(ctx), shutdownWait)
	defer done()
	close(h.closing)
	for _, s := range servers {
		err = errors.Join(err, s.Shutdown(wait))
	}
	h.feed.Wait()
	return errors.Join(err, h.close())
}

// servers returns one server a listener.
func (h *house) servers(base context.Context) []*http.Server {
	var origins []string
	var handlers []http.Handler
	for i, p := range h.config.parties() {
		origins = append(origins, *p.origin)
		handlers = append(handlers, canonical(*p.origin, h.handlers[i]))
	}
	if h.config.listen != "" {
		handlers = []http.Handler{byHost(origins, h.handlers)}
	}
	servers := make([]*http.Server, len(handlers))
	for i, handler := range handlers {
		servers[i] = &http.Server{
			Handler: handler, BaseContext: func(net.Listener) context.Context { return base },
			ReadHeaderTimeout: readHeaderTimeout, ReadTimeout: readTimeout, WriteTimeout: writeTimeout,
			IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeader,
			ErrorLog: slog.NewLogLogger(h.log.Handler(), slog.LevelDebug),
		}
	}
	return servers
}

func (h *house) close() error {
	closeAll(h.listeners)
	return h.store.Close()
}
