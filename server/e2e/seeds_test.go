package e2e

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/oauth2"
)

const (
	exampleFolder = "../seed/example"
	exampleLab    = "/7c1d3f0e-5a2b-4c8d-9e6f-0a1b2c3d4e5f" // of its lab.yaml, in issuers
)

// The example of a test suite is one that runs as it stands, against the program that is
// built.
func TestTheExampleOfATestSuite(t *testing.T) {
	run := exec.CommandContext(t.Context(), "go", "test", "-count=1", "-v", ".")
	run.Dir = exampleFolder
	run.Env = append(os.Environ(), "OAUTHLAB="+binary)
	out, err := run.CombinedOutput()
	if err != nil || strings.Count(string(out), "--- PASS: ") < 2 || strings.Contains(string(out), "--- SKIP: ") {
		t.Errorf("%v\n%s", err, out)
	}
}

// A kill and a start with the same seed interrupt nothing: who was signed in still is, a
// code that was issued is redeemed, and one that was spent is spent.
func TestASeededLabAfterAKill(t *testing.T) {
	seed, err := filepath.Abs(filepath.Join(exampleFolder, "lab.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	o := freeOrigins(t)
	p := startOn(t, t.TempDir(), o, "--seed", seed)
	issuer := p.auth + exampleLab
	config := &oauth2.Config{
		ClientID: "my-app", RedirectURL: "http://127.0.0.1:1/callback",
		Endpoint: oauth2.Endpoint{AuthURL: issuer + "/authorize", TokenURL: issuer + "/token", AuthStyle: oauth2.AuthStyleInParams},
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser := &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	verifier := oauth2.GenerateVerifier()
	authorize := func() (code string, begun bool) {
		t.Helper()
		resp, err := browser.Get(config.AuthCodeURL("s", oauth2.S256ChallengeOption(verifier)))
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		back, err := url.Parse(resp.Header.Get("Location"))
		if err != nil || !strings.HasPrefix(back.String(), config.RedirectURL+"?code=") {
			t.Fatalf("it is answered %s to %s", resp.Status, back)
		}
		return back.Query().Get("code"), len(resp.Cookies()) > 0
	}
	exchange := func(code string) error {
		_, err := config.Exchange(t.Context(), code, oauth2.VerifierOption(verifier))
		return err
	}
	spent, begun := authorize()
	if err := exchange(spent); err != nil || !begun {
		t.Fatalf("the first flow: %v, a session: %v", err, begun)
	}
	kept, _ := authorize()

	p.kill()
	startAgain(t, p, "--seed", seed)
	if err := exchange(kept); err != nil {
		t.Errorf("the code from before: %v", err)
	}
	wantCode(t, exchange(spent), "invalid_grant")
	if _, begun := authorize(); begun {
		t.Error("the session is another")
	}
}

// What is wrong with a seed is a line each, and the program ends.
func TestASeedWithMistakesIsALineEach(t *testing.T) {
	file := filepath.Join(t.TempDir(), "lab.yaml")
	if err := os.WriteFile(file, []byte("version: 1\nlabs:\n  - id: x\n    key: y\n    chapter: z\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := runToEnd(t.Context(), append(flagsFor(anyOrigins()), "--data", filepath.Join(t.TempDir(), "none"), "--seed", file)...)
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if err == nil || len(lines) != 3 || !strings.Contains(lines[0], file+":3: ") || !strings.Contains(lines[2], file+":5: ") {
		t.Errorf("it says (%v)\n%s", err, out)
	}
}

// A client's hint can be longer than a small screen is wide: the page breaks it.
func TestALongHintFitsASmallScreen(t *testing.T) {
	seed, err := filepath.Abs(filepath.Join(exampleFolder, "lab.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	o := freeOrigins(t)
	p := startOn(t, t.TempDir(), o, "--seed", seed)
	hint := strings.Repeat("someone.", 7) + "@x.example"
	b := openTab(t)
	b.looks("light", 360, 740)
	b.open(p.auth + exampleLab + "/authorize?" + url.Values{
		"response_type": {"code"}, "client_id": {"my-app"}, "redirect_uri": {"http://127.0.0.1:1/callback"}, "login_hint": {hint},
		"code_challenge": {oauth2.S256ChallengeFromVerifier(oauth2.GenerateVerifier())}, "code_challenge_method": {"S256"},
	}.Encode())
	b.says("The client expects " + hint)
	if over := evaluate[int](b, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); over > 0 {
		t.Errorf("the page is %d pixels wider than the screen", over)
	}
}
