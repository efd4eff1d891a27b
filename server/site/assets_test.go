package site

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"regexp"
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
	files := fstest.MapFS{
		web.Wasm:                 {Data: packed.Bytes()},
		web.WasmInfo:             {Data: fmt.Appendf(nil, `{"size":%d}`, len(program))},
		"css/tokens.css":         {Data: []byte(":root{}")},
		"icons/index.html":       {Data: []byte("an index")},
		"callback/callback.html": {Data: []byte("<!doctype html>")},
	}
	for _, parts := range sheets() {
		for _, part := range parts {
			if files[part] == nil {
				files[part] = &fstest.MapFile{Data: []byte("/* " + part + " */")}
			}
		}
	}
	return files
}

// open reads the files, or those of the program itself where there are none.
func open(t *testing.T, files fstest.MapFS) *assets {
	t.Helper()
	var from fs.FS = web.FS
	if files != nil {
		from = files
	}
	a, err := openAssets(from)
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

// A browser keeps the program under the name of its content, and asks about it under
// its plain one.
func TestTheProgramIsKeptUnderItsName(t *testing.T) {
	a := open(t, built(t))
	next := built(t)
	next["css/tokens.css"] = &fstest.MapFile{Data: []byte(":root{color:red}")}
	if restyled := open(t, next); restyled.Resolve("/web/app.wasm") != a.Resolve("/web/app.wasm") || restyled.Resolve("/web/css/tokens.css") == a.Resolve("/web/css/tokens.css") {
		t.Error("another style gives the program another name, or the style none")
	}
	next[web.Wasm] = &fstest.MapFile{Data: []byte("another program")}
	other := open(t, next).Resolve("/web/app.wasm")
	for path, want := range map[string]string{
		"/web/app.wasm": "no-cache", a.Resolve("/web/app.wasm"): "public, max-age=31536000, immutable", other: "",
	} {
		tags := map[string]bool{}
		for _, accepts := range []string{"br", ""} {
			resp, _ := ask(t, a, "GET", path, "Accept-Encoding", accepts)
			if want == "" {
				if resp.StatusCode != http.StatusNotFound || resp.Header.Get("Cache-Control") != "no-cache" {
					t.Errorf("another program's name is answered %d %v", resp.StatusCode, resp.Header)
				}
				continue
			}
			tag := resp.Header.Get("ETag")
			tags[tag] = true
			if resp.StatusCode != http.StatusOK || resp.Header.Get("Cache-Control") != want {
				t.Errorf("%s is answered %d %v", path, resp.StatusCode, resp.Header)
			}
			resp, body := ask(t, a, "GET", path, "Accept-Encoding", accepts, "If-None-Match", tag)
			if resp.StatusCode != http.StatusNotModified || body != "" {
				t.Errorf("%s is sent again to who has it: %d", path, resp.StatusCode)
			}
		}
		if want != "" && len(tags) != 2 {
			t.Errorf("the two forms of %s have the tags %v", path, tags)
		}
	}
}

// assetIn finds what a page makes the browser load.
var assetIn = regexp.MustCompile(`(?:href|src|data-program)="([^"]*/web/[^"]+)"`)

// Every page names the content of what it loads, so that nothing of another release
// can be mixed in; and pages themselves are asked about each time.
func TestPagesLoadWhatNeverChanges(t *testing.T) {
	for path, kept := range map[string]string{
		"/": "no-cache", "/v03-pkce": "no-cache", "/glossary": "no-cache", "/reference": "no-cache", "/troubleshooting": "no-cache",
		"/callback": "no-store", "/nothing": "no-cache", "/app.js": "no-cache", "/app-worker.js": "no-cache",
	} {
		resp, body := ask(t, origin, "GET", path)
		if got := resp.Header.Get("Cache-Control"); got != kept {
			t.Errorf("%s is kept as %q says, want %q", path, got, kept)
		}
		found := assetIn.FindAllStringSubmatch(body, -1)
		if len(found) == 0 && !strings.HasSuffix(path, ".js") {
			t.Errorf("%s loads nothing", path)
		}
		for _, m := range found {
			resp, _ := ask(t, origin, "GET", m[1])
			if resp.StatusCode != http.StatusOK || !strings.Contains(resp.Header.Get("Cache-Control"), "immutable") {
				t.Errorf("%s loads %s, which is answered %d %q", path, m[1], resp.StatusCode, resp.Header.Get("Cache-Control"))
			}
		}
	}
	_, loader := ask(t, origin, "GET", "/app.js")
	if at := open(t, nil).Resolve("/web/app.wasm"); !strings.Contains(loader, `"`+at+`"`) {
		t.Errorf("the loader does not ask for %s", at)
	}
}

// A style sheet names its fonts beside itself: below the same hash.
func TestFontsStandBesideTheirStyles(t *testing.T) {
	inStyle := regexp.MustCompile(`url\("?([^")]+)"?\)`)
	a := open(t, nil)
	for _, name := range []string{"screen", "books", "callback"} {
		_, style := ask(t, a, "GET", "/web/css/"+name+".css")
		found := inStyle.FindAllStringSubmatch(style, -1)
		if len(found) == 0 {
			t.Errorf("%s.css has no fonts", name)
		}
		for _, m := range found {
			at, err := url.Parse(a.Resolve("/web/css/" + name + ".css"))
			if err != nil {
				t.Fatal(err)
			}
			if at, err = at.Parse(m[1]); err != nil {
				t.Fatal(err)
			}
			if resp, _ := ask(t, a, "GET", at.Path); resp.StatusCode != http.StatusOK || !strings.Contains(resp.Header.Get("Cache-Control"), "immutable") {
				t.Errorf("%s.css loads %s, which is answered %d", name, at, resp.StatusCode)
			}
		}
	}
}

// Each page of ours loads one style sheet, which is all that its files say; without
// scripts a page that runs the program loads one besides.
func TestAPageLoadsOneStyleSheet(t *testing.T) {
	sheet := regexp.MustCompile(`<link[^>]*rel="stylesheet"[^>]*>`)
	href := regexp.MustCompile(`href="([^"]+)"`)
	unscripted := regexp.MustCompile(`(?s)<noscript>.*?</noscript>`)
	for path, name := range map[string]string{
		"/": "screen", "/v03-pkce": "screen", "/glossary": "books", "/reference": "books", "/troubleshooting": "books",
		"/nothing": "books", "/callback": "callback",
	} {
		_, page := ask(t, origin, "GET", path)
		for _, without := range unscripted.FindAllString(page, -1) {
			if n := len(sheet.FindAllString(without, -1)); n > 1 {
				t.Errorf("%s loads %d more style sheets without scripts", path, n)
			}
		}
		loaded := sheet.FindAllString(unscripted.ReplaceAllString(page, ""), -1)
		if len(loaded) != 1 {
			t.Errorf("%s loads %q, want one style sheet", path, loaded)
			continue
		}
		resp, text := ask(t, origin, "GET", href.FindStringSubmatch(loaded[0])[1])
		if resp.Header.Get("Content-Type") != "text/css; charset=utf-8" || !strings.Contains(resp.Header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s loads a style sheet that is answered %v", path, resp.Header)
		}
		rest := text
		for _, part := range sheets()["css/"+name+".css"] {
			want, err := fs.ReadFile(web.FS, part)
			if err != nil {
				t.Fatal(err)
			}
			var there bool
			if _, rest, there = strings.Cut(rest, string(want)); !there {
				t.Errorf("the style sheet of %s lacks %s, or has it too early", path, part)
			}
		}
	}
}

// Every style sheet of package web is a part of one that a page of some party loads.
func TestEveryStyleIsLoaded(t *testing.T) {
	used := map[string]bool{"css/auth.css": true, "css/mallory.css": true, "css/webapp.css": true} // the other parties' own
	for _, parts := range sheets() {
		for _, part := range parts {
			used[part] = true
		}
	}
	files, err := fs.Glob(web.FS, "css/*.css")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d style sheets, %v", len(files), err)
	}
	for _, file := range files {
		if !used[file] {
			t.Errorf("no page loads %s", file)
		}
	}
}

