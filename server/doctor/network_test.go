package doctor

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"oauthlab/server/config"
)

const metadataPath = "/.well-known/oauth-authorization-server"

// Where a host cannot be reached, one step says why, and what follows is skipped.
func TestHostsThatCannotBeReached(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0") // which nobody accepts at
	if err != nil {
		t.Fatal(err)
	}
	free := silent.Addr().String()
	silent.Close()
	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	rude := listens(t, func(c net.Conn) { c.Close() })
	for name, tt := range map[string]struct {
		url  string
		want []string
	}{
		"no such name":      {"https://nobody.invalid", []string{"failed name: There is no such name. -> Look whether the name is spelt right, and known to the name server that this machine asks."}}, // RFC 6761 §6.4
		"nobody listens":    {"https://" + free, []string{"failed connection: The connection is refused: nothing listens there. -> Look whether the server runs, and whether the port is right."}},
		"it speaks no TLS":  {"https://" + plain.Listener.Addr().String(), []string{"failed TLS: What answers there does not speak TLS. (RFC 8414 §6.1) -> Look whether the port is that of https; on this machine, http may be meant."}},
		"it hangs up":       {"https://" + rude, []string{"failed TLS: The connection is closed before an answer comes. (RFC 8414 §6.1) -> Look whether the server speaks HTTP on this port, and into its log."}},
		"it is an ftp site": {"ftp://a.example", []string{"failed address: ftp://a.example has the scheme ftp. (RFC 8414 §2) -> Use an address that begins with https://."}},
	} {
		t.Run(name, func(t *testing.T) {
			x := examine(t, doctor{Doctor: config.Doctor{URL: tt.url, Timeout: 10 * time.Second}, total: time.Minute})
			if diff := cmp.Diff(tt.want, x.told("no origin", failed, warning)); diff != "" {
				t.Error(diff)
			}
			if all := append(x.stepsWith(passed), append(x.stepsWith(failed), x.stepsWith(skipped)...)...); !slices.Equal(all, stepsOfHost) {
				t.Errorf("it tells of %q, want %q", all, stepsOfHost)
			}
		})
	}
}

// listens has each connection to a port of its own handled, and returns its address.
func listens(t *testing.T, handle func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			handle(c)
		}
	}()
	return l.Addr().String()
}

