package client

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// The bounds of a code verifier, in characters (RFC 7636 §4.1).
const (
	minVerifier = 43
	maxVerifier = 128
)

// unreserved are the characters of a code verifier (RFC 3986 §2.3).
const unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZ" +
	"abcdefghijklmnopqrstuvwxyz" + "0123456789" + "-._~"

// VerifierFaults returns which rules of RFC 7636 §4.1 a verifier
// breaks, a sentence each. It cannot see whether chance made it.
func VerifierFaults(verifier string) []string {
	var faults []string
	switch n := utf8.RuneCountInString(verifier); {
	case n < minVerifier:
		faults = append(faults, "Too short: "+strconv.Itoa(n)+
			" of at least 43 characters.")
	case n > maxVerifier:
		faults = append(faults, "Too long: "+strconv.Itoa(n)+
			" of at most 128 characters.")
	}
	i := strings.IndexFunc(verifier, func(r rune) bool {
		return !strings.ContainsRune(unreserved, r)
	})
	if i >= 0 {
		r, _ := utf8.DecodeRuneInString(verifier[i:])
		faults = append(faults, strconv.QuoteRune(r)+" may not stand"+
			" in it: only A to Z, a to z, 0 to 9 and - . _ ~ may.")
	}
	return faults
}