// A style sheet whose parts are not there is named at the start.
func TestASheetWithoutItsParts(t *testing.T) {
	files := built(t)
	delete(files, "css/contrast.css")
	if _, err := openAssets(files); err == nil || !strings.Contains(err.Error(), "css/contrast.css") {
		t.Errorf("opened with %v", err)
	}
}

// The script that asks for the program early leaves alone whom go-app's loader does.
func TestTheProgramIsAskedForByWhoRunsIt(t *testing.T) {
	_, loader := ask(t, origin, "GET", "/app.js")
	_, page := ask(t, origin, "GET", "/v03-pkce")
	at := regexp.MustCompile(`<script src="([^"]+/start/program.js)" data-program="([^"]+)">`).FindStringSubmatch(page)
	if at == nil {
		t.Fatal("the page has no script that asks for the program")
	}
	_, script := ask(t, origin, "GET", at[1])
	for _, rule := range []string{`/bot|googlebot|crawler|spider|robot|crawling/i`, `get("wasm")`} {
		if !strings.Contains(loader, rule) || !strings.Contains(script, rule) {
			t.Errorf("%s does not stand in both scripts", rule)
		}
	}
	if !strings.Contains(loader, `"`+at[2]+`"`) {
		t.Errorf("the loader does not ask for %s", at[2])
	}
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
