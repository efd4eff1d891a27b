package store

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"
)

// lockFolder makes dir if need be and takes the lock in it, which the operating
// system frees when the process dies. Two servers on one folder would silently
// diverge, so a second process is turned away at once, with ErrLocked.
func lockFolder(dir string) (*flock.Flock, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make data folder: %w", err)
	}
	lock := flock.New(filepath.Join(dir, "lock"), flock.SetFlag(os.O_CREATE|os.O_RDWR), flock.SetPermissions(0o600))
	held, err := lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock data folder %s: %w", dir, err)
	}
	if !held {
		return nil, fmt.Errorf("%w: another process holds %s; stop it, or give this one a folder of its own", ErrLocked, dir)
	}
	return lock, nil
}
