package asset

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
)

func files() fstest.MapFS {
	return fstest.MapFS{
		"css/a.css":     {Data: []byte("a{}")},
		"fonts/b.woff2": {Data: []byte("wOF2")},
		"secret":        {Data: []byte("not for everybody")},
	}
}

func read(t *testing.T, from fstest.MapFS) *Files {
	t.Helper()
	f, err := Read(from, "css/a.css", "fonts/b.woff2")
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func get(f *Files, path string, header ...string) *http.Response {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	f.ServeHTTP(w, r)
	return w.Result()
}

func TestABrowserKeepsWhatCannotChange(t *testing.T) {
	f := read(t, files())
	for path, want := range map[string]string{
		f.Address("/web/css/a.css"):     "public, max-age=31536000, immutable",
		f.Address("/web/fonts/b.woff2"): "public, max-age=31536000, immutable",
		"/web/css/a.css":                "no-cache",
		"/web/fonts/b.woff2":            "no-cache",
	} {
		resp := get(f, path)
		tag := resp.Header.Get("ETag")
		if resp.StatusCode != http.StatusOK || resp.Header.Get("Cache-Control") != want || tag == "" {
			t.Errorf("%s is answered %d %v", path, resp.StatusCode, resp.Header)
		}
		if again := get(f, path, "If-None-Match", tag); again.StatusCode != http.StatusNotModified {
			t.Errorf("%s is sent again to who has it: %d", path, again.StatusCode)
		}
		if other := get(f, path, "If-None-Match", `"other"`); other.StatusCode != http.StatusOK {
			t.Errorf("%s is not sent to who has another: %d", path, other.StatusCode)
		}
	}
}

// An answer under the name of another content would be kept for a year.
func TestAnotherNameIsNotFound(t *testing.T) {
	f := read(t, files())
	next := files()
	next["css/a.css"] = &fstest.MapFile{Data: []byte("a{color:red}")}
	old := f.Address("/web/css/a.css")
	if now := read(t, next).Address("/web/css/a.css"); now == old {
		t.Errorf("another content is at the same address %s", now)
	}
	if again := read(t, files()).Address("/web/css/a.css"); again != old {
		t.Errorf("the same content is at %s and %s", old, again)
	}
	for _, path := range []string{
		read(t, next).Address("/web/css/a.css"), "/web/0000000000000000/css/a.css", f.Address("/web/css"), f.Address("/web/"),
		"/web/secret", f.Address("/web/secret"), f.Address(f.Address("/web/css/a.css")), "/css/a.css",
	} {
		resp := get(f, path)
		if resp.StatusCode != http.StatusNotFound || resp.Header.Get("Cache-Control") != "no-cache" || resp.Header.Get("ETag") != "" {
			t.Errorf("%s is answered %d %v", path, resp.StatusCode, resp.Header)
		}
	}
}

func TestPagesNameTheContent(t *testing.T) {
	f := read(t, files())
	page := f.Link(`<link href="/web/css/a.css"><a href="/webhooks">/web/css/a.css</a>`)
	if want := `<link href="` + f.Address("/web/css/a.css") + `"><a href="/webhooks">/web/css/a.css</a>`; page != want {
		t.Errorf("the page is %s, want %s", page, want)
	}
	for _, elsewhere := range []string{"/", "/webhooks", "/app.js", "https://lab.example/web/a.css"} {
		if at := f.Address(elsewhere); at != elsewhere {
			t.Errorf("%s became %s", elsewhere, at)
		}
	}
	if root := f.Address("/web"); f.Address("/web/css/a.css") != root+"/css/a.css" || strings.HasSuffix(root, "/") {
		t.Errorf("the root is %s", root)
	}
}

func TestAnAssetThatIsMissingIsNamed(t *testing.T) {
	if _, err := Read(files(), "css/none.css"); err == nil || !strings.Contains(err.Error(), "css/none.css") {
		t.Errorf("read with %v", err)
	}
}
