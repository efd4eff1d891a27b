package site

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/andybalholm/brotli"

	"oauthlab/web"
)

// program is what stands for the client's program.
var program = []byte("\x00asm\x01\x00\x00\x00" + strings.Repeat("a program, ", 100))

// built is package web's folder after make.
func built(t *testing.T) fstest.MapFS {
	t.Helper()
	var packed bytes.Buffer
	w := brotli.NewWriter(&packed)
	if _, err := w.Write(program); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return fstest.MapFS{
		web.Wasm:                 {Data: packed.Bytes()},
		web.WasmInfo:             {Data: fmt.Appendf(nil, `{"size":%d}`, len(program))},
		"css/tokens.css":         {Data: []byte(":root{}")},
		"icons/index.html":       {Data: []byte("an index")},
		"callback/callback.html": {Data: []byte("<!doctype html>")},
	}
}

func open(t *testing.T, files fstest.MapFS) *assets {
	t.Helper()
	a, err := openAssets(files)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestTheProgramIsSentAsTheBrowserTakesIt(t *testing.T) {
	a := open(t, built(t))
	tests := []struct {
		name     string
		accepts  string
		encoding string
	}{
		{"a browser of today", "gzip, deflate, br, zstd", "br"},
		{"brotli with a weight", "gzip;q=0.5, br;q=1.0", "br"},
		{"brotli alone", "br", "br"},
		{"gzip alone", "gzip", ""},
		{"nothing is said", "", ""},
		{"as it is", "identity", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			resp, body := ask(t, a, "GET", "/web/app.wasm", "Accept-Encoding", tt.accepts)
			checkProgram(t, resp, body, tt.encoding)
		})
	}
}

// RFC 9110 §12.5.3: a weight of nought means not acceptable, and a coding is a
// whole word.
func TestTheProgramIsNotSentInBrotliToWhoRefusesIt(t *testing.T) {
	a := open(t, built(t))
	for _, accepts := range []string{"gzip, br;q=0", "br;q=0.0, *", "sbr, gzip", "brotlike"} {
		resp, body := ask(t, a, "GET", "/web/app.wasm", "Accept-Encoding", accepts)
		checkProgram(t, resp, body, "")
	}
}

func checkProgram(t *testing.T, resp *http.Response, body, encoding string) {
	t.Helper()
	if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != "application/wasm" ||
		resp.Header.Get("Content-Encoding") != encoding || resp.Header.Get("Vary") != "Accept-Encoding" {
		t.Errorf("answered %d %v, want the encoding %q", resp.StatusCode, resp.Header, encoding)
	}
	if length := resp.Header.Get("Content-Length"); length != "" && length != fmt.Sprint(len(body)) {
		t.Errorf("Content-Length is %s, the body has %d bytes", length, len(body))
	}
	content := io.Reader(strings.NewReader(body))
	if encoding == "br" {
		content = brotli.NewReader(content)
	}
	if got, err := io.ReadAll(content); err != nil || !bytes.Equal(got, program) {
		t.Errorf("the program arrives as %.40q, %v", got, err)
	}
}

func TestACheckoutThatNobodyHasBuilt(t *testing.T) {
	files := built(t)
	delete(files, web.Wasm)
	delete(files, web.WasmInfo)
	a := open(t, files)
	if a.built() {
		t.Error("it says that there is a program")
	}
	if resp, body := ask(t, a, "GET", "/web/app.wasm"); resp.StatusCode != http.StatusNotFound || !strings.Contains(body, "make build") {
		t.Errorf("the program is answered %d %q", resp.StatusCode, body)
	}
	if resp, body := ask(t, a, "GET", "/web/css/tokens.css"); resp.StatusCode != http.StatusOK || body != ":root{}" {
		t.Errorf("a style is answered %d %q", resp.StatusCode, body)
	}
}

