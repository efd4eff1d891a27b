package guard

import (
	"errors"

	"oauthlab/lessons/event"
)

// The parts.
const (
	IDCodeClient      ID = "code-binding.client"
	IDCodeRedirectURI ID = "code-binding.redirect-uri"
)

// codeBinding holds that a code works for the client and the address that it was issued to.
func codeBinding() Protection {
	return Protection{
		ID: "code-binding", Title: "Code binding", By: event.Auth, Chapter: "v03",
		Stops: "A code of one client, or of one address, being redeemed under another.",
		Parts: []Part{
			{ID: IDCodeClient, Kind: Guard, By: event.Auth, Title: "client binding", Does: "redeemed by who asked", Code: "invalid_grant", Hint: "The client that redeems must be the one that asked.", Section: "RFC 6749 §4.1.3"},
			{ID: IDCodeRedirectURI, Kind: Guard, By: event.Auth, Title: "redirect URI binding", Does: "redeemed with the address that got it", Code: "invalid_grant", Hint: "Send the redirect_uri of the authorization request, or none.", Section: "RFC 6749 §4.1.3"},
		},
	}
}

// CodeClient refuses a code that was issued to another client
// (RFC 6749 §4.1.3). Without it, any client of the server can
// redeem what it finds.
func CodeClient(issuedTo, sentBy string) error {
	if issuedTo != sentBy {
		return errors.New("this code was issued to another client")
	}
	return nil
}

// CodeRedirectURI refuses a redirect URI other than the one the
// code was sent to (RFC 6749 §4.1.3). Where PKCE ties the code, or
// the client named no address when it asked, it may be left out:
// OAuth 2.1 drops the parameter in favour of PKCE.
func CodeRedirectURI(sentTo, claimed string, optional bool) error {
	if claimed == "" && !optional {
		return errors.New("no redirect_uri, and no PKCE in its place")
	}
	if claimed != "" && claimed != sentTo {
		return errors.New("this code was sent to another redirect_uri")
	}
	return nil
}
