package e2e

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"oauthlab/lessons/api"
	"oauthlab/lessons/guard"
)

func TestPortInUseIsOneClearLine(t *testing.T) {
	p := start(t, t.TempDir())
	u, err := url.Parse(p.auth)
	if err != nil {
		t.Fatal(err)
	}
	out, err := runToEnd(t.Context(), append(flagsFor(anyOrigins()), "--data", t.TempDir(), "--auth", "http://localhost:"+u.Port())...)
	if err == nil {
		t.Error("a second program took the port")
	}
	if strings.Count(out, "\n") != 1 || !strings.Contains(out, "--auth") || !strings.Contains(out, "port is in use") {
		t.Errorf("it said %q, want one line that names the flag", out)
	}
}

func TestDataFolderInUseIsOneClearLine(t *testing.T) {
	p := start(t, t.TempDir())
	out, err := runToEnd(t.Context(), append(flagsFor(anyOrigins()), "--data", p.data)...)
	if err == nil || strings.Count(out, "\n") != 1 || !strings.Contains(out, p.data) {
		t.Errorf("it said %q (%v), want one line that names the folder", out, err)
	}
}

func TestOriginsThatCannotWorkAreRefused(t *testing.T) {
	tests := map[string][]string{
		"plain http away from loopback": {"--lab", "http://lab.example", "--auth", "http://auth.example", "--listen", "127.0.0.1:0"},
		"Mallory on the lab's site":     {"--lab", "https://lab.example.com", "--auth", "https://auth.example.com", "--api", "https://api.example.com", "--webapp", "https://app.example.com", "--agent", "https://agent.example.com", "--mallory", "https://mallory.example.com", "--listen", "127.0.0.1:0"},
		"the AS on another site":        {"--lab", "https://lab.example.com", "--auth", "https://auth.example.org", "--api", "https://api.example.com", "--webapp", "https://app.example.com", "--agent", "https://agent.example.com", "--mallory", "https://mallory.example.net", "--listen", "127.0.0.1:0"},
		"an origin with a path":         {"--lab", "http://localhost:0/path"},
		"no origin":                     {"--auth", "nonsense"},
		"what policies cannot name":     {"--lab", "http://[::1]:0"},
		"https without a proxy":         {"--lab", "https://lab.example"},
		"an unknown command":            {"nonsense"},
	}
	for name, args := range tests {
		t.Run(name, func(t *testing.T) {
			out, err := runToEnd(t.Context(), append(append(flagsFor(anyOrigins()), "--data", t.TempDir()), args...)...)
			if err == nil || strings.Count(out, "\n") != 1 || !strings.HasPrefix(out, "oauthlab: ") {
				t.Errorf("it said %q (%v), want one clear line", out, err)
			}
		})
	}
}

func TestItEndsGracefully(t *testing.T) {
	p := start(t, t.TempDir())
	if err := p.interrupt(); err != nil {
		t.Errorf("it ended with %v", err)
	}
	start(t, p.data) // and the folder is free again
}

func TestMatrixProvesWhatAttacksDeclare(t *testing.T) {
	out, err := runToEnd(t.Context(), "matrix", "--json")
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	seen := map[string]string{}
	chapters := map[string]int{}
	dec := json.NewDecoder(strings.NewReader(out))
	for dec.More() {
		var r struct {
			Attack, Chapter, Guards, Outcome, By string
			Proven                               bool
		}
		if err := dec.Decode(&r); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		if !r.Proven {
			t.Errorf("%s in %s with %s: %s by %q", r.Attack, r.Chapter, r.Guards, r.Outcome, r.By)
		}
		seen[r.Attack+", "+r.Guards] = strings.TrimSpace(r.Outcome + " " + r.By)
		chapters[r.Chapter]++
	}
	for _, chapter := range guard.Versions() {
		if chapters[chapter] == 0 {
			t.Errorf("no attack was played in %s", chapter)
		}
	}
	if status, body := call(t, "GET", start(t, t.TempDir()).lab+"/api/attacks", "", ""); status == http.StatusOK {
		var catalogue []api.Attack
		if err := json.Unmarshal([]byte(body), &catalogue); err != nil || len(catalogue) == 0 {
			t.Fatalf("%v in %s", err, body)
		}
		for _, a := range catalogue {
			last := "none of them"
			if len(a.StoppedBy) == 0 { // it succeeds with every guard on
				last = "all on, as given"
			}
			for _, guards := range append([]string{"all on", last}, only(a.StoppedBy)...) {
				if seen[a.ID+", "+guards] == "" {
					t.Errorf("%s was not played with %s", a.ID, guards)
				}
			}
		}
	}
	want := map[string]string{
		"intercepted-code, all on":           "stopped pkce.verify",
		"intercepted-code, only pkce.verify": "stopped pkce.verify",
		"intercepted-code, none of them":     "succeeded",
		"signed-state, all on":               "stopped pkce.verify",
		"signed-state, all on, as given":     "succeeded",
	}
	for row, outcome := range want {
		if seen[row] != outcome {
			t.Errorf("%s: %q, want %q", row, seen[row], outcome)
		}
	}
}

func only(guards []string) []string {
	list := make([]string, len(guards))
	for i, id := range guards {
		list[i] = "only " + id
	}
	return list
}
