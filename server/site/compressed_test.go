package site

import (
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"testing"
)

// Text that everyone may read is sent in gzip to whoever takes it. Both forms have a tag
// of their own, and neither is sent to who has it.
func TestTextIsCompressed(t *testing.T) {
	styles := open(t, nil).Resolve("/app.css")
	for _, path := range []string{"/", "/v03-pkce", "/glossary", "/troubleshooting", "/llms.txt", "/glossary.md", "/app.js", styles} {
		plain, text := ask(t, origin, "GET", path)
		packed, body := ask(t, origin, "GET", path, "Accept-Encoding", "gzip, deflate, br, zstd")
		if got := packed.Header.Get("Content-Encoding"); got != "gzip" || len(body) > len(text)*2/3 {
			t.Errorf("%s comes in %q, with %d of %d bytes", path, got, len(body), len(text))
			continue
		}
		if got := unzip(t, body); got != text && path != "/v03-pkce" && path != "/" { // go-app orders attributes by chance
			t.Errorf("%s says something else in gzip", path)
		}
		for _, resp := range []*http.Response{plain, packed} {
			if vary := resp.Header.Get("Vary"); vary != "Accept-Encoding" {
				t.Errorf("%s varies by %q", path, vary)
			}
		}
		tag := packed.Header.Get("ETag")
		if tag == plain.Header.Get("ETag") {
			t.Errorf("both forms of %s have the tag %q", path, tag)
		}
		for accepts, tag := range map[string]string{"gzip": tag, "identity": plain.Header.Get("ETag")} {
			again, body := ask(t, origin, "GET", path, "Accept-Encoding", accepts, "If-None-Match", tag)
			if again.StatusCode != http.StatusNotModified || body != "" || again.Header.Get("ETag") != tag {
				t.Errorf("%s in %s is sent again: %d, tag %q instead of %q", path, accepts, again.StatusCode, again.Header.Get("ETag"), tag)
			}
		}
	}
}

// What holds secrets is not: its length would tell of them.
func TestSecretsAreNotCompressed(t *testing.T) {
	for _, path := range []string{"/api/chapters", "/callback?code=" + strings.Repeat("a", 4096)} {
		if resp, _ := ask(t, origin, "GET", path, "Accept-Encoding", "gzip"); resp.Header.Get("Content-Encoding") != "" {
			t.Errorf("%s comes in %s", path, resp.Header.Get("Content-Encoding"))
		}
	}
}

func unzip(t *testing.T, body string) string {
	t.Helper()
	unpacked, err := gzip.NewReader(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(unpacked)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
