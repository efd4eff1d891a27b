package e2e

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"nhooyr.io/websocket"

	"oauthlab/lessons/api"
	"oauthlab/lessons/event"
	"oauthlab/server/feed"
	"oauthlab/server/freeport"
	"oauthlab/server/lab"
)

// caddyfile is the one that is shipped.
const caddyfile = "../deploy/Caddyfile"

// caddyBinary finds Caddy where it is installed, or where .ci/install puts it.
func caddyBinary(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"caddy", "../../bin/caddy"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Skip("left out: there is no caddy, so the Caddyfile that is shipped goes untried; .ci/install fetches it")
	return ""
}

// proxied is the lab behind Caddy with certificates of its own making.
type proxied struct {
	origins lab.Origins
	http    string // host:port of plain http
	client  *http.Client
}

// startCaddy runs Caddy with the shipped Caddyfile in front of a process and waits
// until it shows its certificates. All names lead to it.
func startCaddy(t *testing.T, o lab.Origins, process string) *proxied {
	t.Helper()
	binary, home := caddyBinary(t), t.TempDir()
	hosts := map[event.Party]string{}
	for party, origin := range o {
		hosts[party] = hostOf(t, origin).Hostname()
	}
	port := hostOf(t, o[event.Lab]).Port()
	plain := freeport.New(t, "localhost")
	cmd := exec.Command(binary, "run", "--adapter", "caddyfile", "--config", talkative(t, caddyfile))
	cmd.Env = append(os.Environ(), "HOME="+home, "XDG_DATA_HOME="+home, "XDG_CONFIG_HOME="+home,
		"LAB_HOST="+hosts[event.Lab], "AUTH_HOST="+hosts[event.Auth], "API_HOST="+hosts[event.API], "WEBAPP_HOST="+hosts[event.Webapp], "AGENT_HOST="+hosts[event.Agent], "MALLORY_HOST="+hosts[event.Mallory],
		"HTTP_PORT="+plain, "HTTPS_PORT="+port, "CADDY_TLS=tls internal", "OAUTHLAB_PROCESSES="+process)
	log, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill() //nolint:errcheck // it may have ended
		cmd.Wait()         //nolint:errcheck // it was killed
	})
	var said strings.Builder
	lines := bufio.NewScanner(log)
	for certificates := 0; certificates < len(hosts); {
		if !lines.Scan() {
			t.Fatalf("Caddy does not start:\n%s", &said)
		}
		said.WriteString(lines.Text() + "\n")
		if strings.Contains(lines.Text(), "added certificate to cache") {
			certificates++
		}
	}
	go func() {
		for lines.Scan() {
		}
	}()
	root, err := os.ReadFile(filepath.Join(home, "caddy", "pki", "authorities", "local", "root.crt"))
	if err != nil {
		t.Fatal(err)
	}
	trusted := x509.NewCertPool()
	trusted.AppendCertsFromPEM(root)
	dial := func(ctx context.Context, network, address string) (net.Conn, error) {
		_, port, err := net.SplitHostPort(address)
		if err != nil {
			return nil, err
		}
		return (&net.Dialer{}).DialContext(ctx, network, net.JoinHostPort("127.0.0.1", port))
	}
	return &proxied{origins: o, http: net.JoinHostPort(hosts[event.Lab], plain), client: &http.Client{
		Transport:     &http.Transport{DialContext: dial, TLSClientConfig: &tls.Config{RootCAs: trusted}},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// talkative returns a copy of a Caddyfile that also has the details logged: that a
// certificate was obtained is no detail, but that it is shown from now on is one.
func talkative(t *testing.T, caddyfile string) string {
	t.Helper()
	shipped, err := os.ReadFile(caddyfile)
	if err != nil {
		t.Fatal(err)
	}
	options := "\n{\n"
	if !strings.Contains(string(shipped), options) {
		t.Fatalf("%s has no options", caddyfile)
	}
	copied := filepath.Join(t.TempDir(), "Caddyfile")
	if err := os.WriteFile(copied, []byte(strings.Replace(string(shipped), options, options+"\tdebug\n", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	return copied
}

func hostOf(t *testing.T, origin string) *url.URL {
	t.Helper()
	u, err := url.Parse(origin)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// startBehindCaddy runs the program with Caddy in front of it, and returns also what
// a robot needs: NATS and the file of its token.
func startBehindCaddy(t *testing.T) (front *proxied, nats, token string) {
	t.Helper()
	caddyBinary(t)
	port := ":" + freeport.New(t, "localhost")
	o := lab.Origins{
		event.Lab: "https://lab.oauthlab.test" + port, event.Auth: "https://auth.oauthlab.test" + port, event.API: "https://api.oauthlab.test" + port, event.Webapp: "https://app.oauthlab.test" + port, event.Agent: "https://agent.oauthlab.test" + port, event.Mallory: "https://mallory.test" + port,
	}
	token = filepath.Join(t.TempDir(), "token")
	_, said := startPart(t, o, "--listen", "127.0.0.1:0", "--nats-listen", "127.0.0.1:0", "--nats-token-file", token)
	return startCaddy(t, o, said.Listen), said.NATS, token
}

// The page behind Caddy: frames, cookies and the websocket under names that are not
// this machine's.
func TestThePageBehindCaddy(t *testing.T) {
	front, _, _ := startBehindCaddy(t)
	b := openTab(t)
	b.open(front.origins[event.Lab] + "/v03-pkce")
	b.runTheFlow()
}

// The Caddyfile that is shipped serves the lab over https: a flow, its cookie, the
// feed, and attacks, for which the program sends requests to itself.
func TestTheLabBehindCaddy(t *testing.T) {
	front, nats, token := startBehindCaddy(t)
	o := front.origins

	for _, origin := range o {
		if resp := front.get(t, origin+"/"); resp.Header.Get("Strict-Transport-Security") == "" {
			t.Errorf("%s answered %d without Strict-Transport-Security", origin, resp.StatusCode)
		}
	}
	if resp := front.get(t, "http://"+front.http+"/v03-pkce"); !strings.HasPrefix(resp.Header.Get("Location"), "https://") {
		t.Errorf("plain http answered %d and leads to %q", resp.StatusCode, resp.Header.Get("Location"))
	}

	var l api.Lab
	status, body := callVia(t, front.client, "POST", o[event.Lab]+"/api/labs", "", `{"chapter":"v03"}`)
	if err := json.Unmarshal([]byte(body), &l); err != nil || status != http.StatusCreated {
		t.Fatalf("creation answered %d %s", status, body)
	}
	follower := dialFeed(t, "wss"+strings.TrimPrefix(o[event.Lab], "https")+"/api/labs/"+l.ID+"/feed", &websocket.DialOptions{
		HTTPClient: front.client, HTTPHeader: http.Header{"Origin": {o[event.Lab]}}, // as a browser sends
		Subprotocols: []string{feed.Protocol, feed.KeyProtocol + l.Key},
	})
	alice := newRobot(t, l, o, nats, token).Through(front.client.Transport)
	callback, err := alice.SignIn(t.Context())
	if err == nil {
		err = alice.Finish(t.Context(), callback)
	}
	if err != nil || len(alice.Tokens) != 1 {
		t.Fatalf("the flow ended with %d tokens: %v", len(alice.Tokens), err)
	}
	attack := func(outcome string) {
		t.Helper()
		status, body := callVia(t, front.client, "POST", o[event.Lab]+"/api/labs/"+l.ID+"/attacks/code-to-mallory", l.Key, "")
		if status != http.StatusOK || !strings.Contains(body, `"outcome":"`+outcome+`"`) {
			t.Errorf("the attack answered %d %s, want it %s", status, body, outcome)
		}
	}
	attack(api.Stopped)
	if status, body := callVia(t, front.client, "PATCH", o[event.Lab]+"/api/labs/"+l.ID, l.Key, `{"protections":{"redirect-uri":false}}`); status != http.StatusOK {
		t.Fatalf("switching answered %d %s", status, body)
	}
	attack(api.Succeeded)

	_, body = callVia(t, front.client, "GET", o[event.Lab]+"/api/labs/"+l.ID+"/events", l.Key, "")
	follower.wantUpTo(1, uint64(strings.Count(body, "\n")))
	if !strings.Contains(body, "; Secure") {
		t.Error("no cookie in the log is Secure")
	}
}

func (p *proxied) get(t *testing.T, url string) *http.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := p.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	return resp
}
