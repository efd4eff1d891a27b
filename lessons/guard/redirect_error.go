package guard

import "errors"

// ErrorShown refuses to send an error to an address that nobody
// registered (RFC 6749 §4.1.2.1): it is shown to the user. Without
// it, the server sends its users wherever a link says.
func ErrorShown(registered bool) error {
	if !registered {
		return errors.New("nobody registered where this error would go")
	}
	return nil
}
