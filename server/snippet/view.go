package snippet

import (
	"net"
	"net/netip"
	"net/url"
	"strings"

	"oauthlab/lessons/guard"
)

// view is what the templates of clients show.
type view struct {
	Lab
	Insecure bool     // the lab speaks plain http, which most libraries must be told
	Scopes   []string // the words of what it asks for
	Request  string   // the authorization request, but for what is made anew each time
	Host     string   // where the program listens for the callback
	Port     string
	Path     string // of the redirect URI
	Secret   string // what stands for the client's
	AuthJS   authJS

	freePort  bool // the port is ours, not the registered one
	elsewhere bool // the redirect URI is not where the program can listen
}

// listenPort is the port of programs whose redirect URI leaves it free.
const listenPort = "3000"

// viewOf returns how a client of the lab is shown. The port of a loopback IP is free (RFC
// 8252 §7.3), so one is put where there is none.
func viewOf(l Lab) view {
	v := view{Lab: l, Insecure: strings.HasPrefix(l.Issuer, "http://"), Scopes: strings.Fields(l.Asks()), Host: "127.0.0.1", Port: listenPort, Secret: SecretHere}
	u, err := url.Parse(l.RedirectURI)
	if err != nil {
		u = &url.URL{}
	}
	ip, notIP := netip.ParseAddr(u.Hostname())
	isLoopbackIP := notIP == nil && ip.IsLoopback()
	switch {
	case u.Scheme != "http" || !isLoopbackIP && u.Hostname() != "localhost":
		v.elsewhere = true
	case isLoopbackIP && u.Port() == "":
		v.freePort = true
		u.Host = net.JoinHostPort(u.Hostname(), listenPort)
		v.RedirectURI = u.String()
		v.Host = u.Hostname()
	default:
		v.Host, v.Port = u.Hostname(), "80"
		if u.Port() != "" {
			v.Port = u.Port()
		}
	}
	v.Path = u.Path
	v.AuthJS = authJSOf(u)

	query := url.Values{"response_type": {"code"}, "client_id": {l.ClientID}, "redirect_uri": {v.RedirectURI}}
	if scope := l.Asks(); scope != "" {
		query.Set("scope", scope)
	}
	if l.Resource != "" {
		query.Set("resource", l.Resource)
	}
	v.Request = l.Authorization + "?" + query.Encode()
	return v
}

// IPv6 reports whether the program listens there.
func (v view) IPv6() bool { return strings.Contains(v.Host, ":") }

// Listen returns where the program listens, as Go has it.
func (v view) Listen() string { return net.JoinHostPort(v.Host, v.Port) }

// AuthMethod is the method by which the client proves itself (RFC 7591 §2).
func (v view) AuthMethod() string {
	if v.Confidential {
		return guard.Basic
	}
	return "none"
}

// notes are those of every client. A program that listens must be reached.
func (v view) notes(listens bool) (notes []string) {
	if !v.HasToken {
		notes = append(notes, "The token endpoint comes with v03: in this chapter a client gets its code, and no further.")
	}
	if v.Confidential {
		notes = append(notes, "Put the client's secret where "+SecretHere+" stands. In a program that you share, read it from the environment instead.")
	}
	switch {
	case v.elsewhere && listens:
		notes = append(notes, "The redirect URI is not http on loopback: the program listens on "+v.Listen()+", and what serves "+v.RedirectURI+" must pass the callback on.")
	case v.freePort:
		notes = append(notes, "Any port may stand in the redirect URI (RFC 8252 §7.3): here it is "+v.Port+".")
	case v.Port == "80" && listens:
		notes = append(notes, "The redirect URI has no port, so the program listens on port 80, which many systems keep for the administrator. For localhost the lab asks for the registered port: register one.")
	}
	return notes
}

// authJS is how Auth.js is told of its redirect URI: it is basePath/callback/provider.
type authJS struct {
	BasePath, Provider string
	Path               string // of the redirect URI
	Unregistered       string // the redirect URI, where the registered one has not that form
}

func authJSOf(u *url.URL) authJS {
	base, provider, is := strings.Cut(u.Path, "/callback/")
	if is && base != "" && provider != "" && !strings.Contains(provider, "/") && u.RawQuery == "" && !u.ForceQuery {
		return authJS{BasePath: base, Provider: provider, Path: u.Path}
	}
	a := authJS{BasePath: "/auth", Provider: "oauthlab", Path: "/auth/callback/oauthlab"}
	a.Unregistered = u.Scheme + "://" + u.Host + a.Path
	return a
}
