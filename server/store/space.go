//go:build linux || darwin

package store

import "syscall"

// freeSpace returns how many bytes of the disk that holds dir are free to this user.
func freeSpace(dir string) (free uint64, known bool) {
	var fs syscall.Statfs_t
	if err := syscall.Statfs(dir, &fs); err != nil {
		return 0, false
	}
	return fs.Bavail * uint64(fs.Bsize), true
}
