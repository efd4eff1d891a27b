//go:build unix

package load

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// oddFolder is a folder with one chapter, in which lie all kinds of files that are none.
func oddFolder(t *testing.T) string {
	t.Helper()
	above := t.TempDir()
	dir := filepath.Join(above, "mine")
	chapter := filepath.Join(dir, "20-odd")
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(os.MkdirAll(chapter, 0o755))
	must(os.WriteFile(filepath.Join(above, "secret.md"), []byte("secret"), 0o600))
	must(os.WriteFile(filepath.Join(chapter, "1-file.md"), []byte("text"), 0o600))
	must(syscall.Mkfifo(filepath.Join(chapter, "2-pipe.md"), 0o600))
	must(syscall.Mkfifo(filepath.Join(chapter, "pipe"), 0o600)) // nobody's step
	t.Chdir(chapter)                                            // a socket's path may have 104 bytes
	socket, err := net.Listen("unix", "3-socket.md")
	must(err)
	t.Cleanup(func() { _ = socket.Close() })
	for name, to := range map[string]string{
		"4-out.md": "../../secret.md", "5-absolute.md": filepath.Join(above, "secret.md"), "6-dead.md": "nowhere.md",
		"7-circle.md": "7-circle.md", "8-folder.md": ".", "9-within.md": "1-file.md", "10-pipe.md": "2-pipe.md", "11-device.md": "/dev/zero",
		"up": "..", "gone": "nowhere",
	} {
		must(os.Symlink(to, filepath.Join(chapter, name)))
	}
	must(os.Symlink("/", filepath.Join(dir, "30-root")))
	must(os.Symlink("20-odd", filepath.Join(dir, "images")))
	return dir
}

// Whatever lies in a folder, reading it ends, stays within, and says what there is.
func TestAFolderOfOddFiles(t *testing.T) {
	folder, err := OpenFolder(oddFolder(t))
	if err != nil {
		t.Fatal(err)
	}
	defer folder.Close() //nolint:errcheck // nothing was written
	_, err = Read(Tree{FS: folder})
	const (
		noFile  = "this is a pipe, a socket or a device, and is not opened: take it away"
		outside = "this link leads out of the folder, and is not followed: put the file itself in its place"
		noFront = "the file does not begin with front matter, between two lines ---"
	)
	want := []string{
		"30-root: " + outside,
		"images: a chapter's folder has a number and a name, such as 20-images: letters from a to z, digits and hyphens",
		"20-odd/10-pipe.md: " + noFile,
		"20-odd/11-device.md: " + outside,
		"20-odd/2-pipe.md: " + noFile,
		"20-odd/3-socket.md: " + noFile,
		"20-odd/4-out.md: " + outside,
		"20-odd/5-absolute.md: " + outside,
		"20-odd/6-dead.md: this link leads nowhere: put the file itself in its place",
		"20-odd/7-circle.md: this link leads round in a circle: put the file itself in its place",
		"20-odd/8-folder.md: this is a folder, where a file is needed",
		"20-odd: chapter.md is missing: it says what the chapter is about",
		"20-odd/1-file.md:1: " + noFront,
		"20-odd/9-within.md:1: " + noFront,
	}
	if diff := cmp.Diff(want, strings.Split(err.Error(), "\n")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A file that becomes a pipe after it was looked at is opened without waiting for who
// writes into it, and not read.
func TestAPipeInAFilesPlace(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "file"), []byte("text"), 0o600); err != nil {
		t.Fatal(err)
	}
	folder, err := OpenFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer folder.Close() //nolint:errcheck // nothing was written
	if _, err := folder.openNow("pipe"); !errors.Is(err, errNoFile) {
		t.Errorf("the pipe: %v", err)
	}
	if text, err := fs.ReadFile(folder, "file"); err != nil || string(text) != "text" {
		t.Errorf("the file: %q, %v", text, err)
	}
	for _, name := range []string{"../file", "/etc/passwd", "none"} {
		if _, err := folder.Open(name); err == nil {
			t.Errorf("%s was opened", name)
		}
	}
}
