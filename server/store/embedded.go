package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

const (
	// startTimeout bounds the start of the embedded server, which reads its
	// files first: the time grows with what is stored.
	startTimeout = 60 * time.Second

	// syncInterval is how often written data is forced to the disk: what the
	// loss of power can cost. The loss of the process costs nothing.
	syncInterval = 10 * time.Second
)

// startServer runs a NATS server in this process. It listens nowhere, leaves
// signals alone and keeps its files below o.Dir.
func startServer(ctx context.Context, o Options) (*server.Server, error) {
	srv, err := server.NewServer(&server.Options{
		ServerName:        "oauthlab",
		DontListen:        true,
		NoSigs:            true,
		JetStream:         true,
		StoreDir:          filepath.Join(o.Dir, "jetstream"),
		JetStreamMaxStore: o.MaxStore,
		SyncInterval:      syncInterval,
		MaxPayload:        int32(o.payload()),
		NoSystemAccount:   true,
	})
	if err != nil {
		return nil, fmt.Errorf("make embedded server: %w", err)
	}
	srv.SetLogger(serverLogger{o.Logger}, false, false)
	srv.Start()

	limit := startTimeout
	if end, ok := ctx.Deadline(); ok {
		limit = min(limit, time.Until(end))
	}
	if !srv.ReadyForConnections(limit) || !srv.JetStreamEnabled() {
		srv.Shutdown()
		srv.WaitForShutdown()
		return nil, errors.New("start embedded server: it did not become ready; is the data folder writable?")
	}
	return srv, nil
}

// serverLogger passes on what the embedded server says. Its notices are about
// itself, so they count as debugging here.
type serverLogger struct{ to *slog.Logger }

func (l serverLogger) Noticef(format string, v ...any) { l.log(slog.LevelDebug, format, v) }
func (l serverLogger) Debugf(format string, v ...any)  { l.log(slog.LevelDebug, format, v) }
func (l serverLogger) Tracef(format string, v ...any)  { l.log(slog.LevelDebug, format, v) }
func (l serverLogger) Warnf(format string, v ...any)   { l.log(slog.LevelWarn, format, v) }
func (l serverLogger) Errorf(format string, v ...any)  { l.log(slog.LevelError, format, v) }
func (l serverLogger) Fatalf(format string, v ...any)  { l.log(slog.LevelError, format, v) }

func (l serverLogger) log(level slog.Level, format string, v []any) {
	if l.to.Enabled(context.Background(), level) {
		l.to.Log(context.Background(), level, fmt.Sprintf(format, v...), "from", "nats")
	}
}
