package main

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"oauthlab/server/lab"
)

// bind takes the addresses of this process's parties before anything else happens, so that
// a port in use is said at once. It returns the listeners of each party, in their order,
// or those of --listen alone; origins with port 0 become what was given.
func (c *setup) bind() ([][]net.Listener, error) {
	if c.Listen != "" {
		all, err := listen(c.Listen)
		if err != nil {
			return nil, bindError("--listen", c.Listen, err)
		}
		if err := c.Parties.Check(c.Origins); err != nil {
			closeAll(all)
			return nil, err
		}
		return [][]net.Listener{all}, nil
	}
	var listeners [][]net.Listener
	origins := maps.Clone(c.Origins)
	for _, p := range c.Here() {
		all, origin, err := bindParty(p, origins[p.ID], c.Bind)
		if err != nil {
			closeAll(slices.Concat(listeners...))
			return nil, err
		}
		listeners, origins[p.ID] = append(listeners, all), origin
	}
	c.Origins = origins
	if err := c.Parties.Check(c.Origins); err != nil {
		closeAll(slices.Concat(listeners...))
		return nil, err
	}
	return listeners, nil
}

// bindParty takes the address of one party: that of its origin, or its port at ip. It
// returns its origin with the port that it got.
func bindParty(p lab.Party, origin, ip string) ([]net.Listener, string, error) {
	if err := lab.CheckOrigin(p.Flag(), origin); err != nil {
		return nil, "", err
	}
	u, _ := url.Parse(origin) // just checked
	if u.Scheme == "https" {
		return nil, "", fmt.Errorf("%s is %q: https origins are served behind a proxy; pass --listen with the address that it connects to", p.Flag(), origin)
	}
	port := u.Port()
	if port == "" {
		port = "80"
	}
	all, err := listen(net.JoinHostPort(cmp.Or(ip, u.Hostname()), port))
	if err != nil {
		return nil, "", bindError(p.Flag(), origin, err)
	}
	if port == "0" {
		u.Host = net.JoinHostPort(u.Hostname(), portOf(all[0]))
	}
	return all, u.String(), nil
}

// loopbacks are the addresses that the name localhost stands for (RFC 6761 §6.3).
func loopbacks() []string { return []string{"127.0.0.1", "::1"} }

// freePortTries is how many ports the system is asked for until one is free on both.
const freePortTries = 20

// listen listens on address, host:port. The name localhost is two addresses, and each
// program that looks it up takes the one it likes: where the machine has both, it listens
// on both, at the same port, so that no other program gets what is sent to us.
func listen(address string) ([]net.Listener, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil || host != "localhost" {
		l, err := net.Listen("tcp", address)
		if err != nil {
			return nil, err
		}
		return []net.Listener{l}, nil
	}
	for try := 1; ; try++ {
		all, err := listenOnLoopbacks(port)
		if port != "0" || try == freePortTries || !errors.Is(err, syscall.EADDRINUSE) {
			return all, err
		}
	}
}

func listenOnLoopbacks(port string) ([]net.Listener, error) {
	var all []net.Listener
	var missing error
	for _, ip := range loopbacks() {
		l, err := net.Listen("tcp", net.JoinHostPort(ip, port))
		switch {
		case isNoAddress(err):
			missing = err
		case err != nil:
			closeAll(all)
			return nil, err
		default:
			all = append(all, l)
			port = portOf(l)
		}
	}
	if len(all) == 0 {
		return nil, missing
	}
	return all, nil
}

// isNoAddress reports whether err says that this machine has no such address, as with
// IPv6 switched off.
func isNoAddress(err error) bool {
	return errors.Is(err, syscall.EADDRNOTAVAIL) || errors.Is(err, syscall.EAFNOSUPPORT) || errors.Is(err, syscall.EPROTONOSUPPORT)
}

func portOf(l net.Listener) string { return strconv.Itoa(l.Addr().(*net.TCPAddr).Port) }

