package site

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"sync"

	"github.com/andybalholm/brotli"

	"oauthlab/web"
)

// assets serves the files of package web under /web/, and the program for the
// browser as it was packed. It is go-app's ResourceResolver and http.Handler.
type assets struct {
	files http.Handler
	wasm  []byte // brotli; nil where nobody has built it
	info  web.Info

	// unpacked is the program for a browser that does not take brotli.
	unpacked func() ([]byte, error)
}

// openAssets reads what make built. A checkout without it serves pages all the
// same, whose text can be read but not run.
func openAssets(files fs.FS) (*assets, error) {
	a := &assets{files: http.StripPrefix("/web/", http.FileServerFS(files))}
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
	a.unpacked = sync.OnceValues(func() ([]byte, error) {
		return io.ReadAll(brotli.NewReader(bytes.NewReader(a.wasm)))
	})
	return a, nil
}

// built reports whether there is a program to serve.
func (a *assets) built() bool { return a.wasm != nil }

// Resolve implements app.ResourceResolver: everything is on our own origin.
func (a *assets) Resolve(path string) string { return path }

// ServeHTTP serves what lies under /web/, and no lists of folders.
func (a *assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.URL.Path == "/web/app.wasm":
		a.serveWasm(w, r)
	case strings.HasSuffix(r.URL.Path, "/") || isBuildOutput(path.Clean(r.URL.Path)):
		http.NotFound(w, r)
	default:
		a.files.ServeHTTP(w, r)
	}
}

func isBuildOutput(p string) bool { return p == "/web/dist" || strings.HasPrefix(p, "/web/dist/") }

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

func (a *assets) serveWasm(w http.ResponseWriter, r *http.Request) {
	if !a.built() {
		http.Error(w, "This program was built without its client. Run make build.", http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", "application/wasm")
	w.Header().Add("Vary", "Accept-Encoding")
	if takesBrotli(r.Header.Get("Accept-Encoding")) {
		w.Header().Set("Content-Encoding", "br")
		w.Header().Set("Content-Length", fmt.Sprint(len(a.wasm)))
		w.Write(a.wasm) //nolint:errcheck // the caller has gone
		return
	}
	plain, err := a.unpacked()
	if err != nil {
		http.Error(w, "The client cannot be unpacked. Run make build.", http.StatusInternalServerError)
		return
	}
	w.Write(plain) //nolint:errcheck // the caller has gone
}