// Each way in which a certificate is not good is told in plain words.
func TestCertificatesThatAreNotGood(t *testing.T) {
	now := time.Now()
	day := func(at time.Time) string { return at.UTC().Format(time.DateOnly) }
	long, soonOver := now.Add(300*24*time.Hour), now.Add(3*24*time.Hour)
	for name, tt := range map[string]struct {
		from, until time.Time
		names       []string
		unknown     bool // the authority is
		want        []string
	}{
		"signed by itself": {now.Add(-time.Hour), long, []string{"localhost"}, true, []string{
			"failed TLS: The certificate is signed by itself, and no authority stands for it. (RFC 8414 §6.1) -> Have the server send the whole chain, signed by an authority that clients know. One of your own stands in the system's store, or in the file that SSL_CERT_FILE names.",
		}},
		"expired": {now.Add(-48 * time.Hour), now.Add(-24 * time.Hour), []string{"localhost"}, false, []string{
			"failed TLS: The certificate expired on " + day(now.Add(-24*time.Hour)) + ". (RFC 8414 §6.1) -> Get a new certificate, and look whether the clocks are right.",
		}},
		"not yet good": {now.Add(24 * time.Hour), long, []string{"localhost"}, false, []string{
			"failed TLS: The certificate is good from " + day(now.Add(24*time.Hour)) + " on, and not yet. (RFC 8414 §6.1) -> Get a new certificate, and look whether the clocks are right.",
		}},
		"for another name": {now.Add(-time.Hour), long, []string{"a.example", "b\x1b.example"}, false, []string{
			`failed TLS: The certificate is for a.example and "b\x1b.example", and not for localhost. (RFC 8414 §6.1) -> Get a certificate that has this name, or use a name that the certificate has (RFC 9110 §4.3.4).`,
		}},
		"close to its end": {now.Add(-time.Hour), soonOver, []string{"localhost"}, false, []string{
			"warning TLS: TLS 1.3, with a certificate for localhost that is good until " + day(soonOver) + ". (RFC 8414 §6.1)",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			certificate, roots := certified(t, tt.from, tt.until, tt.names)
			secure := httptest.NewUnstartedServer(http.HandlerFunc(s.serve))
			secure.Config.ErrorLog = log.New(io.Discard, "", 0)
			secure.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}}
			secure.StartTLS()
			defer secure.Close()
			d := s.doctor("")
			_, port, _ := net.SplitHostPort(secure.Listener.Addr().String())
			d.URL, d.roots = "https://localhost:"+port, roots
			if tt.unknown {
				d.roots = x509.NewCertPool()
			}
			x := examine(t, d)
			got := x.told(s.origin, failed, warning)
			if len(got) > 1 { // one that is close to its end goes on; the metadata are of another origin
				got = got[:1]
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// certified makes a certificate of its own authority.
func certified(t *testing.T, from, until time.Time, names []string) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Made for a test"}, NotBefore: from, NotAfter: until,
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, DNSNames: names,
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(leaf)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, roots
}

// hanging has requests for a path run out of their time, without a clock: before the answer,
// or when so many bytes of its body were read.
type hanging struct {
	http.RoundTripper
	path string
	read int           // 0: before the answer
	hung chan struct{} // is closed when the server has the request
}

func (h hanging) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Path != h.path {
		return h.RoundTripper.RoundTrip(r)
	}
	ctx, cancel := context.WithCancelCause(r.Context())
	if h.read == 0 {
		go func() {
			<-h.hung
			cancel(context.DeadlineExceeded)
		}()
	}
	resp, err := h.RoundTripper.RoundTrip(r.WithContext(ctx))
	if err != nil {
		cancel(err)
		return nil, err
	}
	resp.Body = &slowly{ReadCloser: resp.Body, left: h.read, over: cancel}
	return resp, nil
}

// slowly is a body in the middle of which the time is over.
type slowly struct {
	io.ReadCloser
	left int
	over context.CancelCauseFunc
}

func (s *slowly) Read(p []byte) (int, error) {
	if s.left == 0 {
		s.over(context.DeadlineExceeded)
		return s.ReadCloser.Read(p)
	}
	n, err := s.ReadCloser.Read(p[:min(len(p), s.left)])
	s.left -= n
	return n, err
}

func (s *slowly) Close() error {
	s.over(context.Canceled)
	return s.ReadCloser.Close()
}

// A server that hangs is told of, and what was found before is kept.
func TestServersThatHang(t *testing.T) {
	const begun = `{"keys":[ the rest never comes`
	tests := map[string]struct {
		path string
		read int
		want []string
	}{
		"before the metadata": {metadataPath, 0, []string{
			"warning well-known: /.well-known/oauth-authorization-server does not answer. Nothing comes within 10s. (RFC 8414 §3.1)",
			"failed well-known: No address has a document. (RFC 8414 §3.1) -> Look whether the server hangs, or a firewall drops what is sent; --timeout gives it longer.",
		}},
		"before the keys": {"/jwks", 0, []string{
			"failed jwks_uri: /jwks does not answer. Nothing comes within 10s. (RFC 7517 §5) -> Serve the keys at the address that the metadata name: without them nobody can check a signature.",
		}},
		"in the middle of the keys": {"/jwks", len(begun), []string{
			"failed jwks_uri: /jwks answers 200. The answer began, and did not end within 10s: 30 bytes came. (RFC 7517 §5) -> Serve the keys at the address that the metadata name: without them nobody can check a signature.",
		}},
		"before the token endpoint": {"/token", 0, []string{
			"failed token endpoint: Nothing comes within 10s. (RFC 6749 §5.2) -> Look whether the server hangs, or a firewall drops what is sent; --timeout gives it longer.",
		}},
		"in the middle of the token endpoint": {"/token", len(begun), []string{
			"failed token endpoint: The answer began, and did not end within 10s: 30 bytes came. (RFC 6749 §5.2) -> Look why the server does not finish the answer; --timeout gives it longer.",
		}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			hung, ended := make(chan struct{}), make(chan struct{})
			defer close(ended) // and not before: an answer would come to its end when its connection does
			var once atomic.Bool
			s := newSite(t, func(s *site) {
				s.at[tt.path] = func(w http.ResponseWriter, _ *http.Request) {
					w.Header().Set("Access-Control-Allow-Origin", "*")
					if tt.read > 0 {
						io.WriteString(w, begun) //nolint:errcheck // the caller has gone
						w.(http.Flusher).Flush()
					}
					if once.CompareAndSwap(false, true) {
						close(hung)
					}
					<-ended
				}
			})
			d := s.doctor("")
			d.via = func(on http.RoundTripper) http.RoundTripper {
				return hanging{RoundTripper: on, path: tt.path, read: tt.read, hung: hung}
			}
			x := examine(t, d)
			if diff := cmp.Diff(tt.want, x.wrong(s)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Answers that are too large, packed or broken off fill no memory and stop nothing.
func TestAnswersWithoutMeasure(t *testing.T) {
	var bomb bytes.Buffer
	packed := gzip.NewWriter(&bomb)
	if _, err := io.CopyN(packed, zeros{}, 1<<20); err != nil {
		t.Fatal(err)
	}
	packed.Close()
	endless := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, `{"issuer":"`) //nolint:errcheck // it goes on until the caller has gone
		io.Copy(w, zeros{})              //nolint:errcheck // the caller has gone
	}
	const do = " (RFC 8414 §3.2) -> Answer with one JSON object. Often a proxy, or the page of an app, answers in the server's place."
	for name, tt := range map[string]struct {
		handler http.HandlerFunc
		want    string
	}{
		"endless": {endless, "failed JSON: It is larger than 256 KiB, and was not read to its end." + do},
		"a gzip bomb": {func(w http.ResponseWriter, r *http.Request) {
			if got := r.Header.Get("Accept-Encoding"); got != "identity" {
				t.Errorf("it accepts %q", got)
			}
			w.Header().Set("Content-Encoding", "gzip")
			answers(200, "application/json", bomb.String())(w, r)
		}, "failed JSON: It is packed with gzip, which nobody asked for." + do},
		"broken off": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			answers(200, "application/json", "{}")(w, nil)
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		}, "failed well-known: No address has a document. (RFC 8414 §3.1) -> Look why the server, or a proxy before it, ends the answer too early."},
		"nested": {answers(200, "application/json", strings.Repeat(`{"a":`, 10_000)), "failed JSON: It is nested deeper than 32 levels." + do},
		"a member of a quarter megabyte": {answers(200, "application/json", `{"issuer":"https://`+strings.Repeat("a", 250_000)+`"}`),
			`failed issuer: The document is of https://` + strings.Repeat("a", 149) + `..., which is longer than 2048 bytes. (RFC 8414 §2) -> Give a shorter address.`},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, func(s *site) { s.at[metadataPath] = tt.handler })
			x := examine(t, s.doctor(""))
			if got := x.wrong(s); !slices.Contains(got, tt.want) {
				t.Errorf("it says %q, want %s", got, tt.want)
			}
		})
	}
}

