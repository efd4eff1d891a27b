package store

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// What the store has acknowledged stands in a small file of its own beside the files of
// the embedded server, so that the next start can tell what is missing: a stream that
// was cut off looks like one of which nothing more was written.
//
//	oauthlab acknowledged 2
//	last KV_oauthlab-labs 00000000000000000217
//	last KV_oauthlab-secrets 00000000000000000001
//	last oauthlab-events 00000000000000001290
//	size KV_oauthlab-labs/msgs/1.blk 94388
//	...
//	closed
//
// The number in the first line is the format of the whole folder. In format 1 an event had
// a message of its own, and a document said its events within its envelope. Both are read
// as they are: an event as a frame of one, and what a document said is told as ever.
//
// The places in the streams are written over as messages are acknowledged, which costs
// one small write into memory of the operating system, as a message itself does. The
// sizes are those of a store that was closed in good order. While a store is open the
// file has none, for the server removes and rewrites blocks.
const (
	acknowledgedName   = "acknowledged"
	acknowledgedHead   = "oauthlab acknowledged "
	acknowledgedClosed = "closed\n"

	// format is that of the folders which this release writes. It reads older ones.
	format = 2
)

// keptStreams are those with files, in the order of the acknowledgements.
func keptStreams() []string { return []string{valuesName, secretsName, eventsName} }

// streamOf names the stream that keeps the subject, or "".
func streamOf(subject string) string {
	switch {
	case strings.HasPrefix(subject, eventSubject):
		return eventsName
	case strings.HasPrefix(subject, secretSubject):
		return secretsName
	case strings.HasPrefix(subject, subjectOf("")):
		return valuesName
	}
	return ""
}

// acknowledgements are what a folder should hold.
type acknowledgements struct {
	format int               // of the folder; 0: not known
	last   map[string]uint64 // place of the last message of each stream that was acknowledged
	sizes  map[string]int64  // of each block, by its path below the streams, in bytes
	closed bool              // the store was closed in good order; else there are no sizes
}

// readAcknowledgements reads the file in dir. Without one, as in a folder of an older
// release, nothing is known, and nothing can be missed. A folder of a newer release is
// ErrNewer.
func readAcknowledgements(dir string) (acknowledgements, error) {
	a := acknowledgements{last: map[string]uint64{}, sizes: map[string]int64{}}
	text, err := os.ReadFile(filepath.Join(dir, acknowledgedName))
	if errors.Is(err, fs.ErrNotExist) {
		return a, nil
	}
	if err != nil {
		return a, err
	}
	head, rest, _ := strings.Cut(string(text), "\n")
	number, found := strings.CutPrefix(head, acknowledgedHead)
	if a.format, err = strconv.Atoi(number); err != nil || !found || a.format < 1 {
		return a, errors.New("its first line is not as this release writes it")
	}
	if a.format > format {
		return a, fmt.Errorf("%w: %s has format %d, and this release reads up to %d", ErrNewer, dir, a.format, format)
	}
	for rest != "" {
		line, more, whole := strings.Cut(rest, "\n")
		var name string
		var n uint64
		switch {
		case !whole || a.closed:
			return a, fmt.Errorf("it does not end with its last line, but with %.40q", rest)
		case line+"\n" == acknowledgedClosed:
			a.closed = true
		case scanLine(line, "last", &name, &n):
			a.last[name] = n
		case scanLine(line, "size", &name, &n):
			a.sizes[name] = int64(n)
		default:
			return a, fmt.Errorf("it has the line %.40q", line)
		}
		rest = more
	}
	if len(a.last) != len(keptStreams()) {
		return a, errors.New("a stream is missing in it")
	}
	return a, nil
}

func scanLine(line, word string, name *string, n *uint64) bool {
	rest, found := strings.CutPrefix(line, word+" ")
	if !found {
		return false
	}
	_, err := fmt.Sscanf(rest, "%s %d", name, n)
	return err == nil
}

// witness keeps the file while the store is open. A nil one keeps nothing.
type witness struct {
	dir string

	mu   sync.Mutex        // guards all below
	file *os.File          // nil once it is closed
	last map[string]uint64 // as the file has it
	at   map[string]int64  // where in the file, in bytes
}

// openWitness takes the sizes out of the file, which works on a full disk too, or makes
// one if nothing is known, or if it is of an older format: from then on that release no
// longer takes the folder for its own.
func openWitness(dir string, known acknowledgements) (*witness, error) {
	w := &witness{dir: dir, last: map[string]uint64{}, at: map[string]int64{}}
	end := int64(len(head()))
	for _, stream := range keptStreams() {
		w.last[stream], w.at[stream] = known.last[stream], end
		end += int64(len(lastLine(stream, 0)))
	}
	var err error
	if len(known.last) == 0 || known.format != format {
		err = w.write(nil)
	}
	if err == nil {
		w.file, err = os.OpenFile(w.path(), os.O_WRONLY, 0)
	}
	if err == nil {
		err = errors.Join(w.file.Truncate(end), w.file.Sync())
	}
	if err != nil {
		return nil, fmt.Errorf("open what was acknowledged: %w", err)
	}
	return w, nil
}

func (w *witness) path() string { return filepath.Join(w.dir, acknowledgedName) }

// head is the first line of the file.
func head() string { return fmt.Sprintf("%s%d\n", acknowledgedHead, format) }

// lastLine is as long for each place, so that it can be written over.
func lastLine(stream string, place uint64) string {
	return fmt.Sprintf("last %s %020d\n", stream, place)
}

// saw notes that the message at a place of the stream was acknowledged, and returns
// once the operating system has that.
func (w *witness) saw(stream string, place uint64) {
	if w == nil || stream == "" {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if place <= w.last[stream] || w.file == nil {
		return
	}
	w.last[stream] = place
	w.file.WriteAt([]byte(lastLine(stream, place)), w.at[stream]) //nolint:errcheck // then the next start knows less
}

// close completes the file with the sizes of the blocks, which the server has left.
func (w *witness) close() error {
	if w == nil {
		return nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.file == nil {
		return nil
	}
	err := w.file.Close()
	w.file = nil
	sizes, listed := blockSizes(w.dir)
	if err = errors.Join(err, listed); err != nil {
		return err
	}
	return w.write(sizes)
}

// write puts the file in place at once. Without sizes it is that of an open store.
func (w *witness) write(sizes map[string]int64) error {
	next := w.path() + ".new"
	f, err := os.OpenFile(next, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(f)
	io.WriteString(out, head()) //nolint:errcheck // Flush returns it, as below
	for _, stream := range keptStreams() {
		io.WriteString(out, lastLine(stream, w.last[stream])) //nolint:errcheck
	}
	for _, name := range slices.Sorted(maps.Keys(sizes)) {
		fmt.Fprintf(out, "size %s %d\n", name, sizes[name])
	}
	if sizes != nil {
		io.WriteString(out, acknowledgedClosed) //nolint:errcheck
	}
	if err := errors.Join(out.Flush(), f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(next, w.path())
}
