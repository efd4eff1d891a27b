package e2e

import (
	"encoding/json"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"testing"
)

// What the program prints while somebody signs in with a typed password.
func printed(t *testing.T, args ...string) string {
	t.Helper()
	p := startOn(t, t.TempDir(), anyOrigins(), args...)
	l := p.newLab(t)
	f := newFlow(t, p, l)
	at := f.send(http.MethodGet, "/authorize?"+url.Values{
		"response_type": {"code"}, "client_id": {l.ClientID}, "redirect_uri": {l.RedirectURI},
		"code_challenge": {challenge}, "code_challenge_method": {"S256"}, "state": {"s"},
	}.Encode(), nil)
	back := f.send(http.MethodPost, "/login", url.Values{
		"request": {at.Query().Get("request")}, "username": {"alice"}, "password": {"password123"},
	})
	if status, body := f.redeem(back.Query().Get("code")); status != http.StatusOK {
		t.Fatalf("token answered %d %s", status, body)
	}
	if err := p.interrupt(); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(p.output.String(), "password123") {
		t.Error("the password is printed")
	}
	return p.output.String()
}

func TestTheConsoleReadsAsTheFlow(t *testing.T) {
	text := printed(t)
	at := 0
	for _, line := range []string{
		"LAB  a lab is opened in chapter v03",
		"BROWSER → AUTH  GET /authorize",
		"\n                client_id = demo-client\n",
		"AUTH  ✓ redirect-uri.exact passed",
		"AUTH → BROWSER  303",
		"BROWSER → AUTH  POST /login",
		"\n                password = [redacted]\n",
		"AUTH  code stored",
		"AUTH → BROWSER  303",
		"CLIENT → AUTH  POST /token",
		"AUTH  ✓ pkce.verify passed",
		"AUTH → CLIENT  200",
	} {
		i := strings.Index(text[at:], line)
		if i < 0 {
			t.Fatalf("%q is missing, or comes too early, in\n%s", line, text)
		}
		at += i + len(line)
	}
}

func TestTheLogForProgramsIsJSONWithoutSecrets(t *testing.T) {
	text := printed(t, "--log", "json")
	if strings.Contains(text, "SplxlOBe") || strings.Contains(text, challenge) || strings.Contains(text, verifier) {
		t.Errorf("a value of the flow stands in\n%s", text)
	}
	verdicts := 0
	for line := range strings.Lines(text) {
		var entry map[string]any
		if err := json.Unmarshal([]byte(line), &entry); err != nil {
			t.Fatalf("%v in %q", err, line)
		}
		if entry["msg"] == "verdict" && entry["outcome"] == "passed" {
			verdicts++
		}
	}
	if verdicts == 0 {
		t.Errorf("no verdict in\n%s", text)
	}
}

func TestHelpSaysWhatThereIs(t *testing.T) {
	for _, ask := range []string{"--help", "help"} {
		out, err := runToEnd(t.Context(), ask)
		if err != nil || !strings.Contains(out, "oauthlab matrix") || !strings.Contains(out, "-listen") || !strings.Contains(out, "OAUTHLAB_DATA") {
			t.Errorf("%s is %q (%v)", ask, out, err)
		}
	}
}

func TestVersionIsOneLineWithThatOfGo(t *testing.T) {
	out, err := runToEnd(t.Context(), "version")
	if err != nil || !strings.HasPrefix(out, "oauthlab ") || !strings.Contains(out, runtime.Version()) || strings.Count(out, "\n") != 1 {
		t.Errorf("it says %q (%v)", out, err)
	}
}
