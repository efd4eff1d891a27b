// Package freeport finds ports for programs that the tests start, and start again. The
// program itself has no use for it.
package freeport

import (
	"errors"
	"math/rand/v2"
	"net"
	"slices"
	"strconv"
	"sync/atomic"
	"syscall"
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
// until all were had. The name localhost is two addresses (RFC 6761 §6.3).
func New(t testing.TB, host string) string {
	t.Helper()
	addresses := []string{host}
	if host == "localhost" {
		addresses = []string{"127.0.0.1", "::1"}
	}
	for range count {
		port := strconv.Itoa(int(first + next.Add(1)%count))
		if !slices.ContainsFunc(addresses, func(at string) bool { return inUse(net.JoinHostPort(at, port)) }) {
			return port
		}
	}
	t.Fatalf("no port from %d to %d is free at %s", first, first+count-1, host)
	return ""
}

func inUse(address string) bool {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return errors.Is(err, syscall.EADDRINUSE)
	}
	l.Close()
	return false
}
