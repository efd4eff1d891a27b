package e2e

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"nhooyr.io/websocket"

	"oauthlab/lessons/event"
)

// Where a flow is cut. Three requests of it are answered, by /authorize, by the login
// and by /token; a document is saved for the new lab and for each of the three.
var cuts = map[string]struct {
	at       string // KILL_AT: a point, and which time it is fatal
	answered int    // requests whose answers stand in the log
	decided  int    // requests of which the log tells all but the answer
}{
	"after authorize saved its document":                     {"answer-decided:1", 0, 1},
	"after the code was shown to the browser":                {"answer-sent:2", 2, 2},
	"after the code was spent, before /token answered":       {"answer-decided:3", 2, 3},
	"between saving the spent code and telling the log":      {"document-saved:4", 2, 3},
	"between telling the log and sending the answer":         {"outbox-told:4", 3, 3},
	"between saving the kept request and telling the log":    {"document-saved:2", 0, 1},
	"between saving the code at the login and telling of it": {"document-saved:3", 1, 2},
}

// The program dies in the middle of a flow and is started again: its documents hold
// what was decided, its log tells all of that, once and in order, its feed goes on
// behind the position that the follower had, and the flow goes on or fails as the
// specification says.
func TestAFlowThatIsCutByADyingProcess(t *testing.T) {
	t.Parallel() // beside others that wait
	dying := buildDying(t)
	whole := shapeOfAFlow(t)
	for name, cut := range cuts {
		t.Run(name, func(t *testing.T) {
			p := dying.start(t, cut.at)
			l := p.newLab(t)
			feed := p.follow(t, l, "0")
			f := newFlow(t, p, l)
			code := f.untilCut(cut.decided)
			p.died(t)
			heard := hear(t, feed)

			f.program = startAgain(t, p)
			after := ends(heard)
			feed = f.program.follow(t, l, fmt.Sprint(after))
			log := f.program.events(t, l)
			if strings.HasPrefix(cut.at, "document-saved") && after > lastRequest(log) {
				t.Errorf("what was decided was told before the end: %v", shapes(heard))
			}
			heard = append(heard, hearUpTo(t, feed, after, ends(log))...)
			wantSameLog(t, heard, log)
			if diff := cmp.Diff(upTo(whole, cut.answered, cut.decided), shapes(log)); diff != "" {
				t.Errorf("what the log tells (-want +got):\n%s", diff)
			}
			f.goOn(code, cut.decided)

			before := ends(log)
			log = f.program.events(t, l)
			heard = append(heard, hearUpTo(t, feed, before, ends(log))...)
			wantSameLog(t, heard, log)
		})
	}
	for _, at := range []string{"document-saved:6", "answer-decided:4"} {
		for _, grace := range []string{"0s", "10s"} {
			t.Run("during a rotation, at "+at+", with a grace of "+grace, func(t *testing.T) {
				p := dying.start(t, at)
				l := p.newLab(t)
				if status, body := call(t, http.MethodPatch, p.path(l, ""), l.Key, `{"chapter":"v05","settings":{"refresh-rotation.grace":"`+grace+`"}}`); status != http.StatusOK {
					t.Fatalf("going on to v05 is answered %d %s", status, body)
				}
				f := newFlow(t, p, l)
				f.rotationIsCut(grace == "10s")
			})
		}
	}
	t.Run("during a replay to a websocket", func(t *testing.T) {
		p := dying.start(t, "event-written:7")
		l := p.newLab(t)
		f := newFlow(t, p, l)
		if status, body := f.redeem(f.signIn()); status != http.StatusOK {
			t.Fatalf("token answered %d %s", status, body)
		}
		log := p.events(t, l)
		heard := hear(t, p.follow(t, l, "0"))
		p.died(t)
		if len(heard) == 0 || len(heard) >= len(log) {
			t.Fatalf("%d of %d events were replayed before the end", len(heard), len(log))
		}
		again := startAgain(t, p)
		after := ends(heard)
		heard = append(heard, hearUpTo(t, again.follow(t, l, fmt.Sprint(after)), after, ends(log))...)
		wantSameLog(t, heard, log)
		wantSameLog(t, again.events(t, l), log)
	})
	t.Run("but never what a user runs", func(t *testing.T) {
		for path, want := range map[string]bool{binary: false, dying.path: true} {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if got := bytes.Contains(text, []byte(killAt)); got != want {
				t.Errorf("%s reads %s: %t, want %t", path, killAt, got, want)
			}
		}
	})
}

const killAt = "KILL_AT"

// dying is the program built so that it can be told where to die.
type dying struct{ path string }

func buildDying(t *testing.T) dying {
	t.Helper()
	d := dying{filepath.Join(t.TempDir(), "oauthlab")}
	build := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-tags", "faults", "-o", d.path, "oauthlab/server")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return d
}

// start runs the program, which dies at the point.
func (d dying) start(t *testing.T, point string) *program {
	t.Helper()
	data, o := t.TempDir(), freeOrigins(t)
	cmd := exec.Command(d.path, append(flagsFor(o), "--data", data)...)
	cmd.Env = append(os.Environ(), killAt+"="+point)
	return startCommand(t, data, cmd)
}

