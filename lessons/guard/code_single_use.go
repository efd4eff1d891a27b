package guard

import "errors"

// CodeSingleUse refuses a code that was redeemed before
// (RFC 6749 §4.1.2). Without it, a code found in a log is as good
// as the first time.
func CodeSingleUse(spent bool) error {
	if spent {
		return errors.New("this code was redeemed before")
	}
	return nil
}
