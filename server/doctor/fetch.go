package doctor

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"slices"
	"strings"
	"syscall"
	"time"

	"oauthlab/server/native"
)

// Bounds of an examination.
const (
	maxDocument = 256 << 10 // bytes of an answer
	maxHeader   = 64 << 10  // bytes of the headers of one
	maxRequests = 80
	maxHops     = 5  // redirects from one address
	maxServers  = 4  // authorization servers of one resource that are examined
	maxLinks    = 30 // endpoints, keys or servers of one document that are looked at
)

// userAgent is how the requests name themselves.
const userAgent = "oauthlab-doctor"

// pageOrigin is the page for which CORS is tried (RFC 2606 §2 keeps the name free).
const pageOrigin = "https://client.example"

// fetcher sends the requests.
type fetcher struct {
	timeout time.Duration // of one request, with its answer
	follow  bool          // to other hosts
	roots   *x509.CertPool

	home    string // host and port that were given
	private bool   // home is this machine, or in a private network, with all its addresses
	left    int    // requests
	client  *http.Client
	dialer  *net.Dialer
}

var (
	errElsewhere = errors.New("on another host")
	errPrivate   = errors.New("in a private network")
	errSpent     = errors.New("too many requests")
	errDrained   = errors.New("out of time")
)

// newFetcher returns one with a way of its own: no proxies of the environment, no cookies, no
// credentials, no compression, which a few bytes could blow up.
func newFetcher(timeout time.Duration, follow bool, roots *x509.CertPool, home *url.URL) *fetcher {
	f := &fetcher{timeout: timeout, follow: follow, roots: roots, home: hostOf(home), left: maxRequests}
	f.dialer = &net.Dialer{Timeout: timeout, Control: func(_, address string, _ syscall.RawConn) error { return f.allow(address) }}
	f.client = native.WithoutRedirects(&http.Transport{
		DialContext: f.dialer.DialContext, TLSClientConfig: f.tls(""), ForceAttemptHTTP2: true,
		MaxResponseHeaderBytes: maxHeader, TLSHandshakeTimeout: timeout, ResponseHeaderTimeout: timeout,
	})
	return f
}

func (f *fetcher) tls(name string) *tls.Config {
	return &tls.Config{RootCAs: f.roots, ServerName: name, MinVersion: tls.VersionTLS12} // RFC 9325 §3.1.1
}

func (f *fetcher) close() { f.client.CloseIdleConnections() }

// allow refuses to connect from what is on the internet to what is not: a document could
// otherwise have this machine ask its own services.
func (f *fetcher) allow(address string) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil || f.private || !isPrivate(at.Addr()) {
		return err
	}
	return errPrivate
}

// reached takes note of the address at which a host was found. A name may lead to a private
// network at its first look-up, and to the internet from then on.
func (f *fetcher) reached(u *url.URL, at net.Addr) {
	if hostOf(u) == f.home {
		found, err := netip.ParseAddrPort(at.String())
		f.private = f.private && err == nil && isPrivate(found.Addr())
	}
}

// isPrivate reports whether an address is this machine's or a private network's.
func isPrivate(ip netip.Addr) bool {
	ip = ip.Unmap()
	for _, reserved := range []string{
		"0.0.0.0/8",     // RFC 6890 §2.2.2
		"100.64.0.0/10", // RFC 6598 §7
		"198.18.0.0/15", // RFC 2544
		"64:ff9b::/96",  // RFC 6052 §2.1: an IPv4 address, of whatever network
		"2002::/16",     // RFC 3056 §2: likewise
		"fec0::/10",     // RFC 3879 §4
	} {
		if netip.MustParsePrefix(reserved).Contains(ip) {
			return true
		}
	}
	return ip.IsLoopback() || ip.IsPrivate() || ip.IsLinkLocalUnicast() || ip.IsUnspecified() || ip.IsMulticast()
}

// elsewhere reports whether nobody asked to go to an address.
func (f *fetcher) elsewhere(u *url.URL) bool { return !f.follow && hostOf(u) != f.home }

// isHere reports whether what is examined is on this machine.
func (f *fetcher) isHere() bool {
	host, _, err := net.SplitHostPort(f.home)
	return err == nil && isHere(host)
}

