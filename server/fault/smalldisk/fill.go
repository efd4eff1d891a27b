// Package smalldisk gives tests a disk that they can fill.
package smalldisk

import (
	"os"
	"path/filepath"
	"testing"
)

// Fill takes all that is left of the disk that holds dir, until the ballast is removed.
func Fill(t *testing.T, dir string) (ballast string) {
	t.Helper()
	ballast = filepath.Join(dir, "ballast")
	f, err := os.Create(ballast)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for size := 1 << 20; size > 0; {
		if _, err := f.Write(make([]byte, size)); err != nil {
			size /= 2
		}
	}
	return ballast
}
