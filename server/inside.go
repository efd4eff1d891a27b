package main

import (
	"fmt"
	"net"
	"net/http"
	"net/url"

	"oauthlab/server/lab"
)

// inside carries what the robot and Mallory send to the lab's own origins. A party of
// this process it reaches on its listener, as the proxy in front of it does: so they
// need neither the public names nor the certificates. Parties elsewhere it reaches
// under their origins.
type inside struct {
	listeners map[string]string // by the origin's host, host:port
	next      http.RoundTripper
}

// newInside returns the way to the parties served on the listener behind a proxy.
func newInside(parties lab.Parties, origins lab.Origins, behind net.Listener) http.RoundTripper {
	at := map[string]string{}
	port := behind.Addr().(*net.TCPAddr).Port
	for _, p := range parties {
		u, _ := url.Parse(origins[p.ID]) // checked at start
		at[u.Host] = reachable(behind.Addr().(*net.TCPAddr).IP, port)
	}
	return &inside{listeners: at, next: http.DefaultTransport}
}

// reachable is where a listener of this machine is reached.
func reachable(ip net.IP, port int) string {
	if ip.IsUnspecified() {
		return fmt.Sprintf("localhost:%d", port)
	}
	return net.JoinHostPort(ip.String(), fmt.Sprint(port))
}

// RoundTrip implements http.RoundTripper.
func (in *inside) RoundTrip(r *http.Request) (*http.Response, error) {
	at, here := in.listeners[r.URL.Host]
	if !here {
		return in.next.RoundTrip(r)
	}
	inner := r.Clone(r.Context())
	inner.Host = r.URL.Host
	inner.URL.Scheme, inner.URL.Host = "http", at
	answer, err := in.next.RoundTrip(inner)
	if answer != nil {
		answer.Request = r // what it says is relative to the public address
	}
	return answer, err
}