// died waits for the end of a program that was to die, and checks that it did.
func (p *program) died(t *testing.T) {
	t.Helper()
	var exit *exec.ExitError
	if err := p.wait(); !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		t.Fatalf("it ended with %v, and should have been killed", err)
	}
}

// untilCut sends so many requests of the flow, of which the last is cut: what comes
// after an answer that is shown waits until the program is dead. It returns the code, if
// the callback showed one.
func (f *flow) untilCut(requests int) (code string) {
	f.Helper()
	to, alive := f.lead(f.request(http.MethodGet, f.authorizePath(), nil))
	if !alive {
		return ""
	}
	if to, alive = f.lead(f.request(http.MethodPost, "/login", asAlice(to.Query().Get("request")))); !alive {
		return ""
	}
	code = to.Query().Get("code")
	if requests == 2 {
		return code
	}
	if resp, err := http.DefaultClient.Do(f.tokenRequest(code)); err == nil {
		resp.Body.Close()
		f.Fatalf("the token endpoint answered %d", resp.StatusCode)
	}
	return code
}

// lead sends a request of the browser and returns where the answer leads, if one comes.
func (f *flow) lead(r *http.Request) (to *url.URL, alive bool) {
	f.Helper()
	resp, err := f.browser.Do(r)
	if err != nil {
		return nil, false
	}
	resp.Body.Close()
	to, err = resp.Location()
	if err != nil {
		f.Fatalf("%s answered %d and leads nowhere", r.URL.Path, resp.StatusCode)
	}
	return to, true
}

// goOn does what a client does that lost an answer, and checks what comes of it: the
// documents are those of a flow of which so many requests were decided.
func (f *flow) goOn(code string, decided int) {
	f.Helper()
	state := f.documents()
	switch decided {
	case 1: // The request is kept, for this browser or any that knows its id.
		if len(state.Pending) != 1 || len(state.Codes) != 0 {
			f.Fatalf("the documents hold %+v, want one request that waits", state)
		}
		back := f.send(http.MethodPost, "/login", asAlice(state.Pending[0].ID))
		f.redeemsOnce(back.Query().Get("code"))
	case 2: // The code is there, unspent.
		if len(state.Codes) != 1 || state.Codes[0].Spent != nil || len(state.Pending) != 0 || len(state.Tokens) != 0 {
			f.Fatalf("the documents hold %+v, want one code", state)
		}
		if code != "" {
			f.redeemsOnce(code)
		}
	case 3: // The code is spent, whether or not anybody got the token.
		if len(state.Codes) != 1 || state.Codes[0].Spent == nil || state.Codes[0].Value != code || len(state.Tokens) != 1 {
			f.Fatalf("the documents hold %+v, want one code that is spent", state)
		}
		f.isSpent(code)
		if token := f.documents().Tokens[0]; token.Revoked == nil {
			f.Errorf("the token that nobody got still works: %+v", token)
		}
	}
	another := newFlow(f.T, f.program, f.lab)
	another.redeemsOnce(another.signIn())
}

// redeemsOnce checks that a code gives a token, and then none (RFC 6749 §4.1.2).
func (f *flow) redeemsOnce(code string) {
	f.Helper()
	if status, body := f.redeem(code); status != http.StatusOK || !strings.Contains(body, `"access_token"`) {
		f.Errorf("the code gives %d %s", status, body)
	}
	f.isSpent(code)
}

// isSpent checks that the code is refused with the error of RFC 6749 §5.2.
func (f *flow) isSpent(code string) {
	f.Helper()
	status, body := f.redeem(code)
	var refused struct{ Error string }
	if err := json.Unmarshal([]byte(body), &refused); err != nil || status != http.StatusBadRequest || refused.Error != "invalid_grant" {
		f.Errorf("a spent code gives %d %s", status, body)
	}
}

// documents is what the authorization server knows about the lab.
func (f *flow) documents() (auth authDocument) {
	f.Helper()
	_, body := call(f.T, "GET", f.program.path(f.lab, "/state"), f.lab.Key, "")
	var all struct{ Auth authDocument }
	if err := json.Unmarshal([]byte(body), &all); err != nil {
		f.Fatalf("%v in %s", err, body)
	}
	return all.Auth
}

