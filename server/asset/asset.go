// Package asset serves files under addresses that name their content: what stands at
// such an address never changes, so a browser keeps it and never asks again.
package asset

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"
)

// Root is where all files lie.
const Root = "/web/"

const (
	forever = "public, max-age=31536000, immutable" // a year, the most that is heeded
	asked   = "no-cache"                            // kept, but asked about each time
)

// Files are served below Root by their names, and below Root and the Hash of them all.
type Files struct {
	hash  string
	files map[string]file // by name: "css/tokens.css"
}

type file struct {
	content []byte
	tag     string // its ETag
}

// Read takes the named files in.
func Read(from fs.FS, names ...string) (*Files, error) {
	f := &Files{files: make(map[string]file, len(names))}
	all := sha256.New()
	for _, name := range names {
		content, err := fs.ReadFile(from, name)
		if err != nil {
			return nil, fmt.Errorf("read an asset: %w", err)
		}
		hash := Hash(content)
		fmt.Fprintln(all, name, hash)
		f.files[name] = file{content, Tag(hash)}
	}
	f.hash = short(all.Sum(nil))
	return f, nil
}

// Hash returns the name of a content, in 16 hexadecimal digits.
func Hash(content []byte) string {
	sum := sha256.Sum256(content)
	return short(sum[:])
}

func short(sum []byte) string { return hex.EncodeToString(sum[:8]) }

// Tag returns a hash as an entity tag (RFC 9110 §8.8.3).
func Tag(hash string) string { return `"` + hash + `"` }

// Address returns the address of a path below Root that names the content; any
// other path as it is. Root itself may come without its last slash, and goes so.
func (f *Files) Address(p string) string {
	if p == strings.TrimSuffix(Root, "/") {
		return p + "/" + f.hash
	}
	if name, below := strings.CutPrefix(p, Root); below {
		return Root + f.hash + "/" + name
	}
	return p
}

// Link puts these addresses into the attributes of a page.
func (f *Files) Link(page string) string {
	return strings.ReplaceAll(page, `="`+Root, `="`+Root+f.hash+"/")
}

// Named takes hash out of a path: "/web/<hash>/a" is "/web/a", and named.
func Named(p, hash string) (plain string, named bool) {
	name, named := strings.CutPrefix(p, Root+hash+"/")
	if !named {
		return p, false
	}
	return Root + name, true
}

// Keep tells the browser how long it may keep an answer: for ever where the address
// names the content, else until it has asked whether the tag is the same.
func Keep(h http.Header, named bool, tag string) {
	h.Set("ETag", tag)
	h.Set("Cache-Control", asked)
	if named {
		h.Set("Cache-Control", forever)
	}
}

// Patterns are the routes of the files, for an origin on which others lie beside them.
func (f *Files) Patterns() []string {
	var all []string
	for name := range f.files {
		all = append(all, "GET "+Root+name, "GET "+Root+"{hash}/"+name)
	}
	slices.Sort(all)
	return all
}

// ServeHTTP serves a file at either address. An address that names another content,
// such as that of another release, is not found: the answer would be kept under the
// wrong name.
func (f *Files) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	at, named := Named(r.URL.Path, f.hash)
	one, there := f.files[strings.TrimPrefix(at, Root)]
	if !there {
		w.Header().Set("Cache-Control", asked)
		http.NotFound(w, r)
		return
	}
	Keep(w.Header(), named, one.tag)
	http.ServeContent(w, r, path.Base(at), time.Time{}, bytes.NewReader(one.content))
}

// Show answers with a page of a party: HTML that names the files by Root, which nobody keeps.
// referrer and policy are its Referrer-Policy and its Content-Security-Policy.
func (f *Files) Show(w http.ResponseWriter, status int, referrer, policy, page string) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", referrer)
	h.Set("Content-Security-Policy", policy)
	w.WriteHeader(status)
	io.WriteString(w, f.Link(page)) //nolint:errcheck // the caller has gone
}
