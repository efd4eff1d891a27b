package store

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// reconnectWait is how long a client waits before it tries the same server again
// after it lost it; another of the cluster it tries at once.
const reconnectWait = 250 * time.Millisecond

// Login is how a process shows a NATS server who it is, and checks who that is.
// What is empty is not used.
type Login struct {
	Credentials string // file of a user's JWT and seed
	Token       string // a shared secret
	CA          string // file of the certificates that sign the server's, for TLS
	Certificate string // file of this process's own certificate, for TLS
	Key         string // file of its key
}

// options returns the login as the client library takes it.
func (l Login) options() []nats.Option {
	var all []nats.Option
	if l.Credentials != "" {
		all = append(all, nats.UserCredentials(l.Credentials))
	}
	if l.Token != "" {
		all = append(all, nats.Token(l.Token))
	}
	if l.CA != "" {
		all = append(all, nats.RootCAs(l.CA))
	}
	if l.Certificate != "" {
		all = append(all, nats.ClientCert(l.Certificate, l.Key))
	}
	return all
}

// openRemote opens a store on servers that run elsewhere. It waits for one of
// them as long as an embedded one may take to start.
func openRemote(ctx context.Context, o Options) (*Store, error) {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	for try := 0; ; try++ {
		s, err := attach(ctx, o, o.URL, o.Login.options()...)
		if err == nil {
			return s, nil
		}
		if isUnauthorized(err) {
			return nil, fmt.Errorf("%w: %w", ErrUnauthorized, err)
		}
		if !isAbsent(err) {
			return nil, fmt.Errorf("NATS: %w", err)
		}
		if try == 0 {
			o.Logger.Warn("NATS does not answer yet", "error", err)
		}
		if pause(ctx, try) != nil {
			return nil, fmt.Errorf("NATS does not answer: %w", err)
		}
	}
}

// isAbsent reports whether err says that a server is not there, or not yet, or not
// yet with all of its cluster: the kinds of failure at the start that waiting may mend.
func isAbsent(err error) bool {
	var refused *jetstream.APIError
	if errors.As(err, &refused) && refused.ErrorCode == codeNoPeers {
		return true
	}
	var broken *net.OpError
	return errors.Is(err, nats.ErrNoServers) || errors.As(err, &broken) && broken.Op == "dial" ||
		errors.Is(err, context.DeadlineExceeded) || isLost(err)
}
