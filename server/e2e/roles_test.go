package e2e

import (
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"nhooyr.io/websocket"

	"oauthlab/lessons/api"
	"oauthlab/lessons/event"
	"oauthlab/server/feed"
	"oauthlab/server/freeport"
	"oauthlab/server/lab"
	"oauthlab/server/robot"
	"oauthlab/server/store"
)

// opened is what a program says of itself, as JSON, when it is open.
type opened struct{ Msg, Lab, Listen, NATS string }

// startPart runs a process that plays some of the roles, on the origins given.
func startPart(t *testing.T, o lab.Origins, args ...string) (*program, opened) {
	t.Helper()
	return startPartBy(t, o, exec.Command(binary, append(append(flagsFor(o), "--log", "json", "--data", t.TempDir()), args...)...))
}

// startPartBy is startPart for a command that runs such a part.
func startPartBy(t *testing.T, o lab.Origins, cmd *exec.Cmd) (*program, opened) {
	t.Helper()
	var said opened
	p := launch(t, func(line string) bool {
		said = opened{}
		return json.Unmarshal([]byte(line), &said) == nil && said.Msg == "open"
	}, cmd)
	p.at(o)
	return p, said
}

// freeOrigin names a port that nobody has.
func freeOrigin(t *testing.T, host string) string {
	t.Helper()
	return "http://" + net.JoinHostPort(host, freeport.New(t, host))
}

func freeOrigins(t *testing.T) lab.Origins {
	t.Helper()
	o := lab.AllParties().Defaults()
	for id, origin := range o {
		u, err := url.Parse(origin)
		if err != nil {
			t.Fatal(err)
		}
		o[id] = freeOrigin(t, u.Hostname())
	}
	return o
}

func TestARoleWithoutASharedStoreIsOneClearLine(t *testing.T) {
	tests := map[string][]string{
		"--nats-listen":          {"--role", "auth"},
		"name the port":          {"--role", "auth", "--nats", "localhost:4222", "--lab", "http://localhost:0"},
		"no role \"resource\"":   {"--role", "lab,resource"},
		"exclude each other":     {"--nats", "localhost:4222", "--nats-listen", "127.0.0.1:0"},
		"takes addresses":        {"--nats", "http://localhost:4222"},
		"belong together":        {"--nats", "localhost:4222", "--nats-cert", "c.pem"},
		"no such file":           {"--nats", "localhost:4222", "--nats-token-file", "none"},
		"need --nats":            {"--nats-token-file", "none"},
		"address such as":        {"--nats-listen", "4222"},
		"for a NATS server else": {"--nats-listen", "127.0.0.1:0", "--nats-replicas", "3"},
		"over TLS alone":         {"--nats-listen", "127.0.0.1:0", "--nats-ca", "ca.pem"},
		"invalid port":           {"--nats-listen", "127.0.0.1:99999"},
	}
	o := freeOrigins(t)
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close() //nolint:errcheck // the end of the test
	tests["pass --nats-listen with another port"] = []string{"--nats-listen", taken.Addr().String()}
	for want, args := range tests {
		t.Run(want, func(t *testing.T) {
			out, err := runToEnd(t.Context(), append(append(flagsFor(o), "--data", t.TempDir()), args...)...)
			if err == nil || strings.Count(out, "\n") != 1 || !strings.Contains(out, want) {
				t.Errorf("it said %q (%v), want one line with %q", out, err, want)
			}
		})
	}
}

// Each party runs in a process of its own. Nobody gets at their store without the token.
func TestEachRoleInAProcessOfItsOwn(t *testing.T) {
	o, token := freeOrigins(t), filepath.Join(t.TempDir(), "token")
	p, said := startPart(t, o, "--role", "lab", "--nats-listen", "127.0.0.1:0", "--nats-token-file", token)
	startPart(t, o, "--role", "auth", "--nats", said.NATS, "--nats-token-file", token)
	for _, role := range []string{"api", "webapp", "agent", "mallory"} {
		startPart(t, o, "--role", role, "--nats", said.NATS, "--nats-token-file", token)
	}

	if info, err := os.Stat(token); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the token's file is %v (%v), want it for the owner alone", info.Mode(), err)
	}
	if out, err := runToEnd(t.Context(), append(flagsFor(o), "--role", "mallory", "--nats", said.NATS, "--data", t.TempDir(), "--mallory", "http://127.0.0.1:0")...); err == nil || strings.Count(out, "\n") != 1 || !strings.Contains(out, "Authorization Violation; look at --nats-creds, --nats-token-file") {
		t.Errorf("without the token it said %q (%v)", out, err)
	}

	l := p.newLab(t)
	f := newFlow(t, p, l)
	if status, body := f.redeem(f.signIn()); status != http.StatusOK {
		t.Errorf("the token endpoint answered %d %s", status, body)
	}
	p.attackIs(t, l, "intercepted-code", api.Stopped)
	if status, body := call(t, "PATCH", p.path(l, ""), l.Key, `{"protections":{"redirect-uri":false}}`); status != http.StatusOK {
		t.Fatalf("switching answered %d %s", status, body)
	}
	p.attackIs(t, l, "code-to-mallory", api.Succeeded) // Alice comes to Mallory's process
	wantDense(t, p.events(t, l))
	if status, body := call(t, "GET", p.path(l, "/state"), l.Key, ""); status != http.StatusOK || !strings.Contains(body, `"subject":"alice"`) {
		t.Errorf("the state is %d %s", status, body)
	}
}

