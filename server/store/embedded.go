package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"path/filepath"
	"strconv"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

const (
	// startTimeout bounds the start of the embedded server, which reads its
	// files first: the time grows with what is stored.
	startTimeout = 60 * time.Second

	// syncInterval is how often written data is forced to the disk: what the
	// loss of power can cost. The loss of the process costs nothing.
	syncInterval = 10 * time.Second

	// handshakeTimeout bounds the TLS handshake of a process that connects.
	handshakeTimeout = 5 * time.Second
)

// openEmbedded opens a store on a server in this process.
func openEmbedded(ctx context.Context, o Options) (*Store, error) {
	if o.Dir == "" {
		return nil, errors.New("store: no data folder given")
	}
	if o.Listen != "" && o.Login.Token == "" {
		return nil, errors.New("store: a server that others can reach needs a token")
	}
	folder, err := lockFolder(o.Dir)
	if err != nil {
		return nil, err
	}
	srv, err := startEngine(ctx, func(ctx context.Context) (*server.Server, error) { return startServer(ctx, o) })
	if err != nil {
		return nil, errors.Join(err, folder.Unlock())
	}
	s, err := attach(ctx, o, "", nats.InProcessServer(srv), nats.Token(o.Login.Token))
	if err != nil {
		srv.stop()
		return nil, errors.Join(err, folder.Unlock())
	}
	s.folder, s.server = folder, srv
	return s, nil
}

// startServer runs a NATS server in this process. Unless it is told where, it
// listens nowhere. It leaves signals alone and keeps its files below o.Dir.
func startServer(ctx context.Context, o Options) (*server.Server, error) {
	options := &server.Options{
		ServerName:        "oauthlab",
		DontListen:        o.Listen == "",
		NoSigs:            true,
		JetStream:         true,
		StoreDir:          filepath.Join(o.Dir, "jetstream"),
		JetStreamMaxStore: o.MaxStore,
		SyncInterval:      syncInterval,
		MaxPayload:        int32(o.payload()),
		NoSystemAccount:   true,
		Authorization:     o.Login.Token,
	}
	if o.Listen != "" {
		if err := o.listenOn(options); err != nil {
			return nil, err
		}
	}
	srv, err := server.NewServer(options)
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

// listenOn has the server take connections from other processes, over TLS where
// a certificate is given.
func (o Options) listenOn(options *server.Options) error {
	host, port, err := net.SplitHostPort(o.Listen)
	if err != nil {
		return fmt.Errorf("listen for NATS: %w", err)
	}
	if options.Port, err = strconv.Atoi(port); err != nil {
		return fmt.Errorf("listen for NATS: the port %q is not a number", port)
	}
	if options.Port == 0 {
		options.Port = server.RANDOM_PORT
	}
	options.Host = host
	if o.Login.Certificate == "" {
		return nil
	}
	options.TLSConfig, err = server.GenTLSConfig(&server.TLSConfigOpts{
		CertFile: o.Login.Certificate, KeyFile: o.Login.Key, CaFile: o.Login.CA, Verify: o.Login.CA != "",
	})
	if err != nil {
		return fmt.Errorf("listen for NATS: %w", err)
	}
	options.TLSTimeout = handshakeTimeout.Seconds()
	return nil
}

// Address is where the embedded server takes other processes, host:port, or "".
func (s *Store) Address() string {
	if s.server == nil {
		return ""
	}
	return s.server.address()
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
