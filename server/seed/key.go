package seed

import (
	"strings"
)

// ExampleKey is the key in the example, which everybody can read. It is taken only where
// nobody else comes: where every origin is loopback.
const ExampleKey = "example-key-for-loopback-only-3f9c2a"

// Bounds of a key. A character of hex has 4 bits, one of base64url has 6: the least is 128.
const (
	leastHex, leastBase64 = 32, 22
	mostKey               = 128
	leastDifferent        = 8 // characters; of 32 random ones of hex, fewer are one in 27 million
)

const (
	hexDigits = "0123456789abcdefABCDEF"
	base64url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
)

// key checks a lab's key. It never repeats it.
func (r *reader) key(path []any, key string) {
	const make = "make one with openssl rand -hex 32"
	least := leastBase64
	if strings.Trim(key, hexDigits) == "" {
		least = leastHex
	}
	different := map[rune]bool{}
	for _, c := range key {
		different[c] = true
	}
	switch {
	case key == "":
		r.refuse(path, "the lab has no key: %s", make)
	case key == ExampleKey && !r.labs.Origins.Loopback():
		r.refuse(path, "this is the key of the example, which everybody knows: %s", make)
	case strings.Trim(key, base64url) != "":
		r.refuse(path, "the key has other signs than letters, digits, - and _: %s", make)
	case len(key) < least || len(different) < leastDifferent:
		r.refuse(path, "the key is weak: it takes 128 bits, which are %d random digits of hex or %d characters of base64url; %s", leastHex, leastBase64, make)
	case len(key) > mostKey:
		r.refuse(path, "the key has %d characters, and may have %d", len(key), mostKey)
	}
}
