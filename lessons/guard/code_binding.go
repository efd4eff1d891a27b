package guard

import "errors"

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
// code was sent to (RFC 6749 §4.1.3). It is compared when sent and
// not demanded: OAuth 2.1 drops the parameter in favour of PKCE.
func CodeRedirectURI(sentTo, claimed string) error {
	if claimed != "" && claimed != sentTo {
		return errors.New("this code was sent to another redirect_uri")
	}
	return nil
}
