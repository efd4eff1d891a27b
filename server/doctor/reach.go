package doctor

import (
	"context"
	"crypto/tls"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"time"
)

// soon is when a certificate is close to its end.
const soon = 14 * 24 * time.Hour

// reach looks whether a host can be reached: its name, a connection, its certificate. It returns
// false where one of them fails; the rest of the steps is skipped then.
func (e *examination) reach(u *url.URL) bool {
	ctx, cancel := context.WithTimeout(e.ctx, e.fetcher.timeout)
	defer cancel()
	return e.resolve(ctx, u) && e.connect(u)
}

// resolve looks the host's name up.
func (e *examination) resolve(ctx context.Context, u *url.URL) bool {
	host := u.Hostname()
	var ips []netip.Addr
	if ip, err := netip.ParseAddr(host); err == nil {
		ips = append(ips, ip)
		e.passed(stepName, "", say("%s is an address; there is nothing to resolve.", host))
	} else {
		ips, err = net.DefaultResolver.LookupNetIP(ctx, "ip", host)
		if err != nil {
			e.failedWith(stepName, "", e.fetcher.because(e.ctx, err))
			return false
		}
		var texts []string
		for _, ip := range ips {
			texts = append(texts, ip.Unmap().String())
		}
		e.passed(stepName, "", say("%s is %s.", host, list(texts)))
	}
	if hostOf(u) == e.fetcher.home {
		isPublic := func(ip netip.Addr) bool { return !isPrivate(ip) }
		e.fetcher.private = !slices.ContainsFunc(ips, isPublic)
	}
	return true
}

// connect opens a connection, and over it TLS where the address is https.
func (e *examination) connect(u *url.URL) bool {
	ctx, cancel := context.WithTimeout(e.ctx, e.fetcher.timeout)
	defer cancel()
	conn, err := e.fetcher.dialer.DialContext(ctx, "tcp", hostOf(u))
	if err != nil {
		e.failedWith(stepConnection, "", e.fetcher.because(e.ctx, err))
		return false
	}
	defer conn.Close()
	e.fetcher.reached(u, conn.RemoteAddr())
	e.passed(stepConnection, "", say("%s takes a connection.", conn.RemoteAddr()))
	if u.Scheme == "http" {
		e.note(stepTLS, "RFC 8414 §2", "It is http, which is for this machine alone; anywhere else it has to be https.")
		return true
	}
	over := tls.Client(conn, e.fetcher.tls(u.Hostname()))
	if err := over.HandshakeContext(ctx); err != nil {
		e.failedWith(stepTLS, "RFC 8414 §6.1", e.fetcher.because(e.ctx, err))
		return false
	}
	state := over.ConnectionState()
	end := state.PeerCertificates[0].NotAfter
	says := say("%s, with a certificate for %s that is good until %s.", said(tls.VersionName(state.Version)), u.Hostname(), end.UTC().Format(time.DateOnly))
	if time.Until(end) < soon {
		e.warning(stepTLS, "RFC 8414 §6.1", says)
		return true
	}
	e.passed(stepTLS, "RFC 8414 §6.1", says)
	return true
}