// bindError says which flag asked for an address that cannot be had. Where that is one
// of several, it names the address too.
func bindError(flag, where string, err error) error {
	if !errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("%s %s: %w", flag, where, err)
	}
	at := ""
	if failed := (*net.OpError)(nil); errors.As(err, &failed) && failed.Addr != nil && !strings.HasSuffix(where, failed.Addr.String()) {
		at = "on " + failed.Addr.String() + " "
	}
	return fmt.Errorf("%s %s: %sthe port is in use; stop what uses it, or pass %s with another port", flag, where, at, flag)
}

func closeAll(listeners []net.Listener) {
	for _, l := range listeners {
		l.Close() //nolint:errcheck // on the way out
	}
}

// canonical serves a party under its own host alone: on 127.0.0.1 instead of localhost,
// frames and cookies would fail. It redirects navigations to that host, and answers every
// other request with the host that came and the one that is expected.
func canonical(origin string, log *slog.Logger, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if isFor(origin, r) {
			next.ServeHTTP(w, r)
			return
		}
		told := wrongHost(log, r, origin)
		status := http.StatusMisdirectedRequest // RFC 9110 §15.5.20
		if isNavigation(r) {
			status = http.StatusTemporaryRedirect
			w.Header().Set("Location", origin+r.URL.RequestURI())
		}
		w.Header().Set("Cache-Control", "no-store")
		http.Error(w, "This is "+origin+" and no other host.", status)
		fmt.Fprintln(w, told)
	})
}

// byHost serves several parties on one address.
func byHost(origins []string, log *slog.Logger, handlers []http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for i, origin := range origins {
			if isFor(origin, r) {
				handlers[i].ServeHTTP(w, r)
				return
			}
		}
		told := wrongHost(log, r, origins...)
		w.Header().Set("Cache-Control", "no-store")
		http.Error(w, "No party of the lab has this host.", http.StatusMisdirectedRequest)
		fmt.Fprintln(w, told)
	})
}

// isFor reports whether the request's Host is that of origin.
func isFor(origin string, r *http.Request) bool {
	u, _ := url.Parse(origin) // checked at start
	return lab.OriginOf(&url.URL{Scheme: u.Scheme, Host: r.Host}) == origin
}

// isNavigation reports whether r opens a page (Sec-Fetch-Mode, Fetch Metadata §2.2). A
// program that sends no such header counts as a browser where it only reads. A script that
// was redirected to another origin would fail there for want of CORS, without a reason.
func isNavigation(r *http.Request) bool {
	mode := r.Header.Get("Sec-Fetch-Mode")
	return (r.Method == http.MethodGet || r.Method == http.MethodHead) &&
		(mode == "navigate" || mode == "" && r.Header.Get("Upgrade") == "")
}

// maxHostShown is how much of a wrong Host is repeated, in bytes.
const maxHostShown = 100

// wrongHost logs that a request came with a Host that nobody expects, and returns what the
// sender is told of it.
func wrongHost(log *slog.Logger, r *http.Request, expected ...string) string {
	came := r.Host
	if len(came) > maxHostShown {
		came = came[:maxHostShown] + "..."
	}
	var hosts []string
	for _, origin := range expected {
		_, host, _ := strings.Cut(origin, "://")
		hosts = append(hosts, host)
	}
	want := strings.Join(hosts, " or ")
	log.Warn("a request with a wrong Host", "host", came, "expected", want, "method", r.Method, "from", r.RemoteAddr,
		"hint", "a proxy must pass the Host on; a flag per party takes its public origin")
	return fmt.Sprintf("The request came with the Host %s; expected is %s.", came, want)
}

// strictTransport has browsers come by https alone for a year (RFC 6797 §6.1).
const strictTransport = "max-age=31536000"

// secured adds to each answer of an https origin that it is to be reached by https
// alone. Not on this machine, where other programs share the host's name.
func secured(origin string, next http.Handler) http.Handler {
	u, _ := url.Parse(origin) // checked at start
	if u.Scheme != "https" || lab.Loopback(u.Hostname()) {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Strict-Transport-Security", strictTransport)
		next.ServeHTTP(w, r)
	})
}