// The API is a process that has its own record alone. It asks the authorization server's about
// each token, and hands out nothing while that is gone; what it reads by itself it goes on
// taking.
func TestAnAPIWithoutItsAuthorizationServer(t *testing.T) {
	o, token := freeOrigins(t), filepath.Join(t.TempDir(), "token")
	p, said := startPart(t, o, "--role", "lab,webapp,agent,mallory", "--nats-listen", "127.0.0.1:0", "--nats-token-file", token)
	shared := []string{"--nats", said.NATS, "--nats-token-file", token}
	auth, _ := startPart(t, o, append([]string{"--role", "auth"}, shared...)...)
	startPart(t, o, append([]string{"--role", "api"}, shared...)...)

	l := p.newLabIn(t, "v06")
	tokens := map[string]string{}
	for _, format := range []string{"jwt", "opaque"} {
		p.set(t, l, `{"settings":{"jwt-signature.tokens":"`+format+`"}}`)
		f := newFlow(t, p, l)
		status, body := f.redeem(f.signIn())
		var given struct {
			AccessToken string `json:"access_token"`
		}
		if err := json.Unmarshal([]byte(body), &given); status != http.StatusOK || err != nil {
			t.Fatalf("the token endpoint answered %d %s", status, body)
		}
		tokens[format] = given.AccessToken
	}
	asks := func(format string, want int) {
		t.Helper()
		if status, body := call(t, http.MethodGet, strings.Replace(l.Resource, "/api/me", "/protected", 1), tokens[format], ""); status != want {
			t.Errorf("asked with a token that is %s, the API answered %d %s, want %d", format, status, body, want)
		}
	}
	asks("opaque", http.StatusOK)
	asks("jwt", http.StatusOK)
	auth.kill()
	asks("opaque", http.StatusServiceUnavailable)
	asks("jwt", http.StatusServiceUnavailable)
	p.set(t, l, `{"settings":{"jwt-signature.check":"signature"}}`)
	asks("opaque", http.StatusUnauthorized)
	asks("jwt", http.StatusOK)
	p.set(t, l, `{"settings":{"jwt-signature.check":"introspection"}}`)
	startPart(t, o, append([]string{"--role", "auth"}, shared...)...)
	asks("opaque", http.StatusOK)
	wantDense(t, p.events(t, l))
}

func (p *program) set(t *testing.T, l api.Lab, patch string) {
	t.Helper()
	if status, body := call(t, http.MethodPatch, p.path(l, ""), l.Key, patch); status != http.StatusOK {
		t.Fatalf("%s answered %d %s", patch, status, body)
	}
}