// zeros is text that never ends.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = '0'
	}
	return len(p), nil
}

// Redirects are told, and followed only where that is harmless.
func TestRedirectsAreTold(t *testing.T) {
	other := newSite(t)
	chain := func(s *site) {
		for i := range 10 {
			s.at[fmt.Sprintf("/hop%d", i)] = sends(302, fmt.Sprintf("/hop%d", i+1))
		}
		s.at[metadataPath] = sends(302, "/hop0")
	}
	for name, tt := range map[string]struct {
		change func(*site)
		want   string
	}{
		"in a circle": {func(s *site) { s.at[metadataPath], s.at["/again"] = sends(302, "/again"), sends(307, metadataPath) },
			"/.well-known/oauth-authorization-server redirects with 302 to /again, redirects with 307 to /.well-known/oauth-authorization-server, and so in a circle."},
		"too often": {chain, "/.well-known/oauth-authorization-server redirects with 302 to /hop0, redirects with 302 to /hop1, redirects with 302 to /hop2, redirects with 302 to /hop3, redirects with 302 to /hop4, redirects with 302 to /hop5, after so many others."},
		"to another host": {func(s *site) { s.at[metadataPath] = sends(301, other.origin+metadataPath) },
			"/.well-known/oauth-authorization-server redirects with 301 to " + other.origin + "/.well-known/oauth-authorization-server, which is on another host; pass --follow to go there."},
		"to http": {func(s *site) { s.at[metadataPath] = sends(301, "http://localhost:1/") },
			"/.well-known/oauth-authorization-server redirects with 301 to http://localhost:1/, which is http."},
		"to a script": {func(s *site) { s.at[metadataPath] = sends(301, "javascript:alert(1)") },
			"/.well-known/oauth-authorization-server redirects with 301 to javascript:alert(1), which is no web address."},
		"to nowhere": {func(s *site) { s.at[metadataPath] = sends(301, "") },
			`/.well-known/oauth-authorization-server redirects with 301 to "", without saying where to.`},
		"with a mark that turns text": {func(s *site) { s.at[metadataPath] = sends(301, "/\u202e?\u202e") },
			`/.well-known/oauth-authorization-server redirects with 301 to "/%E2%80%AE?\u202e", which answers 404.`},
		"with an escape": {func(s *site) { s.at[metadataPath] = sends(301, "/\x1b[31m") },
			`/.well-known/oauth-authorization-server does not answer. It fails: "net/http: HTTP/1.x transport connection broken: malformed MIME header line: \"Location: /\\x1b[31m\"".`},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, tt.change)
			x := examine(t, s.doctor(""))
			if got, want := x.wrong(s), "warning well-known: "+tt.want+" (RFC 8414 §3.1)"; !slices.Contains(got, want) {
				t.Errorf("it says %q\nwant %s", got, want)
			}
			if x.well {
				t.Error("nothing failed")
			}
			if got := x.wrong(s); strings.Contains(tt.want, " redirects ") && !strings.Contains(tt.want, "404") && !slices.Contains(got, "failed well-known: No address has a document. (RFC 8414 §3.1) -> Answer at /.well-known/oauth-authorization-server itself, without a redirect.") {
				t.Errorf("it says %q", got)
			}
		})
	}
	if asked := other.requests(); len(asked) > 0 {
		t.Errorf("the other host is asked %q", asked)
	}
}

