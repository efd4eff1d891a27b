package e2e

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os/exec"
	"regexp"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"nhooyr.io/websocket"

	"oauthlab/lessons/api"
)

// slowCall is a call that the program has begun to read, and whose end is still to come.
type slowCall struct {
	conn    net.Conn
	answers *bufio.Reader
	rest    string
}

// begin sends a token request up to the middle of its body, and waits until the program
// reads it.
func (p *program) begin(t *testing.T, l api.Lab) *slowCall {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(p.auth, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	const body = "grant_type=authorization_code&code=x"
	_, err = fmt.Fprintf(conn, "POST /%s/token HTTP/1.1\r\nHost: %s\r\nContent-Type: application/x-www-form-urlencoded\r\n"+
		"Content-Length: %d\r\nExpect: 100-continue\r\n\r\n", l.ID, strings.TrimPrefix(p.auth, "http://"), len(body))
	if err != nil {
		t.Fatal(err)
	}
	s := &slowCall{conn, bufio.NewReader(conn), body}
	if line, err := s.answers.ReadString('\n'); err != nil || !strings.Contains(line, "100 Continue") {
		t.Fatalf("it answers %q (%v)", line, err)
	}
	if _, err := s.answers.ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	return s
}

// finish sends the rest and returns the answer.
func (s *slowCall) finish(t *testing.T) (status int, body string) {
	t.Helper()
	if _, err := io.WriteString(s.conn, s.rest); err != nil {
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(s.answers, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

// farewell reads the feed to its end and returns with what it was closed.
func farewell(t *testing.T, conn *websocket.Conn) websocket.StatusCode {
	t.Helper()
	for {
		if _, _, err := conn.Read(t.Context()); err != nil {
			return websocket.CloseStatus(err)
		}
	}
}

var operatorsAt = regexp.MustCompile(`"ops":"([^"]+)"`)

// The program is told to end while somebody follows and somebody's call is under way:
// it sends the one away, finishes the other, takes nobody new, and ends well.
func TestItLeavesInGoodOrder(t *testing.T) {
	o := freeOrigins(t)
	p := startOn(t, t.TempDir(), o, "--ops-listen", "127.0.0.1:0", "--log", "json")
	l := p.newLab(t)
	feed, call1 := p.follow(t, l, "0"), p.begin(t, l)
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if status := farewell(t, feed); status != websocket.StatusGoingAway {
		t.Errorf("the feed is closed with %d, want 1001", status)
	}
	for { // nobody new
		conn, err := net.Dial("tcp", strings.TrimPrefix(p.lab, "http://"))
		if err != nil {
			break
		}
		conn.Close()
		runtime.Gosched()
	}
	found := operatorsAt.FindStringSubmatch(p.opening)
	if found == nil {
		t.Fatalf("the operators' address is not in\n%s", p.opening)
	}
	if status, body := call(t, "GET", "http://"+found[1]+"/readyz", "", ""); status != http.StatusServiceUnavailable || !strings.Contains(body, `"draining":{"ok":false`) {
		t.Errorf("meanwhile it is ready with %d %s", status, body)
	}
	if status, body := call1.finish(t); status != http.StatusBadRequest || !strings.Contains(body, "client_id") {
		t.Errorf("the call that was under way is answered %d %s", status, body)
	}
	if err := p.wait(); err != nil {
		t.Errorf("it ends with %v", err)
	}
	again := startAgain(t, p) // what was told is there
	events := again.events(t, l)
	if last := events[len(events)-1]; last.Response == nil || last.Response.Status != http.StatusBadRequest {
		t.Errorf("the last event is %+v", last)
	}
}

func TestASecondSignalEndsItAtOnce(t *testing.T) {
	p := start(t, t.TempDir())
	l := p.newLab(t)
	feed := p.follow(t, l, "0")
	p.begin(t, l) // and never finished
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	farewell(t, feed)
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	var exit *exec.ExitError
	if err := p.wait(); !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGTERM {
		t.Errorf("it ends with %v", err)
	}
}
