package guard

import "errors"

// PKCEPlain refuses the method plain, whose challenge is the
// verifier itself (RFC 9700 §2.1.1 wants S256). Without it, whoever
// reads the request holds the verifier. No method means plain
// (RFC 7636 §4.3).
func PKCEPlain(challenge, method string) error {
	if challenge != "" && method != "S256" {
		return errors.New("the method plain gives the verifier away")
	}
	return nil
}
