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
	seen, err := o.checkedWitness()
	if err != nil {
		return nil, errors.Join(err, folder.Unlock())
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
	s.folder, s.server, s.witness, s.alone = folder, srv, seen, o.Listen == ""
	for _, stream := range s.kept {
		seen.saw(stream.CachedInfo().Config.Name, stream.CachedInfo().State.LastSeq)
	}
	if o.Listen != "" {
		s.endLook = s.witnessOthers()
	}
	return s, nil
}

// lookEvery is how often it is noted what other processes were acknowledged, by the
// server itself: a loss of the last second is not seen.
const lookEvery = time.Second

// witnessOthers notes how far the streams have come, until the returned function is called.
func (s *Store) witnessOthers() (end func()) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(lookEvery)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			for _, stream := range s.kept {
				if info, err := stream.Info(ctx); err == nil {
					s.witness.saw(info.Config.Name, info.State.LastSeq)
				}
			}
		}
	}()
	return func() {
		cancel()
		<-ended
	}
}

// checkedWitness looks if the folder holds what was acknowledged, and opens the file in
// which that stands.
func (o Options) checkedWitness() (*witness, error) {
	known, err := readAcknowledgements(o.Dir)
	if errors.Is(err, ErrNewer) {
		return nil, err
	}
	if err != nil {
		err = fmt.Errorf("%w: %s: %w", ErrDamaged, filepath.Join(o.Dir, acknowledgedName), err)
	} else {
		err = checkFolder(o.Dir, known)
	}
	if err != nil && o.AcceptLoss {
		o.Logger.Warn("going on with what is left of the data folder", "err", err)
		known, err = acknowledgements{}, forgetIndexes(o.Dir)
	}
	if err != nil {
		return nil, err
	}
	return openWitness(o.Dir, known)
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
