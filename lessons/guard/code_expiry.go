package guard

import (
	"errors"
	"time"
)

// CodeExpiry refuses a code after its short life; ten minutes is
// the longest that RFC 6749 §4.1.2 recommends. Without it, a code
// found long afterwards still opens the door.
func CodeExpiry(expires, now time.Time) error {
	if !now.Before(expires) {
		return errors.New("this code has expired")
	}
	return nil
}
