package site

import (
	"net/http"
	"strings"
	"testing"
)

func TestUnknownPagesSayWhereToGo(t *testing.T) {
	for _, target := range []string{"/v99", "/nonsense", "/v03-pkce/more", "/%3Cscript%3E", "/web/nonsense.css"} {
		resp, body := ask(t, origin, "GET", target)
		if resp.StatusCode != http.StatusNotFound || !strings.Contains(body, `href="/"`) || !strings.Contains(body, `href="/v03-pkce"`) || strings.Contains(body, "script") {
			t.Errorf("%s is answered %d %.200s", target, resp.StatusCode, body)
		}
	}
}

func TestAChaptersIDLeadsToItsPage(t *testing.T) {
	resp, _ := ask(t, origin, "GET", "/v03")
	if resp.StatusCode != http.StatusTemporaryRedirect || resp.Header.Get("Location") != "/v03-pkce" {
		t.Errorf("/v03 is answered %d to %q", resp.StatusCode, resp.Header.Get("Location"))
	}
}
