package e2e

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// told is how a command ended, and what it printed.
type told struct {
	status   int
	out, err string
}

// says runs the program until it ends by itself; began is called with it once it runs.
func says(t *testing.T, began func(*os.Process), args ...string) told {
	t.Helper()
	var out, errs bytes.Buffer
	cmd := exec.CommandContext(t.Context(), binary, args...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if began != nil {
		began(cmd.Process)
	}
	cmd.Wait() //nolint:errcheck // the status says it
	return told{cmd.ProcessState.ExitCode(), out.String(), errs.String()}
}

// Scripts tell by the exit status whether nothing failed, something did, or they asked for it wrongly.
func TestTheDoctorEndsWithAStatus(t *testing.T) {
	p := start(t, t.TempDir())
	l := p.newLabIn(t, "v08")
	wrong := l.Issuer + "/fault/metadata-wrong-issuer"
	for name, tt := range map[string]struct {
		args   []string
		status int
		out    string // is in the output
		err    string // is all of the errors
	}{
		"a good issuer":    {[]string{l.Issuer}, 0, l.Issuer + ": nothing failed (1 note, 19 passed).\n", ""},
		"a wrong one":      {[]string{wrong}, 1, "\n  failed   issuer             The document is of https://issuer.example.com, and " + wrong + " was asked.", ""},
		"no URL":           {[]string{"https://"}, 1, "\n  failed   address            https:// has no host", ""},
		"another scheme":   {[]string{"ftp://a.example"}, 1, "\nftp://a.example: address failed (1 failed, 3 skipped).\n", ""},
		"a bare host name": {[]string{"auth.example"}, 1, "\n                              Did you mean https://auth.example?\n", ""},
		"nothing":          {nil, 2, "", "oauthlab: expected \"<url>\"; see oauthlab help\n"},
		"an empty text":    {[]string{""}, 2, "", "oauthlab: doctor needs an address, such as https://auth.example.com; see oauthlab help\n"},
		"a flag of none":   {[]string{"--data", "x", l.Issuer}, 2, "", "oauthlab: unknown flag --data; see oauthlab help\n"},
		"two addresses":    {[]string{l.Issuer, wrong}, 2, "", "oauthlab: unexpected argument " + wrong + "; see oauthlab help\n"},
		"no time":          {[]string{"--timeout", "0s", l.Issuer}, 2, "", "oauthlab: --timeout is 0s: it takes a time from 10ms to 1m0s; see oauthlab help\n"},
	} {
		t.Run(name, func(t *testing.T) {
			got := says(t, nil, append([]string{"doctor"}, tt.args...)...)
			if got.status != tt.status || !strings.Contains(got.out, tt.out) || got.err != tt.err {
				t.Errorf("it ends with %d, and says %s%s", got.status, got.out, got.err)
			}
			if strings.Contains(got.out, "\x1b") {
				t.Errorf("it is coloured, and no terminal reads it: %q", got.out)
			}
		})
	}
	got := says(t, nil, "doctor", "--json", l.Issuer)
	for text := range strings.Lines(got.out) {
		if !json.Valid([]byte(text)) || !strings.HasPrefix(text, "{") {
			t.Errorf("a line is no JSON object: %s", text)
		}
	}
	if got.status != 0 || strings.Count(got.out, "\n") != 21 {
		t.Errorf("in JSON it ends with %d, and says %s", got.status, got.out)
	}
}

// An interrupt ends it; what was found before stands, and the summary says that it is not all.
func TestTheDoctorIsInterrupted(t *testing.T) {
	asked, ended := make(chan struct{}, 10), make(chan struct{})
	hangs := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		asked <- struct{}{}
		<-ended
	}))
	defer hangs.Close()
	defer close(ended)
	got := says(t, func(p *os.Process) {
		<-asked
		if err := p.Signal(os.Interrupt); err != nil {
			t.Error(err)
		}
	}, "doctor", "--timeout", "1m", hangs.URL)
	if got.status != 1 || got.err != "" || !strings.Contains(got.out, "passed   connection") || !strings.Contains(got.out, "It was interrupted") ||
		!strings.Contains(got.out, "\n"+hangs.URL+": well-known failed (") {
		t.Errorf("it ends with %d, and says %s%s", got.status, got.out, got.err)
	}
}