// answer is what came to a request.
type answer struct {
	status int
	header http.Header
	body   []byte
	more   bool // the body goes on behind maxDocument
}

// do sends one request with headers, name and value in turn.
func (f *fetcher) do(ctx context.Context, method, address, body string, headers ...string) (answer, error) {
	u, err := url.Parse(address)
	if err != nil {
		return answer{}, err
	}
	switch {
	case f.elsewhere(u):
		return answer{}, errElsewhere
	case f.left == 0:
		return answer{}, errSpent
	case ctx.Err() != nil:
		return answer{}, context.Cause(ctx)
	}
	f.left--
	within, cancel := context.WithTimeout(ctx, f.timeout)
	defer cancel()
	r, err := http.NewRequestWithContext(within, method, address, strings.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	r.Header.Set("User-Agent", userAgent)
	r.Header.Set("Accept-Encoding", "identity") // RFC 9110 §12.5.3; nothing is unpacked then
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	resp, err := f.client.Do(r)
	if err != nil {
		return answer{}, f.because(ctx, err)
	}
	defer resp.Body.Close()
	a := answer{status: resp.StatusCode, header: resp.Header}
	a.body, err = io.ReadAll(io.LimitReader(resp.Body, maxDocument+1))
	if a.more = len(a.body) > maxDocument; a.more {
		a.body = a.body[:maxDocument]
	}
	if err != nil {
		return a, &cutShort{came: len(a.body), cause: f.because(ctx, err)}
	}
	return a, nil
}

// because is why a request failed; where the whole was over, that.
func (f *fetcher) because(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// cutShort is the error of an answer that began, and did not come to its end.
type cutShort struct {
	came  int // bytes of the body
	cause error
}

func (c *cutShort) Error() string { return "the answer breaks off" }
func (c *cutShort) Unwrap() error { return c.cause }

// hop is a redirect that was met.
type hop struct {
	status int
	to     string
}

// fetched is what came of an address, perhaps by redirects.
type fetched struct {
	answer
	hops []hop
	err  error // nothing can be said of the answer
	stop said  // why the last redirect was not followed
}

// get asks for an address. It follows redirects that do not lead elsewhere, and tells of all.
func (f *fetcher) get(ctx context.Context, address string) (got fetched) {
	been := []string{address}
	for {
		got.answer, got.err = f.do(ctx, http.MethodGet, address, "", "Accept", "application/json")
		if got.err != nil || !isRedirect(got.status) {
			return got
		}
		to, stop := f.next(address, got.header.Get("Location"))
		got.hops = append(got.hops, hop{got.status, to})
		switch {
		case stop != "":
			got.stop = stop
		case slices.Contains(been, to):
			got.stop = "and so in a circle"
		case len(got.hops) > maxHops:
			got.stop = "after so many others"
		}
		if got.stop != "" {
			return got
		}
		address, been = to, append(been, to)
	}
}

// isRedirect reports whether a status sends to another address (RFC 9110 §15.4).
func isRedirect(status int) bool {
	return slices.Contains([]int{301, 302, 303, 307, 308}, status)
}

// next is where a redirect leads, and why it is not followed.
func (f *fetcher) next(from, location string) (to string, stop said) {
	base, err := url.Parse(from)
	if err != nil || location == "" {
		return "", "without saying where to"
	}
	u, err := base.Parse(location)
	if err != nil {
		return location, "which is no address"
	}
	to = u.String()
	_, wrong := webAddress(to)
	switch {
	case wrong.is != "":
		return to, "which " + wrong.is
	case base.Scheme == "https" && u.Scheme == "http":
		return to, "which is http"
	case f.elsewhere(u):
		return to, "which is on another host; pass --follow to go there"
	}
	return to, ""
}

// withoutAddress is an error without the address, which is printed beside it or has no place.
func withoutAddress(err error) error { return native.WithoutAddress(err) }

// explain says of an error what it means, as a whole sentence, and what to do.
func (f *fetcher) explain(err error) (says, do said) {
	var (
		cut       *cutShort
		noName    *net.DNSError
		wrongName x509.HostnameError
		unknown   x509.UnknownAuthorityError
		invalid   x509.CertificateInvalidError
		noTLS     tls.RecordHeaderError
		alert     tls.AlertError
		timeout   net.Error
	)
	switch isTimeout := errors.As(err, &timeout) && timeout.Timeout(); {
	case errors.Is(err, errDrained):
		return "The time for the whole examination is used up.", ""
	case errors.Is(err, context.Canceled):
		return "It was interrupted.", ""
	case errors.Is(err, errSpent):
		return say("%d requests are enough.", maxRequests), ""
	case errors.Is(err, errElsewhere):
		return "It is on another host.", "Pass --follow to go there."
	case errors.Is(err, errPrivate):
		return "The address is of a private network or of this machine, and what was given is not.", "Name addresses there that everybody can reach."
	case errors.As(err, &cut) && isTimeout:
		return say("The answer began, and did not end within %s: %d bytes came.", f.timeout, cut.came), "Look why the server does not finish the answer; --timeout gives it longer."
	case errors.As(err, &cut):
		return say("The answer breaks off after %d bytes.", cut.came), "Look why the server, or a proxy before it, ends the answer too early."
	case errors.As(err, &noName) && noName.IsNotFound:
		return "There is no such name.", "Look whether the name is spelt right, and known to the name server that this machine asks."
	case errors.As(err, &noName):
		return say("The name cannot be resolved: %s.", noName.Err), "Look whether the name server of this machine answers."
	case errors.Is(err, syscall.ECONNREFUSED):
		return "The connection is refused: nothing listens there.", "Look whether the server runs, and whether the port is right."
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return "No way leads there.", "Look whether this machine reaches the network of the server."
	case errors.As(err, &wrongName):
		return say("The certificate is for %s, and not for %s.", list(namesOf(wrongName.Certificate)), wrongName.Host), "Get a certificate that has this name, or use a name that the certificate has (RFC 9110 §4.3.4)."
	case errors.As(err, &unknown):
		return unknownAuthority(unknown.Cert), "Have the server send the whole chain, signed by an authority that clients know. One of your own stands in the system's store, or in the file that SSL_CERT_FILE names."
	case errors.As(err, &invalid):
		return invalidCertificate(invalid), "Get a new certificate, and look whether the clocks are right."
	case errors.As(err, &noTLS):
		return "What answers there does not speak TLS.", "Look whether the port is that of https; on this machine, http may be meant."
	case errors.As(err, &alert):
		return say("The server ends the TLS handshake: %s.", alert), "Look which versions and certificates the server takes: it takes TLS 1.2 at least (RFC 9325 §3.1.1)."
	case isTimeout, errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded):
		return say("Nothing comes within %s.", f.timeout), "Look whether the server hangs, or a firewall drops what is sent; --timeout gives it longer."
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET):
		return "The connection is closed before an answer comes.", "Look whether the server speaks HTTP on this port, and into its log."
	}
	return say("It fails: %s.", withoutAddress(err)), "Look whether the server speaks HTTP on this port, and into its log."
}

// namesOf are the names that a certificate is for.
func namesOf(c *x509.Certificate) []string {
	names := slices.Clone(c.DNSNames)
	for _, ip := range c.IPAddresses {
		names = append(names, ip.String())
	}
	if len(names) == 0 {
		return []string{"no host"}
	}
	return names
}

func unknownAuthority(c *x509.Certificate) said {
	switch {
	case c == nil:
		return "The certificate is signed by an authority that this machine does not know."
	case c.CheckSignatureFrom(c) == nil || string(c.RawIssuer) == string(c.RawSubject):
		return "The certificate is signed by itself, and no authority stands for it."
	}
	return say("The certificate is signed by %s, which this machine does not know.", fmt.Sprint(c.Issuer))
}

func invalidCertificate(e x509.CertificateInvalidError) said {
	if e.Reason != x509.Expired || e.Cert == nil {
		return say("The certificate is not good for this: %s.", e)
	}
	if now := time.Now(); now.Before(e.Cert.NotBefore) {
		return say("The certificate is good from %s on, and not yet.", e.Cert.NotBefore.UTC().Format(time.DateOnly))
	}
	return say("The certificate expired on %s.", e.Cert.NotAfter.UTC().Format(time.DateOnly))
}
