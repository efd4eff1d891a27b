package guard

import (
	"errors"

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
// client, to the letter (RFC 9700 §2.1, RFC 3986 §6.2.1). Without
// it, the code goes to whoever wrote the link.
func RedirectURI(registered []string, sent string) error {
	for _, uri := range registered {
		if uri == sent {
			return nil
		}
	}
	return errors.New("this redirect URI is not registered")
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
