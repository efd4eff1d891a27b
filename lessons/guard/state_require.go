package guard

import "errors"

// StateRequired refuses an authorization request without a state.
// It is stricter than RFC 6749 §4.1.1, which recommends it; it
// keeps clients honest, and stops no attack by itself.
func StateRequired(state string) error {
	if state == "" {
		return errors.New("the request has no state")
	}
	return nil
}
