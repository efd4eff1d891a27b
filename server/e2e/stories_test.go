package e2e

import (
	"net/http"
	"strings"
	"testing"
)

func TestStoriesAreServedInDevelopmentAlone(t *testing.T) {
	p := startOn(t, t.TempDir(), anyOrigins(), "--dev")
	status, body := call(t, "GET", p.lab+"/stories", "", "")
	if status != http.StatusOK || !strings.Contains(body, "PKCE verifier would refuse") || !strings.Contains(body, "Stopped by PKCE") {
		t.Errorf("in development /stories is answered %d", status)
	}
	if status, _ := call(t, "GET", start(t, t.TempDir()).lab+"/stories", "", ""); status != http.StatusNotFound {
		t.Errorf("to learners /stories is answered %d", status)
	}
}