// rotationIsCut has the program die in the midst of a refresh, and checks that its record
// says then which tokens were used: the client that never got the answer goes on within the
// grace, and else its login is ended (RFC 9700 §4.14.2).
func (f *flow) rotationIsCut(grace bool) {
	f.Helper()
	refresh := func(token string) *http.Request {
		return f.request(http.MethodPost, "/token", url.Values{"grant_type": {"refresh_token"}, "client_id": {f.lab.ClientID}, "refresh_token": {token}})
	}
	var given struct {
		RefreshToken string `json:"refresh_token"`
	}
	if status, body := f.redeem(f.signIn()); status != http.StatusOK || json.Unmarshal([]byte(body), &given) != nil || given.RefreshToken == "" {
		f.Fatalf("the sign-in gives %d %s", status, body)
	}
	if resp, err := http.DefaultClient.Do(refresh(given.RefreshToken)); err == nil {
		resp.Body.Close()
		f.Fatalf("the refresh is answered %d", resp.StatusCode)
	}
	f.program.died(f.T)
	f.program = startAgain(f.T, f.program)
	families := f.documents().Families
	if len(families) != 1 || len(families[0].Tokens) != 2 || families[0].Tokens[0].Used == nil || families[0].Tokens[1].Used != nil || families[0].Revoked != nil {
		f.Fatalf("the record has %+v, want one token that is used and the next", families)
	}
	status, body := answerOf(f.T, refresh(given.RefreshToken))
	if families = f.documents().Families; grace != (status == http.StatusOK) || grace != (families[0].Revoked == nil) {
		f.Errorf("the client that lost the answer is told %d %s, and the record has %+v", status, body, families)
	}
	another := newFlow(f.T, f.program, f.lab)
	another.redeemsOnce(another.signIn())
}

type authDocument struct {
	Pending []struct{ ID string }
	Codes   []struct {
		Value string
		Spent *string
	}
	Tokens   []struct{ Revoked *string }
	Families []struct {
		Revoked *string
		Tokens  []struct{ Used *string }
	}
}

// shapeOfAFlow is what the log tells of a lab with one flow that nothing disturbs.
func shapeOfAFlow(t *testing.T) []string {
	t.Helper()
	p := start(t, t.TempDir())
	f := newFlow(t, p, p.newLab(t))
	if status, body := f.redeem(f.signIn()); status != http.StatusOK {
		t.Fatalf("token answered %d %s", status, body)
	}
	return shapes(p.events(t, f.lab))
}

// shapes says what each event tells, without what differs from flow to flow.
func shapes(log []event.Event) []string {
	list := make([]string, len(log))
	for i, e := range log {
		list[i] = shape(e)
	}
	return list
}

func shape(e event.Event) string {
	text := fmt.Sprintf("%s %s→%s", e.Kind, e.From, e.To)
	switch {
	case e.Request != nil:
		return text + " " + e.Request.Method
	case e.Response != nil:
		return fmt.Sprint(text, " ", e.Response.Status)
	case e.Verdict != nil:
		return text + " " + e.Verdict.Guard + " " + string(e.Verdict.Outcome)
	case e.Change != nil:
		return text + " " + e.Change.What + " " + e.Change.Action
	case e.Note != nil:
		return text + " " + e.Note.Name
	}
	return text
}

// upTo cuts the shape of a flow behind its first answers, or, where more than those
// were decided, before the next of them.
func upTo(whole []string, answered, decided int) []string {
	for i, line := range whole {
		if !strings.HasPrefix(line, string(event.KindResponse)) {
			continue
		}
		if answered == 0 && decided == 1 {
			return whole[:i]
		}
		answered, decided = answered-1, decided-1
		if answered == 0 && decided == 0 {
			return whole[:i+1]
		}
	}
	return nil
}

// hear reads a feed until it ends without a word.
func hear(t *testing.T, feed *websocket.Conn) []event.Event {
	t.Helper()
	var heard []event.Event
	for {
		_, data, err := feed.Read(t.Context())
		if err != nil {
			return heard
		}
		var e event.Event
		if err := json.Unmarshal(data, &e); err != nil {
			t.Fatal(err)
		}
		heard = append(heard, e)
	}
}

// hearUpTo reads what comes behind a position, up to another.
func hearUpTo(t *testing.T, feed *websocket.Conn, after, last uint64) []event.Event {
	t.Helper()
	var heard []event.Event
	for ; after < last; after++ {
		e, _ := next(t, feed)
		heard = append(heard, e)
	}
	return heard
}

// ends is the position of the last of the events, 0 for none.
func ends(log []event.Event) uint64 {
	if len(log) == 0 {
		return 0
	}
	return log[len(log)-1].Seq
}

// lastRequest is the position of the last request that was recorded.
func lastRequest(log []event.Event) (at uint64) {
	for _, e := range log {
		if e.Request != nil {
			at = e.Seq
		}
	}
	return at
}

// wantSameLog checks that a follower has heard the log: from 1 on, without gap or repeat.
func wantSameLog(t *testing.T, heard, log []event.Event) {
	t.Helper()
	ids := map[string]bool{}
	for i, e := range log {
		if e.Seq != uint64(i+1) {
			t.Fatalf("position %d of the log is %d", i+1, e.Seq)
		}
		if ids[e.ID] {
			t.Errorf("event %d stands in the log twice: %s", e.Seq, shape(e))
		}
		ids[e.ID] = true
	}
	if !slices.EqualFunc(heard, log, func(a, b event.Event) bool { return a.Seq == b.Seq && a.ID == b.ID }) {
		t.Errorf("the log (-) and what a follower heard (+):\n%s", cmp.Diff(shapes(log), shapes(heard)))
	}
}