// Another host is listed, and asked only with --follow.
func TestOtherHostsAreAskedWithFollowAlone(t *testing.T) {
	for _, follow := range []bool{false, true} {
		other := newSite(t)
		s := newSite(t, func(s *site) {
			s.metadata["jwks_uri"] = other.origin + "/jwks"
			s.resource["authorization_servers"] = []string{s.origin, other.origin}
		})
		other.metadata["protected_resources"] = []string{s.origin + "/api"}
		d := s.doctor("/api")
		d.Follow = follow
		d.roots.AddCert(certificateOf(t, other))
		x := examine(t, d)
		host := strings.TrimPrefix(other.origin, "https://")
		if !x.well || len(x.wrong(s)) > 0 {
			t.Errorf("with --follow %v it says %q", follow, x.wrong(s))
		}
		if got := x.told(s.origin, note); !slices.Contains(got, "note endpoints: Other hosts have jwks_uri on "+host+".") {
			t.Errorf("it notes %q", got)
		}
		if (len(other.requests()) > 0) != follow {
			t.Errorf("with --follow %v the other host is asked %q", follow, other.requests())
		}
		skips := []string{
			"skipped jwks_uri: jwks_uri is on " + host + "; pass --follow to go there.", "skipped keys: jwks_uri is on " + host + "; pass --follow to go there.",
			"skipped address: It is on " + host + "; pass --follow to go there.",
		}
		if got := x.told(s.origin, skipped); follow && len(got) > 0 || !follow && !slices.Equal(got, skips) {
			t.Errorf("with --follow %v it skips %q", follow, got)
		}
	}
}

func certificateOf(t *testing.T, s *site) *x509.Certificate {
	t.Helper()
	conn, err := tls.Dial("tcp", strings.TrimPrefix(s.origin, "https://"), &tls.Config{RootCAs: s.roots})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	return conn.ConnectionState().PeerCertificates[0]
}

// A document of the internet does not have this machine ask its own services.
func TestWhatIsOnTheInternetDoesNotLeadInside(t *testing.T) {
	f := newFetcher(10*time.Second, true, nil, must(webAddress("https://auth.example")))
	inside := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("it is asked") }))
	defer inside.Close()
	_, err := f.do(t.Context(), http.MethodGet, inside.URL, "")
	if !errors.Is(err, errPrivate) {
		t.Errorf("it is answered %v", err)
	}
	// The name led to a private network first, and leads to the internet now.
	f.private = true
	f.reached(must(webAddress("https://auth.example")), &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 443})
	if _, again := f.do(t.Context(), http.MethodGet, inside.URL, ""); !errors.Is(again, errPrivate) {
		t.Errorf("then it is answered %v", again)
	}
	if says, _ := f.explain(err); says != "The address is of a private network or of this machine, and what was given is not." {
		t.Errorf("it says %s", says)
	}
}

