package site

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/andybalholm/brotli"

	"oauthlab/server/asset"
	"oauthlab/web"
)

// programPath is where the program for the browser is asked for.
const programPath = asset.Root + "app.wasm"

// assets serves the files of package web under /web/, and the program for the
// browser as it was packed. It is go-app's ResourceResolver.
type assets struct {
	*asset.Files
	wasm []byte // brotli; nil where nobody has built it
	hash string // of wasm, which other files do not change
	info web.Info

	// unpacked is the program for a browser that does not take brotli.
	unpacked func() ([]byte, error)
}

// openAssets reads what make built. A checkout without it serves pages all the
// same, whose text can be read but not run.
func openAssets(files fs.FS) (*assets, error) {
	names, err := assetNames(files)
	if err != nil {
		return nil, err
	}
	for name := range sheets() {
		names = append(names, name)
	}
	slices.Sort(names) // in whose order they are hashed
	a := &assets{}
	if a.Files, err = asset.Read(joined{files}, names...); err != nil {
		return nil, err
	}
	info, err := fs.ReadFile(files, web.WasmInfo)
	if err != nil {
		return a, nil
	}
	if err := json.Unmarshal(info, &a.info); err != nil {
		return nil, fmt.Errorf("read %s: %w", web.WasmInfo, err)
	}
	if a.wasm, err = fs.ReadFile(files, web.Wasm); err != nil {
		return nil, fmt.Errorf("read the program for the browser: %w", err)
	}
	a.hash = asset.Hash(a.wasm)
	a.unpacked = sync.OnceValues(func() ([]byte, error) {
		return io.ReadAll(brotli.NewReader(bytes.NewReader(a.wasm)))
	})
	return a, nil
}

// assetNames are the files that are served as they are: all but what make built.
func assetNames(files fs.FS) (names []string, err error) {
	err = fs.WalkDir(files, ".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && !strings.HasPrefix(path, "dist/") {
			names = append(names, path)
		}
		return err
	})
	return names, err
}

// built reports whether there is a program to serve.
func (a *assets) built() bool { return a.wasm != nil }

// Resolve implements app.ResourceResolver: the program is named by its own content,
// so that a release that leaves it as it is need not send it again, and the others
// by what they all are. In the place of go-app's own style sheet, which every page
// of it loads, stands that of our screen, which has what go-app's is needed for.
func (a *assets) Resolve(path string) string {
	switch {
	case path == programPath && a.built():
		return asset.Root + a.hash + "/app.wasm"
	case path == "/app.css":
		path = asset.Root + screenSheet
	}
	return a.Address(path)
}

// ServeHTTP serves what lies under /web/, and no lists of folders.
func (a *assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if at, named := asset.Named(r.URL.Path, a.hash); at == programPath {
		a.serveWasm(w, r, named)
		return
	}
	if strings.HasSuffix(r.URL.Path, ".woff2") { // which a page without an origin asks for too
		w.Header().Set("Access-Control-Allow-Origin", "*")
	}
	a.Files.ServeHTTP(w, r)
}

// takesBrotli reads Accept-Encoding (RFC 9110 §12.5.3): a coding with weight 0 is
// refused.
func takesBrotli(accept string) bool {
	for coding := range strings.SplitSeq(accept, ",") {
		name, weight, _ := strings.Cut(coding, ";")
		if !strings.EqualFold(strings.TrimSpace(name), "br") {
			continue
		}
		q := strings.TrimPrefix(strings.ReplaceAll(weight, " ", ""), "q=")
		return q == "" || strings.Trim(q, "0.") != ""
	}
	return false
}

// serveWasm serves the program, at an address that names it or not. Its two forms
// have a tag each.
func (a *assets) serveWasm(w http.ResponseWriter, r *http.Request, named bool) {
	if !a.built() {
		http.Error(w, "This program was built without its client. Run make build.", http.StatusNotFound)
		return
	}
	content, coding, tag := a.wasm, "br", asset.Tag(a.hash+"-br")
	if !takesBrotli(r.Header.Get("Accept-Encoding")) {
		plain, err := a.unpacked()
		if err != nil {
			http.Error(w, "The client cannot be unpacked. Run make build.", http.StatusInternalServerError)
			return
		}
		content, coding, tag = plain, "", asset.Tag(a.hash)
	}
	w.Header().Set("Vary", "Accept-Encoding") // compressed may have said it
	asset.Keep(w.Header(), named, tag)
	w.Header().Set("Content-Type", "application/wasm")
	if coding != "" {
		w.Header().Set("Content-Encoding", coding)
	}
	w.Header().Set("Content-Length", fmt.Sprint(len(content)))
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(content))
}
