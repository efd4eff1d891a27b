package store

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/minio/highwayhash"
)

// The embedded server starts on a damaged folder too: what it cannot read it cuts off,
// and then it looks whole. So before each start the blocks of its streams are read as
// they lie, and nothing is changed where something is missing. What the server makes
// anew, its index and the streams' settings, is no loss and not looked at.
//
// A process that is killed, or whose disk is full, can leave half a record behind at the
// end of the last block, one of which nobody was told: that is no damage.

// streamsDir is where the embedded server has its streams, below the data folder.
func streamsDir(dir string) string {
	return filepath.Join(dir, "jetstream", "jetstream", "$G", "streams")
}

// maxTold is how many of the damages the error names.
const maxTold = 3

// checkFolder returns ErrDamaged, with what is missing and where, unless dir holds all
// that was acknowledged.
//
// One loss is not seen: a whole block other than the last, missing or empty, after a
// process that was killed. The server removes blocks itself while it runs, once nothing
// in them holds any more, and nothing in the other blocks tells the one from the other.
func checkFolder(dir string, known acknowledgements) error {
	sizes, err := blockSizes(dir)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	var found []string
	wrong := map[string]bool{} // blocks that are named already
	for _, name := range slices.Sorted(maps.Keys(known.sizes)) {
		if is, there := sizes[name]; !there {
			found = append(found, name+" is missing")
		} else if is != known.sizes[name] {
			found = append(found, fmt.Sprintf("%s has %d bytes and had %d", name, is, known.sizes[name]))
			wrong[name] = true
		}
	}
	for _, stream := range keptStreams() {
		found = append(found, checkStream(dir, stream, known, sizes, wrong)...)
	}
	if len(found) == 0 {
		return nil
	}
	told := strings.Join(found[:min(len(found), maxTold)], "; ")
	if more := len(found) - maxTold; more > 0 {
		told += fmt.Sprintf("; and %d more", more)
	}
	return fmt.Errorf("%w: in %s %s", ErrDamaged, streamsDir(dir), told)
}

// checkStream says what is wrong with the blocks of one stream, but for those that are
// named already.
func checkStream(dir, stream string, known acknowledgements, sizes map[string]int64, wrong map[string]bool) (found []string) {
	var names []string
	for name := range sizes {
		if strings.HasPrefix(name, stream+"/") {
			names = append(names, name)
		}
	}
	slices.SortFunc(names, func(a, b string) int { return int(blockIndex(a)) - int(blockIndex(b)) })
	var last uint64
	for i, name := range names {
		if wrong[name] {
			continue
		}
		data, err := os.ReadFile(filepath.Join(streamsDir(dir), name))
		if err != nil {
			found = append(found, fmt.Sprintf("%s cannot be read: %v", name, errors.Unwrap(err)))
			continue
		}
		place, err := lastPlace(stream, blockIndex(name), data)
		last = max(last, place)
		if errors.Is(err, errTorn) && i == len(names)-1 {
			continue // see above; what it may lack is counted below
		}
		if err != nil {
			found = append(found, fmt.Sprintf("%s %v", name, err))
		}
	}
	if len(found) == 0 && len(wrong) == 0 && last < known.last[stream] {
		found = append(found, fmt.Sprintf("%s ends with message %d, and %d was acknowledged", stream, last, known.last[stream]))
	}
	return found
}

// blockSizes lists the blocks of all streams, by their path below streamsDir.
func blockSizes(dir string) (map[string]int64, error) {
	sizes := map[string]int64{}
	for _, stream := range keptStreams() {
		entries, err := os.ReadDir(filepath.Join(streamsDir(dir), stream, "msgs"))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		for _, e := range entries {
			name := path.Join(stream, "msgs", e.Name())
			if blockIndex(name) == 0 {
				continue
			}
			info, err := e.Info()
			if err != nil {
				return nil, err
			}
			sizes[name] = info.Size()
		}
	}
	return sizes, nil
}

// blockIndex is the number of a block, or 0 where the file is none.
func blockIndex(name string) uint32 {
	number, isBlock := strings.CutSuffix(path.Base(name), ".blk")
	n, err := strconv.ParseUint(number, 10, 32)
	if !isBlock || err != nil {
		return 0
	}
	return uint32(n)
}

// A record of a block, as nats-server writes it (filestore.go, writeMsgRecord): its
// length, the message's place, its time, the length of its subject; subject, headers
// behind their length where a bit of the record's says so, and message; a checksum.
const (
	recordHead     = 4 + 8 + 8 + 2 // bytes
	recordChecksum = 8             // bytes

	hasHeaders = 1 << 31 // in the length
	isErased   = 1 << 63 // in the place: nothing is there
	isRemoval  = 1 << 62 // in the place: a message that was there is none any more

	headersEnd = "\r\n\r\n"
)

var (
	errTorn     = errors.New("ends in the middle of a record")
	errChecksum = errors.New("is not as it was written")
)

// lastPlace reads the records of a block and returns the highest place among them. Where
// it returns an error, that is of those before the fault.
func lastPlace(stream string, index uint32, block []byte) (last uint64, err error) {
	key := sha256.Sum256(fmt.Appendf(nil, "%s-%d", stream, index))
	sum, err := highwayhash.NewDigest64(key[:])
	if err != nil {
		return 0, err
	}
	for at := 0; at < len(block); {
		rest := block[at:]
		if len(rest) < recordHead {
			return last, fmt.Errorf("%w, at byte %d", errTorn, at)
		}
		length := binary.LittleEndian.Uint32(rest)
		size := int(length &^ hasHeaders)
		text := recordHead + int(binary.LittleEndian.Uint16(rest[20:])) // where the subject ends
		body := text
		if length&hasHeaders != 0 {
			body += 4
		}
		if size < body+recordChecksum {
			return last, fmt.Errorf("%w, at byte %d", errChecksum, at)
		}
		if size > len(rest) {
			return last, fmt.Errorf("%w, at byte %d", errTorn, at)
		}
		end := size - recordChecksum
		if body > text {
			headers := int(binary.LittleEndian.Uint32(rest[text:]))
			if headers > end-body || !bytes.HasSuffix(rest[body:body+headers], []byte(headersEnd)) {
				return last, fmt.Errorf("%w, at byte %d", errChecksum, at)
			}
		}
		sum.Reset()
		sum.Write(rest[4:20])            //nolint:errcheck // a hash takes all, as below
		sum.Write(rest[recordHead:text]) //nolint:errcheck
		sum.Write(rest[body:end])        //nolint:errcheck
		if !bytes.Equal(sum.Sum(nil), rest[end:size]) {
			return last, fmt.Errorf("%w, at byte %d", errChecksum, at)
		}
		last = max(last, binary.LittleEndian.Uint64(rest[4:])&^(isErased|isRemoval))
		at += size
	}
	return last, nil
}

// forgetIndexes has the server read all blocks anew, and cut off what is damaged. It is
// called where what is lost was accepted: with its index the server would pass over it.
func forgetIndexes(dir string) error {
	var failed error
	for _, stream := range keptStreams() {
		err := os.Remove(filepath.Join(streamsDir(dir), stream, "msgs", "index.db"))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			failed = errors.Join(failed, err)
		}
	}
	return failed
}