func TestABuildThatIsBroken(t *testing.T) {
	t.Run("its description is no JSON", func(t *testing.T) {
		files := built(t)
		files[web.WasmInfo] = &fstest.MapFile{Data: []byte("{")}
		if _, err := openAssets(files); err == nil || !strings.Contains(err.Error(), web.WasmInfo) {
			t.Errorf("opened with %v", err)
		}
	})
	t.Run("the program is missing", func(t *testing.T) {
		files := built(t)
		delete(files, web.Wasm)
		if _, err := openAssets(files); err == nil {
			t.Error("opened")
		}
	})
	t.Run("the program is no brotli", func(t *testing.T) {
		files := built(t)
		files[web.Wasm] = &fstest.MapFile{Data: []byte("no brotli, this is")}
		resp, body := ask(t, open(t, files), "GET", "/web/app.wasm")
		if resp.StatusCode != http.StatusInternalServerError || resp.Header.Get("Content-Type") == "application/wasm" || !strings.Contains(body, "make build") {
			t.Errorf("answered %d %v %q", resp.StatusCode, resp.Header, body)
		}
	})
}

func TestNoFolderIsListed(t *testing.T) {
	checkHidden(t, []string{
		"/web/", "/web/css/", "/web/css", "/web/icons/", "/web/icons", "/web/callback/", "/web/dist", "/web/dist/",
		"/web/dist/app.wasm.br", "/web/dist/app.json", "/web/%64ist/app.json",
		"/web/embed.go", "/web/../go.mod", "/web/css/%2e%2e/%2e%2e/go.mod",
	})
}

// What make built is sent as /web/app.wasm alone, however its folder is written.
func TestTheBuildsFolderIsHiddenHoweverItIsWritten(t *testing.T) {
	checkHidden(t, []string{"/web/css/../dist/app.json", "/web//dist/app.json", "/web/css/..%2fdist%2fapp.json", "/web/./dist/app.json"})
}

// checkHidden checks that neither the assets nor the whole origin serve the targets.
func checkHidden(t *testing.T, targets []string) {
	t.Helper()
	for name, h := range map[string]http.Handler{"a small folder": open(t, built(t)), "the lab origin": origin} {
		for _, target := range targets {
			resp, body := ask(t, h, "GET", target)
			at, err := url.Parse(target)
			if err != nil {
				t.Fatal(err)
			}
			for hop := 0; hop < 3 && resp.StatusCode/100 == 3; hop++ { // as a browser follows
				if at, err = at.Parse(resp.Header.Get("Location")); err != nil || at.Host != "" {
					t.Fatalf("%s: %s redirects to %q", name, target, resp.Header.Get("Location"))
				}
				resp, body = ask(t, h, "GET", at.RequestURI())
			}
			if resp.StatusCode != http.StatusNotFound && resp.StatusCode != http.StatusBadRequest {
				t.Errorf("%s: %s is answered %d %.60q", name, target, resp.StatusCode, body)
			}
		}
	}
}

func TestFilesAreServedAsWhatTheyAre(t *testing.T) {
	for target, want := range map[string]string{
		"/web/css/tokens.css":       "text/css; charset=utf-8",
		"/web/icons/logo.svg":       "image/svg+xml",
		"/web/icons/icon-192.png":   "image/png",
		"/web/callback/callback.js": "text/javascript; charset=utf-8",
		"/app.js":                   "application/javascript",
		"/callback":                 "text/html; charset=utf-8",
		"/robots.txt":               "text/plain; charset=utf-8",
	} {
		resp, body := ask(t, origin, "GET", target)
		if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != want || body == "" {
			t.Errorf("%s is answered %d %s with %d bytes", target, resp.StatusCode, resp.Header.Get("Content-Type"), len(body))
		}
	}
}

func TestTheFingerprintTellsOneBuildFromAnother(t *testing.T) {
	of := func(change func(fstest.MapFS)) string {
		files := built(t)
		change(files)
		hash, err := fingerprint(files, nil)
		if err != nil {
			t.Fatal(err)
		}
		return hash
	}
	same := of(func(fstest.MapFS) {})
	if again := of(func(fstest.MapFS) {}); again != same {
		t.Errorf("one build is %s and %s", same, again)
	}
	for name, change := range map[string]func(fstest.MapFS){
		"another program": func(f fstest.MapFS) { f[web.Wasm] = &fstest.MapFile{Data: []byte("other")} },
		"another style":   func(f fstest.MapFS) { f["css/tokens.css"] = &fstest.MapFile{Data: []byte(":root{ }")} },
		"a file more":     func(f fstest.MapFS) { f["css/empty.css"] = &fstest.MapFile{} },
		"a file renamed":  func(f fstest.MapFS) { f["css/other.css"] = f["css/tokens.css"]; delete(f, "css/tokens.css") },
	} {
		if of(change) == same {
			t.Errorf("%s has the same fingerprint", name)
		}
	}
}
