package guard

import (
	"errors"
	"strings"

	"oauthlab/lessons/event"
)

// The parts.
const (
	IDRedirectURI ID = "redirect-uri.exact"
	IDErrorShown  ID = "redirect-uri.show-error"
)

// redirectURI holds that an answer goes to an address that the client registered, and nowhere else.
func redirectURI() Protection {
	return Protection{
		ID: "redirect-uri", Title: "Exact redirect URI", By: event.Auth, Chapter: "v01",
		Stops: "The code, or an error, being sent to Mallory's address.",
		Parts: []Part{
			{
				ID: IDRedirectURI, Kind: Guard, By: event.Auth, Title: "redirect URI match", Does: "to the letter", Code: "invalid_request", Hint: "It is compared to the letter, without patterns (RFC 9700 §2.1).", Section: "RFC 9700 §2.1",
				Fallback: "The server redirects to the URI in the request, as long as it is one of the lab's own origins.",
			},
			{
				ID: IDErrorShown, Kind: Guard, By: event.Auth, Title: "error redirect", Does: "shows an error that it may not send", Section: "RFC 6749 §4.1.2.1",
				Fallback: "The server sends the error to the URI in the request, as long as it is one of the lab's own origins.",
			},
		},
	}
}

// RedirectURI refuses an address that is not registered for the
// client, to the letter (RFC 9700 §2.1, RFC 3986 §6.2.1). Only the
// port of a loopback IP is free: an app on the user's machine takes
// the one that it gets (RFC 8252 §7.3). Without this check, the
// code goes to whoever wrote the link.
func RedirectURI(registered []string, sent string) error {
	for _, uri := range registered {
		if uri == sent || butForThePort(uri, sent) {
			return nil
		}
	}
	return errors.New("this redirect URI is not registered")
}

func butForThePort(uri, sent string) bool {
	any := withoutPort(uri)
	isLoopbackIP := strings.HasPrefix(any, "http://127.0.0.1/") ||
		strings.HasPrefix(any, "http://[::1]/")
	return isLoopbackIP && any == withoutPort(sent)
}

// withoutPort takes the port out of an address of http.
func withoutPort(uri string) string {
	rest, is := strings.CutPrefix(uri, "http://")
	if !is {
		return uri
	}
	authority, path, _ := strings.Cut(rest, "/")
	if i := strings.LastIndexByte(authority, ':'); i > strings.LastIndexByte(authority, ']') {
		authority = authority[:i]
	}
	return "http://" + authority + "/" + path
}

// ErrorShown refuses to send an error to an address that nobody
// registered (RFC 6749 §4.1.2.1): it is shown to the user. Without
// it, the server sends its users wherever a link says.
func ErrorShown(registered bool) error {
	if !registered {
		return errors.New("nobody registered where this error would go")
	}
	return nil
}
