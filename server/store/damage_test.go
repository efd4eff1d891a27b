package store

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
)

// damagedLab is the lab in the folders that are damaged. It is made first, and its code
// is spent last of all.
var damagedLab = uuid.MustParse("33333333-3333-4333-8333-333333333333")

// writeFolder fills several blocks of each of the large streams.
func writeFolder(t *testing.T, s *Store) {
	t.Helper()
	if _, err := s.Secret(t.Context(), "key"); err != nil {
		t.Fatal(err)
	}
	d := For[state](s, Settings)
	if err := d.Create(t.Context(), damagedLab, state{Text: "code issued"}, notes("made", 3)...); err != nil {
		t.Fatal(err)
	}
	long := note("long")
	long.Note.Text = strings.Repeat("y", 100<<10)
	for range 90 {
		lab := uuid.New()
		if err := d.Create(t.Context(), lab, state{Text: strings.Repeat("x", 100<<10)}); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Append(t.Context(), lab, long); err != nil {
			t.Fatal(err)
		}
	}
	err := d.Update(t.Context(), damagedLab, func(doc *state, out *Outbox) error {
		doc.Text = "code spent"
		out.Add(note("spent"))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// folders returns two that hold the same: of a store that was closed, and of one whose
// process was killed, which leaves behind what the system had been handed.
func folders(t *testing.T) map[string]string {
	t.Helper()
	closed, killed := t.TempDir(), t.TempDir()
	s, err := Open(t.Context(), Options{Dir: closed})
	if err != nil {
		t.Fatal(err)
	}
	writeFolder(t, s)
	copyFolder(t, closed, killed)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return map[string]string{"closed": closed, "killed": killed}
}

func copyFolder(t *testing.T, from, to string) {
	t.Helper()
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
}

// held opens the store in a folder, says what is in it, and writes something.
func held(t *testing.T, o Options) (string, error) {
	t.Helper()
	s, err := Open(t.Context(), o)
	if err != nil {
		return "", err
	}
	defer s.Close()
	doc, got := For[state](s, Settings).Get(t.Context(), damagedLab)
	labs, counted := s.Labs(t.Context())
	last, ended := s.Last(t.Context(), damagedLab)
	return fmt.Sprintf("%s, %d labs, %d events", doc.Text, labs, last), errors.Join(got, counted, ended, write(t.Context(), s, 100))
}

// block names a block of a stream in the folder: the first is 0, the last -1.
func block(t *testing.T, dir, stream string, i int) string {
	t.Helper()
	sizes, err := blockSizes(dir)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for name := range sizes {
		if strings.HasPrefix(name, stream+"/") {
			all = append(all, name)
		}
	}
	slices.SortFunc(all, func(a, b string) int { return int(blockIndex(a)) - int(blockIndex(b)) })
	if i < 0 {
		i += len(all)
	}
	return filepath.Join(streamsDir(dir), all[i])
}

// rewrite changes the content of a file.
func rewrite(t *testing.T, name string, change func(data []byte) []byte) {
	t.Helper()
	data, err := os.ReadFile(name)
	if err == nil {
		err = os.WriteFile(name, change(data), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func without(n int) func([]byte) []byte {
	return func(data []byte) []byte { return data[:max(0, len(data)-n)] }
}

func zeroed(from, n int) func([]byte) []byte {
	return func(data []byte) []byte { clear(data[from : from+n]); return data }
}

// flipped changes one bit of a byte, counted from the end where it is negative.
func flipped(at int) func([]byte) []byte {
	return func(data []byte) []byte {
		data[(at+len(data))%len(data)] ^= 0x10
		return data
	}
}

// Of a folder that lacks what was acknowledged, a start says what it lacks, as often as
// it is tried, and changes nothing. Whoever accepts the loss goes on with what is left.
func TestADamagedFolderIsRefused(t *testing.T) {
	const whole = "code spent, 91 labs, 4 events"
	type damage struct {
		name           string
		do             func(t *testing.T, dir string)
		closed, killed string // what the refusal says of the folder; "": nothing is lost
	}
	of := func(stream string, i int, change func([]byte) []byte) func(*testing.T, string) {
		return func(t *testing.T, dir string) { rewrite(t, block(t, dir, stream, i), change) }
	}
	remove := func(name string) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
				t.Fatal(err)
			}
		}
	}
	documents := "jetstream/jetstream/$G/streams/" + valuesName
	damages := []damage{
		{"nothing", func(*testing.T, string) {}, "", ""},
		{"the last block lacks a byte", of(valuesName, -1, without(1)), "bytes and had", "ends with message 91, and 92 was acknowledged"},
		{"the last block lacks a record and more", of(valuesName, -1, without(1000)), "bytes and had", "and 92 was acknowledged"},
		{"the last block is empty", of(valuesName, -1, without(1<<30)), "has 0 bytes and had", "and 92 was acknowledged"},
		{"the first block lacks a byte", of(valuesName, 0, without(1)), "msgs/1.blk has", "msgs/1.blk ends in the middle of a record"},
		{"a bit of the first block is another", of(valuesName, 0, flipped(5000)), "msgs/1.blk is not as it was written", "msgs/1.blk is not as it was written"},
		{"a bit of the last record is another", of(valuesName, -1, flipped(-9)), "is not as it was written", "is not as it was written"},
		{"4 KiB of the first block are zero", of(valuesName, 0, zeroed(300_000, 4<<10)), "msgs/1.blk is not as it was written", "msgs/1.blk is not as it was written"},
		{"the last block begins with zeros", of(valuesName, -1, zeroed(0, 100)), "is not as it was written, at byte 0", "is not as it was written, at byte 0"},
		{"the log lacks a byte", of(eventsName, -1, without(1)), eventsName + "/msgs", eventsName + " ends with message 91, and 92 was acknowledged"},
		{"a bit of the log is another", of(eventsName, 0, flipped(200)), eventsName + "/msgs/1.blk is not as it was written", eventsName + "/msgs/1.blk is not as it was written"},
		{"the secrets are empty", of(secretsName, 0, without(1<<30)), secretsName + "/msgs/1.blk has 0 bytes", secretsName + " ends with message 0, and 1 was acknowledged"},
		{"the last block is gone", func(t *testing.T, dir string) { os.Remove(block(t, dir, valuesName, -1)) }, "is missing", "and 92 was acknowledged"},
		{"the documents are gone", remove(documents), valuesName + "/msgs/1.blk is missing", valuesName + " ends with message 0"},
		{"all messages of the log are gone", remove("jetstream/jetstream/$G/streams/" + eventsName + "/msgs"), eventsName + "/msgs/1.blk is missing", eventsName + " ends with message 0"},
		{"all of the server's files are gone", remove("jetstream"), "is missing; ", valuesName + " ends with message 0, and 92 was acknowledged; " + secretsName},
		{"a block cannot be read", func(t *testing.T, dir string) {
			name := block(t, dir, valuesName, 0)
			if err := errors.Join(os.Remove(name), os.Mkdir(name, 0o700)); err != nil {
				t.Fatal(err)
			}
		}, "msgs/1.blk has", "msgs/1.blk cannot be read: is a directory"},
		{"what was acknowledged cannot be read", func(t *testing.T, dir string) {
			rewrite(t, filepath.Join(dir, acknowledgedName), without(5))
		}, "acknowledged: it does not end with its last line", "acknowledged: it does not end with its last line"},
		{"a block in the middle is gone", func(t *testing.T, dir string) { os.Remove(block(t, dir, valuesName, 0)) }, "msgs/1.blk is missing", notSeen},

		// The server makes these anew.
		{"the index is gone", remove(documents + "/msgs/index.db"), "", ""},
		{"the index is nonsense", func(t *testing.T, dir string) {
			if err := os.WriteFile(filepath.Join(dir, documents, "msgs/index.db"), []byte("nonsense"), 0o600); err != nil {
				t.Fatal(err)
			}
		}, "", ""},
		{"the stream's settings are gone", remove(documents + "/meta.inf"), "", ""},
		{"their checksum is gone", remove(documents + "/meta.sum"), "", ""},
		{"the settings are nonsense", func(t *testing.T, dir string) {
			rewrite(t, filepath.Join(dir, documents, "meta.inf"), func([]byte) []byte { return []byte("nonsense") })
		}, "", ""},
		// A folder of an older release says nothing, and is taken as it is.
		{"what was acknowledged is not known", remove(acknowledgedName), "", ""},
	}
	from := folders(t)
	for _, d := range damages {
		for ended, want := range map[string]string{"closed": d.closed, "killed": d.killed} {
			t.Run(d.name+", "+ended, func(t *testing.T) {
				if want == notSeen {
					t.Skip("the comment on checkFolder says why this is not seen")
				}
				dir := t.TempDir()
				copyFolder(t, from[ended], dir)
				d.do(t, dir)
				if want == "" {
					for range 2 {
						if got, err := held(t, Options{Dir: dir}); err != nil || !strings.HasPrefix(got, "code spent") || !strings.HasSuffix(got, "4 events") {
							t.Fatalf("the store holds %q (%v), want %q", got, err, whole)
						}
					}
					return
				}
				before := contents(t, dir)
				for range 2 {
					_, err := held(t, Options{Dir: dir})
					if !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), dir) || strings.Contains(err.Error(), "\n") {
						t.Fatalf("the start says %v, want %q", err, want)
					}
				}
				if after := contents(t, dir); after != before {
					t.Errorf("a refused start changes the folder from\n%sto\n%s", before, after)
				}
				if strings.Contains(want, "cannot be read") || d.name == "a block cannot be read" {
					return // nor can anybody go on with it
				}
				var log strings.Builder
				accept := Options{Dir: dir, AcceptLoss: true, Logger: slog.New(slog.NewTextHandler(&log, nil))}
				s, err := Open(t.Context(), accept)
				if err != nil {
					t.Fatalf("with the loss accepted: %v", err)
				}
				if err := errors.Join(write(t.Context(), s, 100), s.Close()); err != nil {
					t.Errorf("with the loss accepted: %v", err)
				}
				if !strings.Contains(log.String(), "level=WARN") || !strings.Contains(log.String(), want) {
					t.Errorf("with the loss accepted the log says %s", log.String())
				}
				s, err = Open(t.Context(), Options{Dir: dir})
				if err != nil {
					t.Fatalf("once the loss was accepted: %v", err)
				}
				if err := errors.Join(write(t.Context(), s, 100), s.Close()); err != nil {
					t.Errorf("once the loss was accepted: %v", err)
				}
			})
		}
	}
}

// notSeen marks what a start cannot see.
const notSeen = "not seen"

// contents lists the files of a folder with their sizes.
func contents(t *testing.T, dir string) string {
	t.Helper()
	var all strings.Builder
	err := filepath.Walk(dir, func(name string, info os.FileInfo, err error) error {
		if err == nil && !info.IsDir() {
			fmt.Fprintln(&all, name, info.Size(), info.ModTime())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all.String()
}

// Each bit of a small folder counts: whichever is another, the start sees it.
func TestEveryBitOfARecordCounts(t *testing.T) {
	s := openIn(t, t.TempDir())
	mustCreate(t, s, damagedLab, state{Text: "kept"}, notes("n", 2)...)
	for _, stream := range []string{valuesName, eventsName} {
		data, err := os.ReadFile(block(t, s.options.Dir, stream, 0))
		if err != nil {
			t.Fatal(err)
		}
		last, err := lastPlace(stream, 1, data)
		if err != nil || last == 0 || last != s.witness.last[stream] {
			t.Fatalf("%s ends with message %d (%v), and %d was acknowledged", stream, last, err, s.witness.last[stream])
		}
		for i := range data {
			for bit := range 8 {
				data[i] ^= 1 << bit
				if end, err := lastPlace(stream, 1, data); err == nil {
					t.Errorf("%s: bit %d of byte %d is another, and it ends with message %d", stream, bit, i, end)
				}
				data[i] ^= 1 << bit
			}
		}
		for n := range data { // a process that is killed leaves any of these behind
			end, err := lastPlace(stream, 1, data[:n])
			if err != nil && !errors.Is(err, errTorn) || end >= last {
				t.Fatalf("%s: its first %d bytes end with message %d (%v)", stream, n, end, err)
			}
		}
	}
}

// A process that was killed while it wrote leaves half a record behind, and so does one
// that was closed when its disk was full. Of that nobody was told, and the next start
// goes on.
func TestHalfARecordAtTheEndIsNoDamage(t *testing.T) {
	dir := t.TempDir()
	s := openIn(t, dir)
	mustCreate(t, s, damagedLab, state{Text: "kept"}, note("e1"))
	for _, n := range []int{1, recordHead - 1, recordHead, recordHead + 30, 200} {
		for _, closed := range []bool{false, true} {
			left := t.TempDir()
			copyFolder(t, dir, left)
			rewrite(t, block(t, left, valuesName, -1), func(data []byte) []byte { return append(data, data[:n]...) })
			if closed {
				known, err := readAcknowledgements(left)
				if err != nil {
					t.Fatal(err)
				}
				w, err := openWitness(left, known)
				if err != nil {
					t.Fatal(err)
				}
				if err := w.close(); err != nil {
					t.Fatal(err)
				}
			}
			again := openIn(t, left)
			if got, err := For[state](again, Auth).Get(t.Context(), damagedLab); err != nil || got.Text != "kept" {
				t.Errorf("with %d bytes more, closed %t, the document is %+v (%v)", n, closed, got, err)
			}
		}
	}
}

// What is deleted, or has expired, is not missed.
func TestWhatIsGoneByRightIsNoDamage(t *testing.T) {
	gone := map[string]func(t *testing.T, s *Store){
		"deleted": func(t *testing.T, s *Store) {
			for _, lab := range killLabs {
				if err := s.Delete(t.Context(), lab); err != nil {
					t.Fatal(err)
				}
			}
		},
		"expired": func(t *testing.T, s *Store) {
			for {
				_, one := For[state](s, Auth).Get(t.Context(), killLabs[0])
				_, other := For[state](s, Auth).Get(t.Context(), killLabs[1])
				if errors.Is(one, ErrNotFound) && errors.Is(other, ErrNotFound) {
					return
				}
				if t.Context().Err() != nil {
					t.Fatal(one, other)
				}
			}
		},
	}
	for how, leave := range gone {
		t.Run(how, func(t *testing.T) {
			o := Options{Dir: t.TempDir()}
			if how == "expired" {
				o.LabTTL = 500 * time.Millisecond
			}
			s, err := Open(t.Context(), o)
			if err != nil {
				t.Fatal(err)
			}
			for _, lab := range killLabs {
				mustCreate(t, s, lab, state{}, notes("e", 5)...)
			}
			leave(t, s)
			killed := o
			killed.Dir = t.TempDir()
			copyFolder(t, o.Dir, killed.Dir)
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			for _, o := range []Options{o, killed, o, killed} {
				s, err := Open(t.Context(), o)
				if err != nil {
					t.Fatal(err)
				}
				if err := errors.Join(write(t.Context(), s, 10), s.Close()); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

// What other processes are told by the embedded server is witnessed too.
func TestWhatOthersWroteIsWitnessed(t *testing.T) {
	o := Options{Dir: t.TempDir(), Listen: "127.0.0.1:0", Login: Login{Token: "secret"}}
	s, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	other, err := Open(t.Context(), Options{URL: s.Address(), Login: Login{Token: "secret"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { other.Close() })
	mustCreate(t, other, damagedLab, state{}, note("e1"))
	for {
		known, err := readAcknowledgements(o.Dir)
		if err != nil || t.Context().Err() != nil {
			t.Fatal(err, t.Context().Err())
		}
		if known.last[valuesName] == 1 && known.last[eventsName] == 1 {
			return
		}
	}
}
