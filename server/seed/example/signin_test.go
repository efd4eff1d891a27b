// Package example is a test of an app that signs users in by OAuth, against a lab that the
// seed in lab.yaml makes. Copy both files and replace newApp by your own app. It needs the
// program oauthlab in the path, or its place in the variable OAUTHLAB; without, it is skipped.
package example

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"os"
	"os/exec"
	"testing"

	"golang.org/x/oauth2"
)

// Of lab.yaml.
const (
	labID    = "7c1d3f0e-5a2b-4c8d-9e6f-0a1b2c3d4e5f"
	labKey   = "example-key-for-loopback-only-3f9c2a"
	clientID = "my-app"
)

func TestMyAppSignsIn(t *testing.T) {
	l := startLab(t)
	for _, user := range []string{"alice@example.com", "bob@example.com"} {
		app := newApp(t, l.Issuer, user)
		browser := newBrowser(t)
		resp, err := browser.Get(app.URL + "/login") // to the lab and back: sign-in is automatic
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusOK || resp.Request.URL.Path != "/callback" {
			t.Errorf("%s ends at %s with %s", user, resp.Request.URL, resp.Status)
		}
		if who := l.lastToken(t); who != user {
			t.Errorf("the token is for %q, want %q", who, user)
		}
	}
}

// The lab's protections can be switched while the test runs, and a mistake be provoked: of
// a request without PKCE, the app hears an error.
func TestMyAppHearsAnError(t *testing.T) {
	l := startLab(t)
	resp, err := newBrowser(t).Get(l.Issuer + "/authorize?response_type=code&client_id=" + clientID + "&redirect_uri=" + newApp(t, l.Issuer, "").URL + "/callback")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if got := resp.Request.URL.Query().Get("error"); got != "invalid_request" {
		t.Errorf("the app hears %q at %s", got, resp.Request.URL)
	}
}

// newApp is the app under test. It takes any port: the lab's client has the redirect URI
// http://127.0.0.1/callback, whose port is free (RFC 8252 §7.3).
func newApp(t *testing.T, issuer, user string) *httptest.Server {
	t.Helper()
	mux := http.NewServeMux()
	app := httptest.NewServer(mux)
	t.Cleanup(app.Close)
	config := &oauth2.Config{
		ClientID: clientID, RedirectURL: app.URL + "/callback",
		Endpoint: oauth2.Endpoint{AuthURL: issuer + "/authorize", TokenURL: issuer + "/token", AuthStyle: oauth2.AuthStyleInParams},
	}
	verifier, state := oauth2.GenerateVerifier(), oauth2.GenerateVerifier()
	mux.HandleFunc("/login", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, config.AuthCodeURL(state, oauth2.S256ChallengeOption(verifier), oauth2.SetAuthURLParam("login_hint", user)), http.StatusFound)
	})
	mux.HandleFunc("/callback", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("state") != state {
			http.Error(w, "this is the answer to another request", http.StatusBadRequest)
			return
		}
		token, err := config.Exchange(r.Context(), r.URL.Query().Get("code"), oauth2.VerifierOption(verifier))
		if err != nil || !token.Valid() {
			http.Error(w, fmt.Sprint("no token: ", err), http.StatusBadGateway)
		}
	})
	return app
}

// newBrowser follows redirects and keeps cookies.
func newBrowser(t *testing.T) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &http.Client{Jar: jar}
}

// seededLab is the lab of the seed in a program that runs.
type seededLab struct {
	Origin string // of the lab's API
	Issuer string
}

// startLab starts the program on free ports, with a folder of its own. It ends with the test.
func startLab(t *testing.T) seededLab {
	t.Helper()
	program := os.Getenv("OAUTHLAB")
	if program == "" {
		program = "oauthlab"
	}
	if _, err := exec.LookPath(program); err != nil {
		t.Skipf("%v: put the program into the path, or name it in OAUTHLAB", err)
	}
	cmd := exec.CommandContext(t.Context(), program, "--seed", "lab.yaml", "--data", t.TempDir(), "--log", "json",
		"--lab", "http://localhost:0", "--auth", "http://localhost:0", "--api", "http://localhost:0", "--webapp", "http://localhost:0", "--agent", "http://localhost:0", "--mallory", "http://127.0.0.1:0")
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Wait() }) //nolint:errcheck // it ends because the test does

	lines := bufio.NewScanner(out)
	for lines.Scan() {
		var line struct {
			Msg, Lab string
			Seeded   []string // the issuers of the seed's labs
		}
		if json.Unmarshal(lines.Bytes(), &line) == nil && line.Msg == "open" && len(line.Seeded) == 1 {
			go func() {
				for lines.Scan() { // the events, which nobody reads
				}
			}()
			return seededLab{line.Lab, line.Seeded[0]}
		}
	}
	t.Fatal("the lab did not open")
	return seededLab{}
}

// lastToken returns for whom the lab issued the last token, by its API.
func (l seededLab) lastToken(t *testing.T) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, l.Origin+"/api/labs/"+labID+"/state", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+labKey)
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var state struct {
		Auth struct{ Tokens []struct{ Subject string } }
	}
	if err := json.NewDecoder(resp.Body).Decode(&state); err != nil {
		t.Fatal(err)
	}
	if n := len(state.Auth.Tokens); n > 0 {
		return state.Auth.Tokens[n-1].Subject
	}
	return ""
}
