package e2e

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"oauthlab/lessons/event"
)

// Alice presses a button twice, for the answer is slow: her browser drops the first one.
// The second leads on just as well, and there is one code.
func TestADoubleClickOnSignIn(t *testing.T) {
	labs, auths := newBalancer(t), newBalancer(t)
	first, second := make(chan struct{}), make(chan struct{})
	var presses atomic.Int32
	auths.answered = func(r *http.Request) {
		if r.Method != http.MethodPost || !strings.HasSuffix(r.URL.Path, "/login") {
			return
		}
		switch presses.Add(1) {
		case 1:
			close(first)
			<-second
		case 2:
			close(second)
		}
	}
	o := freeOrigins(t)
	o[event.Lab], o[event.Auth] = labs.origin, auths.origin
	_, ready := startPart(t, o, "--listen", "127.0.0.1:0")
	labs.serve(ready.Listen)
	auths.serve(ready.Listen)

	b := openTab(t)
	b.open(o[event.Lab] + "/v03-pkce")
	b.press("button", "Run the flow")
	b.pressInFrame("#alice", "Sign in as Alice")
	<-first
	b.pressInFrame("#alice", "Sign in as Alice")
	b.done("run")
	if n := presses.Load(); n != 2 {
		t.Errorf("the form was sent %d times, want twice", n)
	}
	if codes := evaluate[int](b, codesIssued); codes != 1 {
		t.Errorf("%d codes were issued, want one", codes)
	}
}

// codesIssued counts the codes in the state of this browser's lab.
const codesIssued = `(async () => {
	const lab = JSON.parse(localStorage.getItem("oauthlab.lab"))
	const answer = await fetch("/api/labs/" + lab.id + "/state", {headers: {Authorization: "Bearer " + lab.key}})
	return (await answer.json()).auth.codes.length
})()`
