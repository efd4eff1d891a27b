package guard

import "errors"

// StateUnused refuses a callback whose state came back before
// (RFC 9700 §4.2.4). Without it, an old callback out of a history
// is taken a second time.
func StateUnused(used bool) error {
	if used {
		return errors.New("this state came back before")
	}
	return nil
}
