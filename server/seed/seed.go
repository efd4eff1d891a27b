// Package seed reads the file of --seed: labs with ids and keys that are known beforehand,
// for test suites. It reads and checks, and makes nothing; lab.Labs.Seed does. What is wrong
// is said with file and line, all of it at once.
package seed

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"

	"github.com/google/uuid"

	"oauthlab/lessons/guard"
	"oauthlab/lessons/load"
	"oauthlab/server/lab"
)

// Version is the one of the file's layout that this package reads.
const Version = 1

// maxLabs is how many labs a seed makes at most.
const maxLabs = 64

// file is the layout of a seed.
type file struct {
	Version *int
	Labs    []fileLab
}

type fileLab struct {
	ID          string
	Key         string
	Chapter     string
	Protections map[string]bool
	Guards      map[string]string // true, false, or a habit's value
	Settings    map[string]string
	Users       []fileUser
	Clients     []fileClient
}

type fileUser struct{ Username, Name, Password string }

type fileClient struct {
	Name         string
	ClientID     string `yaml:"client_id"`
	ClientSecret string `yaml:"client_secret"` // of a confidential one
	Type         string
	RedirectURIs []string `yaml:"redirect_uris"`
}

// ReadFile reads the seed in the file. labs says which chapters there are and which clients
// may be registered; nothing is made in them.
func ReadFile(name string, labs *lab.Labs) ([]lab.Seed, error) {
	opened, err := os.Open(name)
	if err != nil {
		return nil, load.Finding{File: name, Message: "it cannot be read: " + reason(err)}
	}
	defer opened.Close()                                  //nolint:errcheck // nothing was written
	raw, err := io.ReadAll(io.LimitReader(opened, 1<<20)) // more than any seed has
	if err != nil {
		return nil, load.Finding{File: name, Message: "it cannot be read: " + reason(err)}
	}
	return Read(name, raw, labs)
}

// reason takes the name off an error, which the message has.
func reason(err error) string {
	if of, is := errors.AsType[*fs.PathError](err); is {
		err = of.Err
	}
	return err.Error()
}

// Read reads the seed that stands in raw; name is what messages call it. The error joins
// everything that is wrong, each a load.Finding.
func Read(name string, raw []byte, labs *lab.Labs) ([]lab.Seed, error) {
	var in file
	f, wrong := load.Strict(name, raw, &in)
	r := &reader{File: f, labs: labs, wrong: wrong, ids: map[string]int{}}
	var seeds []lab.Seed
	if text := bytes.TrimSpace(raw); len(text) > 0 {
		if isJSON := text[0] == '{'; !isJSON && !bytes.HasSuffix(bytes.TrimRight(raw, "\x00"), []byte("\n")) { // half a password is one too
			r.wrong = append(r.wrong, r.ProblemIn(1+bytes.Count(raw, []byte("\n")), "the file ends within this line: was it cut off? End it with a line break"))
		}
		seeds = r.seeds(in)
	}
	if len(r.wrong) > 0 {
		slices.SortStableFunc(r.wrong, func(a, b error) int { return cmp.Compare(lineOf(a), lineOf(b)) })
		return nil, errors.Join(r.wrong...)
	}
	return seeds, nil
}

func lineOf(err error) int {
	found, _ := errors.AsType[load.Finding](err)
	return found.Line
}

// reader checks what was read.
type reader struct {
	*load.File
	labs  *lab.Labs
	wrong []error
	ids   map[string]int // of labs, by the place of the first with it
}

// refuse says what is wrong with the value that the path leads to, unless that could not be
// read, which was said.
func (r *reader) refuse(path []any, format string, args ...any) {
	if !r.Unsure(path...) {
		r.wrong = append(r.wrong, r.Problem(fmt.Sprintf(format, args...), path...))
	}
}

// at is a path: keys, and places in lists.
func at(path ...any) []any { return path }

// under is the path to what stands below another.
func under(path []any, more ...any) []any { return slices.Concat(path, more) }

func (r *reader) seeds(in file) []lab.Seed {
	switch {
	case in.Version == nil:
		r.refuse(at("version"), "version is missing: write version: %d", Version)
	case *in.Version != Version:
		r.refuse(at("version"), "this is version %d of a seed, and this program reads version %d", *in.Version, Version)
		return nil // what stands there means something else
	}
	switch n := len(in.Labs); {
	case n == 0:
		r.refuse(at("labs"), "there are no labs: write them as a list under labs, each with id, key and chapter")
	case n > maxLabs:
		r.refuse(at("labs"), "there are %d labs, and a seed makes %d at most", n, maxLabs)
		return nil
	}
	var seeds []lab.Seed
	for i, one := range in.Labs {
		seeds = append(seeds, r.lab(at("labs", i), one))
	}
	return seeds
}

func (r *reader) lab(path []any, in fileLab) lab.Seed {
	s := lab.Seed{Key: in.Key, Chapter: in.Chapter}
	id, ok := lab.ParseID(in.ID)
	switch first, twice := r.ids[in.ID]; {
	case in.ID == "":
		r.refuse(under(path, "id"), "the lab has no id: it takes a UUID, such as %s", uuid.NewString())
	case !ok:
		r.refuse(under(path, "id"), "the id %q is no UUID of small letters, such as %s", brief(in.ID), uuid.NewString())
	case twice:
		r.refuse(under(path, "id"), "the lab of the list's place %d has this id already", first)
	default:
		r.ids[in.ID] = path[1].(int) + 1
	}
	s.ID = id
	r.key(under(path, "key"), in.Key)
	version := r.labs.VersionOf(in.Chapter)
	switch {
	case in.Chapter == "":
		r.refuse(under(path, "chapter"), "the lab has no chapter: it takes one such as %s", r.chapters())
	case version == "":
		r.refuse(under(path, "chapter"), "there is no chapter %q: there is %s", brief(in.Chapter), r.chapters())
	default:
		s.Switches = r.switches(path, in, version)
	}
	s.Users = r.users(under(path, "users"), in.Users)
	s.Clients = r.clients(under(path, "clients"), id, guard.Rules{Chapter: version}, in.Clients)
	return s
}
