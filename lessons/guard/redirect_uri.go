package guard

import "errors"

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
