package load

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// Folder is a folder on this machine as somebody else filled it. It opens regular
// files and folders only, without ever waiting for who writes into a pipe, and
// follows no link out of itself: a folder of lessons may have come in an archive, and
// what is read is shown to everybody.
type Folder struct {
	root *os.Root
	fs.FS
}

// What a name in a folder may turn out to be. Reading fails with one of these.
var (
	errNoFile  = errors.New("this is a pipe, a socket or a device, and is not opened: take it away")
	errDead    = errors.New("this link leads nowhere: put the file itself in its place")
	errCircle  = errors.New("this link leads round in a circle: put the file itself in its place")
	errOutside = errors.New("this link leads out of the folder, and is not followed: put the file itself in its place")
)

// OpenFolder opens a folder; the caller closes it.
func OpenFolder(dir string) (*Folder, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	return &Folder{root: root, FS: root.FS()}, nil
}

// Close closes the folder.
func (f *Folder) Close() error { return f.root.Close() }

// Open opens a file or folder. It looks at what there is before it opens it, since
// opening a device may do something; and it opens without waiting and looks again,
// since it may be another thing by then.
func (f *Folder) Open(name string) (fs.File, error) {
	if _, err := f.Stat(name); err != nil {
		return nil, err
	}
	return f.openNow(name)
}

// openNow opens what there is without waiting, and keeps it only where it is a file or
// a folder.
func (f *Folder) openNow(name string) (fs.File, error) {
	file, err := f.root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, f.plain("open", name, err)
	}
	info, err := file.Stat()
	if err == nil && !readable(info) {
		err = &fs.PathError{Op: "open", Path: name, Err: errNoFile}
	}
	if err != nil {
		_ = file.Close()
		return nil, err
	}
	return file, nil
}

// Stat returns what a name leads to, through links within the folder. What is neither
// file nor folder is an error.
func (f *Folder) Stat(name string) (fs.FileInfo, error) {
	info, err := fs.Stat(f.FS, name)
	if err != nil {
		return nil, f.plain("stat", name, err)
	}
	if !readable(info) {
		return nil, &fs.PathError{Op: "stat", Path: name, Err: errNoFile}
	}
	return info, nil
}

func readable(info fs.FileInfo) bool { return info.Mode().IsRegular() || info.IsDir() }

// plain says of a link in which way it fails.
func (f *Folder) plain(op, name string, err error) error {
	info, lerr := fs.Lstat(f.FS, name)
	if lerr != nil || info.Mode()&fs.ModeSymlink == 0 || errors.Is(err, fs.ErrPermission) {
		return err
	}
	why := errOutside
	switch {
	case errors.Is(err, fs.ErrNotExist):
		why = errDead
	case errors.Is(err, syscall.ELOOP):
		why = errCircle
	}
	return &fs.PathError{Op: op, Path: name, Err: why}
}

// inWords says why a file or folder cannot be read.
func inWords(err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "it is not there any more"
	case errors.Is(err, fs.ErrPermission):
		return "it cannot be read: who runs the lab is not allowed to"
	}
	for _, said := range []error{errNoFile, errDead, errCircle, errOutside} {
		if errors.Is(err, said) {
			return said.Error()
		}
	}
	return fmt.Sprintf("it cannot be read: %v", missing(err))
}
