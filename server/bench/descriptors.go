//go:build unix

package main

import "syscall"

// descriptors returns how many files and connections this process may have open, and
// the program that it starts too. Go raises the bound to what the system allows.
func descriptors() uint64 {
	var bound syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &bound); err != nil {
		return 0
	}
	return uint64(bound.Max)
}
