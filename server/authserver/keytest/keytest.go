// Package keytest has RSA keys for tests, which need many labs and few keys.
package keytest

import (
	"crypto/rand"
	"crypto/rsa"
	"sync"
	"sync/atomic"
)

// few is how many there are: a lab needs one, and one more for each rotation.
const few = 6

var (
	made = sync.OnceValues(func() (keys [few]*rsa.PrivateKey, err error) {
		for i := range keys {
			if keys[i], err = rsa.GenerateKey(rand.Reader, 2048); err != nil {
				return keys, err
			}
		}
		return keys, nil
	})
	next atomic.Uint32
)

// New returns the next of a few keys. Two labs may have the same.
func New() (*rsa.PrivateKey, error) {
	keys, err := made()
	return keys[next.Add(1)%few], err
}
