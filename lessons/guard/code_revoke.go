package guard

import "errors"

// CodeReuse finds a code that comes a second time, right in all
// else: one of the two was a thief, so what the first use gave is
// revoked (RFC 6749 §4.1.2). Without it, a thief who came first
// keeps his token.
func CodeReuse(spent bool) error {
	if spent {
		return errors.New("a second use: one of the two was a thief")
	}
	return nil
}