// Beyond one machine the processes meet over TLS, where the others look at the
// certificate of the one that keeps the labs.
func TestRolesMeetOverTLS(t *testing.T) {
	other := httptest.NewTLSServer(nil) // it has a certificate for 127.0.0.1
	other.Close()
	folder := t.TempDir()
	certificate, key, token := filepath.Join(folder, "cert.pem"), filepath.Join(folder, "key.pem"), filepath.Join(folder, "token")
	private, err := x509.MarshalPKCS8PrivateKey(other.TLS.Certificates[0].PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	for file, block := range map[string]*pem.Block{
		certificate: {Type: "CERTIFICATE", Bytes: other.Certificate().Raw}, key: {Type: "PRIVATE KEY", Bytes: private},
	} {
		if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}

	o := freeOrigins(t)
	p, said := startPart(t, o, "--role", "lab", "--nats-listen", "127.0.0.1:0", "--nats-token-file", token,
		"--nats-cert", certificate, "--nats-key", key)
	if !strings.HasPrefix(said.NATS, "tls://") {
		t.Errorf("it says that others find it at %s", said.NATS)
	}
	others := []string{"--role", "auth,api,webapp,agent,mallory", "--nats", said.NATS, "--nats-token-file", token}
	out, err := runToEnd(t.Context(), append(append(flagsFor(o), "--data", folder), others...)...)
	if err == nil || strings.Count(out, "\n") != 1 || !strings.Contains(out, "certificate signed by unknown authority") {
		t.Errorf("without the authority it said %q (%v)", out, err)
	}
	startPart(t, o, append(others, "--nats-ca", certificate)...)
	f := newFlow(t, p, p.newLab(t))
	if status, body := f.redeem(f.signIn()); status != http.StatusOK {
		t.Errorf("the token endpoint answered %d %s", status, body)
	}
}

func (p *program) attackIs(t *testing.T, l api.Lab, attack, outcome string) {
	t.Helper()
	status, body := call(t, "POST", p.path(l, "/attacks/"+attack), l.Key, "")
	var r api.AttackResult
	if err := json.Unmarshal([]byte(body), &r); err != nil || status != http.StatusOK || r.Outcome != outcome {
		t.Errorf("%s answered %d %s, want it %s", attack, status, body, outcome)
	}
}

func wantDense(t *testing.T, events []event.Event) {
	t.Helper()
	for i, e := range events {
		if e.Seq != uint64(i+1) {
			t.Fatalf("event %d is at position %d", i+1, e.Seq)
		}
	}
}

// Two processes of the same roles stand behind one address, which gives each request
// to either of them. They serve one lab, and one of them may die.
func TestTwoProcessesServeOneLab(t *testing.T) {
	labs, auths := newBalancer(t), newBalancer(t)
	o := freeOrigins(t)
	o[event.Lab], o[event.Auth] = labs.origin, auths.origin
	token := filepath.Join(t.TempDir(), "token")
	_, keeper := startPart(t, o, "--role", "api,webapp,agent,mallory", "--nats-listen", "127.0.0.1:0", "--nats-token-file", token)
	shared := []string{"--role", "lab,auth", "--listen", "127.0.0.1:0", "--nats", keeper.NATS, "--nats-token-file", token}
	one, first := startPart(t, o, shared...)
	_, second := startPart(t, o, shared...)
	labs.serve(first.Listen, second.Listen)
	auths.serve(first.Listen, second.Listen)

	front := &program{}
	front.at(o)
	l := front.newLab(t)
	r := newRobot(t, l, o, keeper.NATS, token)
	here, there := followAt(t, first.Listen, o, l, 0), followAt(t, second.Listen, o, l, 0)

	callback, err := r.SignIn(t.Context())
	if err == nil {
		err = r.Finish(t.Context(), callback)
	}
	if err != nil || len(r.Tokens) != 1 {
		t.Fatalf("the flow ended with %d tokens: %v", len(r.Tokens), err)
	}
	if a, b := auths.servedBy("/authorize"), auths.servedBy("/token"); a == b {
		t.Errorf("authorize and token were both served by %s", a)
	}
	front.attackIs(t, l, "intercepted-code", api.Stopped)
	events := front.events(t, l)
	wantDense(t, events)
	last := events[len(events)-1].Seq
	here.wantUpTo(1, last)
	there.wantUpTo(1, last)

	// Who guesses passwords is slowed down by both together.
	f := newFlow(t, front, l)
	for i := range 6 {
		want := http.StatusForbidden
		if i == 5 {
			want = http.StatusTooManyRequests
		}
		if status := f.guess(); status != want {
			t.Errorf("wrong password %d answered %d, want %d", i+1, status, want)
		}
	}

	// Between code and token one of them dies: the other goes on.
	if callback, err = r.SignIn(t.Context()); err != nil {
		t.Fatal(err)
	}
	one.kill()
	if err := r.Finish(t.Context(), callback); err != nil || len(r.Tokens) != 2 {
		t.Fatalf("after the death the flow ended with %d tokens: %v", len(r.Tokens), err)
	}
	events = front.events(t, l)
	wantDense(t, events)
	end := events[len(events)-1].Seq
	there.wantUpTo(last+1, end)
	followAt(t, labs.listener, o, l, last).wantUpTo(last+1, end) // who was cut off comes back to the other
}

// guess signs in with a wrong password and returns the status.
func (f *flow) guess() int {
	f.Helper()
	at := f.send(http.MethodGet, "/authorize?"+url.Values{
		"response_type": {"code"}, "client_id": {f.lab.ClientID}, "redirect_uri": {f.lab.RedirectURI},
		"code_challenge": {challenge}, "code_challenge_method": {"S256"}, "state": {"s"},
	}.Encode(), nil)
	form := url.Values{"request": {at.Query().Get("request")}, "username": {"bob"}, "password": {"wrong"}}
	req, err := http.NewRequestWithContext(f.Context(), http.MethodPost, f.program.auth+"/"+f.lab.ID+"/login", strings.NewReader(form.Encode()))
	if err != nil {
		f.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	status, _ := answerOf(f.T, req)
	return status
}

// newRobot makes Alice without hands in a process that shares the lab's store.
func newRobot(t *testing.T, l api.Lab, o lab.Origins, nats, tokenFile string) *robot.Robot {
	t.Helper()
	token, err := os.ReadFile(tokenFile)
	if err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(t.Context(), store.Options{URL: nats, Login: store.Login{Token: strings.TrimSpace(string(token))}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return robotOn(t, s, l, o)
}

// robotOn makes Alice without hands on a store.
func robotOn(t *testing.T, s *store.Store, l api.Lab, o lab.Origins) *robot.Robot {
	t.Helper()
	secret, err := s.Secret(t.Context(), "badges")
	if err != nil {
		t.Fatal(err)
	}
	labs := &lab.Labs{Store: s, Origins: o, Now: time.Now}
	opened, err := labs.Open(t.Context(), idOf(t, l))
	if err != nil {
		t.Fatal(err)
	}
	return robot.New(labs, opened, feed.InternalSenders{Secret: secret}, event.Browser, "alice")
}

// The server of the store is gone: the program says so to who asks and in its log, it
// refuses what it could not keep, and goes on by itself when the server is back.
func TestAStoreThatGoesAndComes(t *testing.T) {
	t.Parallel() // it waits, more than it works
	o := freeOrigins(t)
	token, data := filepath.Join(t.TempDir(), "token"), t.TempDir()
	keeping := []string{"--role", "mallory", "--data", data, "--nats-token-file", token, "--nats-listen"}
	keeper, opened := startPart(t, o, append(keeping, "127.0.0.1:"+freeport.New(t, "127.0.0.1"))...)
	said := &strings.Builder{} // read when the program has ended
	cmd := exec.Command(binary, append(flagsFor(o), "--log", "json", "--data", t.TempDir(),
		"--role", "lab,auth", "--nats", opened.NATS, "--nats-token-file", token)...)
	cmd.Stderr = said
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("it says\n%s", said)
		}
	})
	p, _ := startPartBy(t, o, cmd)
	l := p.newLab(t)
	f := newFlow(t, p, l)
	code := f.signIn()
	feed := p.follow(t, l, "0")

	keeper.kill()
	for status := 0; status != http.StatusServiceUnavailable; {
		status, _ = call(t, "GET", p.lab+"/readyz", "", "")
	}
	p.notReady(t, "store")
	for range 5 {
		p.refuses(t, "POST", p.lab+"/api/labs", "", `{"chapter":"v03"}`)
		p.refuses(t, "GET", p.path(l, ""), l.Key, "")
		if status, body := f.redeem(code); status != http.StatusServiceUnavailable {
			t.Errorf("the code gives %d %s", status, body)
		}
	}

	startPart(t, o, append(keeping, strings.TrimPrefix(opened.NATS, "nats://"))...)
	for status := 0; status != http.StatusOK; {
		status, _ = call(t, "GET", p.lab+"/readyz", "", "")
	}
	f.redeemsOnce(code)
	log := p.events(t, l)
	wantSameLog(t, p.hearThrough(t, l, feed, ends(log)), log)
	p.kill()
	if text := said.String(); strings.Count(text, `"not ready"`) != 1 || strings.Count(text, `"ready again"`) != 1 {
		t.Errorf("it says\n%s", text)
	}
}

// hearThrough reads a feed up to a position. Where it is cut, it comes back with the
// position that it has, as the page does.
func (p *program) hearThrough(t *testing.T, l api.Lab, feed *websocket.Conn, last uint64) (heard []event.Event) {
	t.Helper()
	for ends(heard) < last {
		_, data, err := feed.Read(t.Context())
		if websocket.CloseStatus(err) == websocket.StatusTryAgainLater {
			feed = p.follow(t, l, fmt.Sprint(ends(heard)))
			continue
		}
		var e event.Event
		if err == nil {
			err = json.Unmarshal(data, &e)
		}
		if err != nil {
			t.Fatal(err)
		}
		heard = append(heard, e)
	}
	return heard
}
