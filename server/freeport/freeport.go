// Package freeport finds ports for programs that the tests start, and start again. The
// program itself has no use for it.
package freeport

import (
	"math/rand/v2"
	"net"
	"strconv"
	"sync/atomic"
	"testing"
)

// The ports lie below those that systems hand out by themselves, from 32768 on Linux
// and 49152 on macOS (RFC 6335 §6): between the look and the start of the program, or
// while it is down, nobody gets one of them by chance.
const first, count = 20_000, 12_000

// Test binaries run beside each other, so that each begins somewhere else.
var next atomic.Uint32

func init() { next.Store(rand.Uint32N(count)) }

// New returns a port on which nobody listens at the host, and never the same twice
// until all were had.
func New(t testing.TB, host string) string {
	t.Helper()
	for range count {
		port := strconv.Itoa(int(first + next.Add(1)%count))
		l, err := net.Listen("tcp", net.JoinHostPort(host, port))
		if err == nil {
			l.Close()
			return port
		}
	}
	t.Fatalf("no port from %d to %d is free at %s", first, first+count-1, host)
	return ""
}
