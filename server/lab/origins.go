package lab

import (
	"fmt"
	"net"
	"net/url"
	"strings"

	"github.com/google/uuid"
	"golang.org/x/net/publicsuffix"

	"oauthlab/lessons/event"
)

// Origins are the public origins of the parties: scheme, host and port, no path.
type Origins map[event.Party]string

// Issuer is the issuer identifier of a lab's authorization server (RFC 8414 §2).
func (o Origins) Issuer(id uuid.UUID) string { return o[event.Auth] + "/" + id.String() }

// RedirectURI is where the client in the browser takes its codes.
func (o Origins) RedirectURI() string { return o[event.Lab] + "/callback" }

// WebApp is the web app's address for one lab, and WebCallback where it takes its codes.
func (o Origins) WebApp(id uuid.UUID) string { return o[event.Webapp] + "/" + id.String() + "/" }

// WebCallback is the one redirect URI of the web app.
func (o Origins) WebCallback(id uuid.UUID) string { return o.WebApp(id) + "callback" }

// AgentSite is the agent's address for one lab.
func (o Origins) AgentSite(id uuid.UUID) string { return o[event.Agent] + "/" + id.String() }

// MallorySite is Mallory's address for one lab.
func (o Origins) MallorySite(id uuid.UUID) string { return o[event.Mallory] + "/" + id.String() + "/" }

// MalloryKeys is where Mallory publishes a key of hers (RFC 7517 §5).
func (o Origins) MalloryKeys(id uuid.UUID) string { return o.MallorySite(id) + "keys" }

// PrintShop is where the API of a print shop stands, which Mallory runs.
func (o Origins) PrintShop(id uuid.UUID) string { return o.MallorySite(id) + "prints" }

// Counterfeit is where Mallory's imitation of an API stands.
func (o Origins) Counterfeit(id uuid.UUID) string { return o.MallorySite(id) + "new-billing" }

// Help is the page that tells causes and cures of an error, by its words.
func (o Origins) Help(says string) string {
	return o[event.Lab] + "/troubleshooting?says=" + strings.ReplaceAll(url.QueryEscape(says), "+", "%20")
}

// Contains reports whether the absolute URL raw stands on one of the lab's own
// origins. Nothing in the lab redirects anywhere else, whatever is switched off.
func (o Origins) Contains(raw string) bool {
	u, err := url.Parse(raw)
	if err != nil || u.User != nil || u.Host == "" {
		return false
	}
	for _, own := range o {
		if OriginOf(u) == own {
			return true
		}
	}
	return false
}

// Loopback reports whether all of them are this machine alone.
func (o Origins) Loopback() bool {
	for _, origin := range o {
		if u, err := url.Parse(origin); err != nil || !Loopback(u.Hostname()) {
			return false
		}
	}
	return true
}

// OriginOf returns scheme, host and port of u, as a browser writes an origin.
func OriginOf(u *url.URL) string {
	host := strings.ToLower(u.Host)
	if u.Scheme == "http" {
		host = strings.TrimSuffix(host, ":80")
	}
	if u.Scheme == "https" {
		host = strings.TrimSuffix(host, ":443")
	}
	return u.Scheme + "://" + host
}

// CheckOrigin reports what is wrong with one origin by itself; flag names it.
func CheckOrigin(flag, raw string) error {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.Path != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil ||
		u.Scheme != "http" && u.Scheme != "https" || OriginOf(u) != raw {
		return fmt.Errorf("%s is %q: it takes an origin such as http://localhost:8080, in lower case and without a path", flag, raw)
	}
	if !nameable(u.Hostname()) {
		return fmt.Errorf("%s is %q: a content security policy cannot name this host, so browsers would block the lab's own pages; use localhost, 127.0.0.1 or a name of letters, digits and hyphens", flag, raw)
	}
	if u.Scheme == "http" && !Loopback(u.Hostname()) {
		return fmt.Errorf("%s is %q: an origin that is not loopback must be https", flag, raw)
	}
	return nil
}

// nameable reports whether a content security policy can name the host, without a port:
// labels of letters, digits and hyphens (Content Security Policy Level 3 §2.3.1,
// host-part). That leaves out IPv6 addresses, names with an underscore, and those in
// other alphabets, which browsers write in Punycode (RFC 5891 §5.5).
func nameable(host string) bool {
	for label := range strings.SplitSeq(host, ".") {
		if label == "" || strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
			return false
		}
	}
	return true
}

// Loopback reports whether host, without a port, is this machine alone.
func Loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// site is what SameSite compares: the scheme and the registrable domain, or the
// host itself where there is none.
func site(origin string) string {
	u, err := url.Parse(origin)
	if err != nil {
		return origin
	}
	host := u.Hostname()
	if domain, err := publicsuffix.EffectiveTLDPlusOne(host); err == nil && net.ParseIP(host) == nil {
		host = domain
	}
	return u.Scheme + "://" + host
}
