package doctor

import (
	"net"
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/net/idna"

	"oauthlab/server/lab"
)

// maxAddress bounds an address that is looked at, in bytes.
const maxAddress = 2048

// flaw is what is wrong with an address; none where is is "".
type flaw struct {
	is      said // as a sentence goes on behind the address
	section said // that says so; "" where it is plain
	do      said
}

// webAddress reads an address that a client may ask: https, or http on this machine, with a
// host, and without a fragment, a user name or a password.
func webAddress(text string) (*url.URL, flaw) {
	if len(text) > maxAddress {
		return nil, flaw{say("is longer than %d bytes", maxAddress), "", "Give a shorter address."}
	}
	if !strings.Contains(text, "://") {
		return nil, flaw{"is no web address", "RFC 3986 §3", suggestScheme(text)}
	}
	u, err := url.Parse(text)
	if err != nil && strings.Contains(text, "@") { // the error may repeat a password
		return nil, flaw{"is no URL", "RFC 3986 §3", "Leave out what stands before the @, and percent-encode what URLs do not have (RFC 3986 §2.1)."}
	}
	if err != nil {
		return nil, flaw{say("is no URL: %s", withoutAddress(err)), "RFC 3986 §3", "Percent-encode what is not a letter, a digit or a sign that URLs have (RFC 3986 §2.1)."}
	}
	port, portErr := strconv.Atoi(u.Port())
	switch host := u.Hostname(); {
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, flaw{say("has the scheme %s", u.Scheme), "RFC 8414 §2", "Use an address that begins with https://."}
	case host == "":
		return nil, flaw{"has no host", "RFC 9110 §4.2.2", "Give the whole address, such as https://auth.example.com."}
	case u.User != nil:
		return nil, flaw{"has a user name or a password in it", "RFC 9110 §4.2.4", "Leave out what stands before the @: none of the documents takes it, and it would be kept in logs."}
	case strings.Contains(text, "#"):
		return nil, flaw{"has a fragment", "RFC 8414 §2", "Leave out what stands behind the #: it is never sent to a server."}
	case u.Port() != "" && (portErr != nil || port < 1 || port > 65535):
		return nil, flaw{say("has the port %s", u.Port()), "RFC 9110 §4.2.2", "A port is a number from 1 to 65535."}
	case !isASCII(host):
		return nil, flaw{"has a host in letters that are not ASCII", "RFC 5891 §5.5", asciiHost(host)}
	case u.Scheme == "http" && !isHere(host):
		return nil, flaw{"is http, and not on this machine", "RFC 8414 §2", say("Use https://%s: codes and tokens go there.", u.Host+u.EscapedPath())}
	}
	return u, flaw{}
}

// suggestScheme says what to do about an address without ://.
func suggestScheme(text string) said {
	text = text[strings.LastIndexByte(text, '@')+1:]
	if text = strings.TrimLeft(text, "/"); text == "" {
		return "Give the whole address, such as https://auth.example.com."
	}
	scheme, rest, colon := strings.Cut(text, ":")
	port, _, _ := strings.Cut(rest, "/")
	if _, err := strconv.Atoi(port); colon && err != nil {
		return say("It has the scheme %s; use an address that begins with https://.", scheme)
	}
	host, _, _ := strings.Cut(scheme, "/")
	if isHere(host) {
		return say("Did you mean %s?", "http://"+text)
	}
	return say("Did you mean %s?", "https://"+text)
}

// isHere reports whether a host is the machine that asks for it.
func isHere(host string) bool { return lab.Loopback(strings.ToLower(host)) }

func isASCII(text string) bool {
	return strings.IndexFunc(text, func(r rune) bool { return r > '~' }) < 0
}

// asciiHost says how a host is written in an address (RFC 5891 §5.5).
func asciiHost(host string) said {
	ascii, err := idna.Lookup.ToASCII(host)
	if err != nil {
		return "Write it as the name system has it."
	}
	return say("Write it as the name system has it: %s.", ascii)
}

// issuerAddress is webAddress for an issuer, which has no query either (RFC 8414 §2).
func issuerAddress(text string) (*url.URL, flaw) {
	u, wrong := webAddress(text)
	if wrong.is == "" && strings.Contains(text, "?") {
		return nil, flaw{"has a query", "RFC 8414 §2", "An issuer is https, a host, and perhaps a port and a path."}
	}
	return u, wrong
}

// hostOf is host and port of an address, by which it is told whether two are at one place.
func hostOf(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return net.JoinHostPort(strings.ToLower(u.Hostname()), port)
}

// form is one of the addresses at which clients look for metadata.
type form struct {
	suffix   string
	appended bool // behind the path; else between host and path
	openID   bool // the document is OpenID Connect's
	section  said
}

// resourceForm is where the metadata of a resource are.
var resourceForm = form{suffix: "/.well-known/oauth-protected-resource", section: "RFC 9728 §3.1"}

// issuerForms are where those of an authorization server may be.
var issuerForms = []form{
	{suffix: "/.well-known/oauth-authorization-server", section: "RFC 8414 §3.1"},
	{suffix: "/.well-known/openid-configuration", appended: true, openID: true, section: "OpenID Connect Discovery §4.1"},
	{suffix: "/.well-known/openid-configuration", openID: true, section: "RFC 8414 §5"},
}

// of is the address in this form. A final slash of an issuer goes (RFC 8414 §3.1), and one of a
// resource where it is all of the path (RFC 9728 §3.1).
func (f form) of(id *url.URL) string {
	origin, path, query := id.Scheme+"://"+id.Host, id.EscapedPath(), ""
	if f == resourceForm {
		if path == "/" {
			path = ""
		}
		if id.RawQuery != "" {
			query = "?" + id.RawQuery
		}
		return origin + f.suffix + path + query
	}
	path = strings.TrimSuffix(path, "/")
	if f.appended {
		return origin + path + f.suffix
	}
	return origin + f.suffix + path
}

// target is what is to be examined.
type target struct {
	id     string   // the issuer or the resource, as it was given or as its document's address says
	names  []string // what the document may call it, to the letter
	url    *url.URL // of id
	pasted string   // the document's address, where that was given; else ""
	form   form     // of that
	odd    bool     // that is no form which a specification has
}

// readTarget reads what was given: an issuer, a resource, or the address of the metadata of one.
// Such an address does not tell whether what it is of ends in a slash.
func readTarget(given string, u *url.URL) target {
	for _, f := range append([]form{resourceForm}, issuerForms...) {
		before, after, found := strings.Cut(u.EscapedPath(), f.suffix)
		isEnd := after == "" || strings.HasPrefix(after, "/")
		isBehind := before != "" || after == "" || after == "/"
		if !found || !isEnd || f.openID && f.appended != isBehind {
			continue
		}
		id := *u
		id.RawQuery, id.RawPath = "", ""
		path := before + after
		if after == "/" {
			path = before
		}
		if f == resourceForm {
			id.RawQuery = u.RawQuery
		}
		parsed, err := id.Parse(id.Scheme + "://" + id.Host + path)
		if err != nil {
			continue
		}
		parsed.RawQuery = id.RawQuery
		name := parsed.String()
		t := target{id: name, names: []string{name}, url: parsed, pasted: given, form: f, odd: f.appended && strings.Trim(after, "/") != "" || !f.appended && before != ""}
		if !strings.HasSuffix(name, "/") && parsed.RawQuery == "" {
			t.names = append(t.names, name+"/")
		}
		return t
	}
	return target{id: given, names: []string{given}, url: u}
}
