package e2e

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"oauthlab/lessons/api"
	"oauthlab/server/fault/smalldisk"
)

// The disk is full to its last byte: the program says so to who asks and, once, in its
// log; it refuses what it could not keep; and with room again it goes on by itself,
// with all that it had.
func TestADiskThatFillsUpAndIsCleared(t *testing.T) {
	t.Parallel() // it waits, more than it works
	t.Run("noticed before anybody writes", func(t *testing.T) {
		lines := strings.Split(fillUpAndClear(t, func(*flow) {}), "\n")
		if len(lines) != 2 {
			t.Errorf("it says %q, want a line when it closes, and one when it opens", lines)
		}
	})
	t.Run("met by those who write", func(t *testing.T) {
		fillUpAndClear(t, func(f *flow) {
			for status := 0; status != http.StatusServiceUnavailable; {
				status, _ = answerOf(f.T, f.request(http.MethodPost, "/login", url.Values{"username": {"alice"}}))
			}
		})
	})
}

// fillUpAndClear does so with the disk of a program, and returns what operators are
// told. While the disk is full, meet is called first.
func fillUpAndClear(t *testing.T, meet func(*flow)) string {
	t.Helper()
	data := smalldisk.New(t, "64m")
	said := &strings.Builder{} // read when the program has ended
	cmd := exec.Command(binary, append(flagsFor(anyOrigins()), "--data", data, "--min-free", "8MiB")...)
	cmd.Stderr = said
	p := startCommand(t, data, cmd)
	l := p.newLab(t)
	f := newFlow(t, p, l)
	code := f.signIn()
	feed := p.follow(t, l, "0")
	before := p.events(t, l)

	ballast := smalldisk.Fill(t, data)
	meet(f)
	p.notReady(t, "disk")
	for range 5 {
		p.refuses(t, "POST", p.lab+"/api/labs", "", `{"chapter":"v03"}`)
		p.refuses(t, "GET", p.path(l, ""), l.Key, "")
		p.refuses(t, "GET", p.auth+"/"+l.ID+f.authorizePath(), "", "")
		if status, body := f.redeem(code); status != http.StatusServiceUnavailable {
			t.Errorf("the code gives %d %s", status, body)
		}
	}

	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	for status := 0; status != http.StatusOK; {
		status, _ = call(t, "GET", p.lab+"/readyz", "", "")
	}
	f.redeemsOnce(code) // which was not spent by what was refused
	log := p.events(t, l)
	wantSameLog(t, hearUpTo(t, feed, 0, ends(log)), log)
	wantSameLog(t, log[:len(before)], before)

	p.kill()
	told := strings.TrimSpace(said.String())
	if !regexp.MustCompile(`(?s)not ready.*check=disk.*ready again`).MatchString(told) || !strings.Contains(told, data) {
		t.Errorf("it says\n%s", told)
	}
	return told
}

// notReady checks that the program says that it is not ready, for one reason.
func (p *program) notReady(t *testing.T, check string) {
	t.Helper()
	status, body := call(t, "GET", p.lab+"/readyz", "", "")
	var report struct {
		Checks map[string]struct {
			OK          bool
			Error, Hint string
		}
	}
	if err := json.Unmarshal([]byte(body), &report); err != nil {
		t.Fatalf("%v in %s", err, body)
	}
	if wrong := report.Checks[check]; status != http.StatusServiceUnavailable || wrong.OK || wrong.Error == "" || wrong.Hint == "" {
		t.Errorf("ready answers %d %s", status, body)
	}
}

// refuses checks that a call is turned away until later, with help.
func (p *program) refuses(t *testing.T, method, target, key, body string) {
	t.Helper()
	status, answer := call(t, method, target, key, body)
	var why api.Refusal
	if err := json.Unmarshal([]byte(answer), &why); err != nil || status != http.StatusServiceUnavailable || why.Description == "" || why.Hint == "" {
		t.Errorf("%s %s answers %d %s", method, target, status, answer)
	}
}