// The whole is bounded in time and in requests, and says so; nothing is lost of what was found.
func TestAnExaminationIsBounded(t *testing.T) {
	s := newSite(t)
	d := s.doctor("")
	d.total = time.Nanosecond
	if got := examine(t, d).wrong(s); !slices.Equal(got, []string{"failed connection: The time for the whole examination is used up."}) {
		t.Errorf("out of time it says %q", got)
	}

	f := newFetcher(10*time.Second, false, s.roots, must(webAddress(s.origin)))
	f.private, f.left = true, 1
	if _, err := f.do(t.Context(), http.MethodGet, s.origin, ""); err != nil {
		t.Error(err)
	}
	if _, err := f.do(t.Context(), http.MethodGet, s.origin, ""); !errors.Is(err, errSpent) {
		t.Errorf("one request more is answered %v", err)
	}

	ctx, interrupt := context.WithCancel(t.Context())
	ended := make(chan struct{})
	s = newSite(t, func(s *site) {
		s.at["/jwks"] = func(http.ResponseWriter, *http.Request) {
			interrupt()
			<-ended
		}
	})
	defer close(ended)
	var out bytes.Buffer
	well, err := s.doctor("").examine(ctx, &report{out: &out})
	if well || err != nil {
		t.Errorf("an interrupt is well: %v (%v)", well, err)
	}
	for _, want := range []string{"passed   token endpoint ", "/jwks does not answer. It was interrupted (RFC 7517 §5).", ": jwks_uri failed ("} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("interrupted, it does not say %q:\n%s", want, &out)
		}
	}
}

func must[T any](value T, wrong flaw) T {
	if wrong.is != "" {
		panic(wrong.is)
	}
	return value
}

func TestAddressesOfPrivateNetworks(t *testing.T) {
	for ip, want := range map[string]bool{
		"127.0.0.1": true, "::1": true, "10.1.2.3": true, "172.16.0.1": true, "192.168.1.1": true, "169.254.169.254": true, "fe80::1": true, "fd00::1": true,
		"0.0.0.0": true, "::": true, "::ffff:127.0.0.1": true, "100.64.0.1": true, "224.0.0.1": true,
		"198.18.0.1": true, "64:ff9b::a00:1": true, "2002:a00:1::1": true, "fec0::1": true,
		"192.0.2.1": false, "2001:db8::1": false, "100.128.0.1": false, "172.32.0.1": false,
	} {
		if got := isPrivate(netip.MustParseAddr(ip)); got != want {
			t.Errorf("%s is private: %v, want %v", ip, got, want)
		}
		public := fetcher{}
		if err := public.allow(netip.AddrPortFrom(netip.MustParseAddr(ip), 443).String()); (err != nil) != want {
			t.Errorf("from the internet, %s is refused: %v", ip, err)
		}
		private := fetcher{private: true}
		if err := private.allow(netip.AddrPortFrom(netip.MustParseAddr(ip), 443).String()); err != nil {
			t.Errorf("from a private network, %s is refused: %v", ip, err)
		}
	}
}

// However much a document names, the report of it is short.
func TestAFloodOfMistakesIsBounded(t *testing.T) {
	s := newSite(t, func(s *site) {
		var bad []string
		for i := range 1000 {
			bad = append(bad, fmt.Sprintf("javascript:%d", i))
			s.metadata[fmt.Sprintf("a%d_endpoint", i)] = "javascript:"
		}
		s.keys, s.resource["authorization_servers"] = map[string]any{"keys": bad}, append([]string{s.origin}, bad...)
	})
	x := examine(t, s.doctor("/api"))
	if n := len(x.lines); x.well || n > 150 {
		t.Errorf("it has %d lines, and is well: %v", n, x.well)
	}
	for _, want := range []string{
		"note servers: It names 1001; of the first 30, 1 are examined. (RFC 9728 §2)", "note endpoints: The document names 1003; the first 30 are looked at.",
		"note keys: The set has 1000 keys; the first 30 were looked at.",
	} {
		if got := x.told(s.origin, note); !slices.Contains(got, want) {
			t.Errorf("it notes %q, and not %q", got, want)
		}
	}
}
