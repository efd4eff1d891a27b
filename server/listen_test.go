package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"oauthlab/lessons/event"
	"oauthlab/server/config"
	"oauthlab/server/lab"
)

// needBothLoopbacks skips the test on a machine that has only one.
func needBothLoopbacks(t *testing.T) {
	t.Helper()
	for _, ip := range loopbacks() {
		l, err := net.Listen("tcp", net.JoinHostPort(ip, "0"))
		if isNoAddress(err) {
			t.Skipf("this machine has no %s", ip)
		}
		if err != nil {
			t.Fatal(err)
		}
		l.Close()
	}
}

// hostsOf returns the addresses of the listeners without their port, which they share.
func hostsOf(t *testing.T, all []net.Listener) []string {
	t.Helper()
	var hosts []string
	for _, l := range all {
		at := l.Addr().(*net.TCPAddr)
		hosts = append(hosts, at.IP.String())
		if portOf(l) != portOf(all[0]) {
			t.Errorf("%s has another port than %s", l.Addr(), all[0].Addr())
		}
	}
	return hosts
}

// numbered are origins of all parties at which nobody listens: a proxy stands there.
func numbered() lab.Origins {
	o := lab.AllParties().Defaults()
	for i, p := range lab.AllParties() {
		o[p.ID] = fmt.Sprintf("%s:%d", o[p.ID][:strings.LastIndexByte(o[p.ID], ':')], i+1)
	}
	return o
}

// What goes to localhost reaches us, by whichever of its addresses; what is on one
// address stays on it alone.
func TestLocalhostIsTwoAddresses(t *testing.T) {
	needBothLoopbacks(t)
	for _, together := range []bool{false, true} {
		h := openHouseWith(t, func(c *setup) {
			c.Ops.Listen = "localhost:0"
			if together {
				c.Listen = "localhost:0"
				c.Origins = numbered()
			}
		})
		want := map[string]string{"--lab": "127.0.0.1 ::1", "--auth": "127.0.0.1 ::1", "--api": "127.0.0.1 ::1", "--webapp": "127.0.0.1 ::1", "--agent": "127.0.0.1 ::1", "--mallory": "127.0.0.1"}
		for i, p := range h.config.Here() {
			group := h.listeners[min(i, len(h.listeners)-1)]
			got := strings.Join(hostsOf(t, group), " ")
			if together {
				want[p.Flag()] = "127.0.0.1 ::1"
			}
			if got != want[p.Flag()] {
				t.Errorf("%s listens on %s, want %s", p.Flag(), got, want[p.Flag()])
			}
			for _, l := range group {
				host := strings.TrimPrefix(h.config.Origins[p.ID], "http://")
				got := h.ask(t, "GET", "http://"+l.Addr().String()+"/", "", "Host", host, "Accept", "text/html")
				own := strings.Contains(got.body, "<html") || p.ID == event.API && strings.Contains(got.body, "The resources of a lab") ||
					p.ID == event.Agent && strings.Contains(got.body, "The agent has nothing at this address")
				if got.header.Get("Content-Security-Policy") == "" || !own {
					t.Errorf("%s on %s answers %d %.100s, want an answer of its own", p.Flag(), l.Addr(), got.status, got.body)
				}
			}
		}
		if got := strings.Join(hostsOf(t, h.operators), " "); got != "127.0.0.1 ::1" {
			t.Errorf("--ops-listen listens on %s", got)
		}
		for _, l := range h.operators {
			if got := h.ask(t, "GET", "http://"+l.Addr().String()+"/healthz", ""); got.status != http.StatusNoContent {
				t.Errorf("the operators' %s answers %d", l.Addr(), got.status)
			}
		}
	}
}

// Another program on either address of localhost would get our visitors, and whatever
// they bring along: a start says so in one line, with flag and address.
func TestAnotherProgramOnOneOfTheLoopbacks(t *testing.T) {
	needBothLoopbacks(t)
	flags := map[string]func(c *setup, address string){
		"--lab":         func(c *setup, address string) { c.Origins[event.Lab] = "http://" + address },
		"--auth":        func(c *setup, address string) { c.Origins[event.Auth] = "http://" + address },
		"--listen":      func(c *setup, address string) { c.Listen = address },
		"--ops-listen":  func(c *setup, address string) { c.Ops.Listen = address },
		"--nats-listen": func(c *setup, address string) { c.NATS.Listen = address },
	}
	for flag, set := range flags {
		for _, ip := range loopbacks() {
			other, err := net.Listen("tcp", net.JoinHostPort(ip, "0"))
			if err != nil {
				t.Fatal(err)
			}
			address := "localhost:" + portOf(other)
			c := setup{Config: config.Default(lab.AllParties()), stderr: io.Discard}
			c.Data, c.Log, c.Origins = t.TempDir(), "json", freeOrigins(c.Parties)
			set(&c, address)
			if flag == "--listen" {
				c.Origins = numbered()
			}
			where := address
			if flag == "--lab" || flag == "--auth" {
				where = "http://" + address
			}
			want := flag + " " + where + ": on " + other.Addr().String() + " the port is in use; stop what uses it, or pass " + flag + " with another port"
			if _, err := open(t.Context(), c); err == nil || err.Error() != want {
				t.Errorf("with another program on %s the start says\n\t%v\nwant\n\t%s", other.Addr(), err, want)
			}
			other.Close()
		}
	}
}

// A party that is a row of the table, and nothing else, has its role and its address;
// those of other processes have none here.
func TestAMadeUpPartyListens(t *testing.T) {
	table := append(lab.AllParties(), lab.Party{ID: "clerk", Title: "the clerk", Origin: "http://localhost:8090"})
	c := setup{Config: config.Default(table)}
	c.Origins, c.Roles.Played = freeOrigins(table), []event.Party{event.Lab, "clerk"}
	for _, p := range table { // all others are played elsewhere
		if !c.Roles.Play(p.ID) {
			c.Origins[p.ID] = numbered()[p.ID]
		}
	}
	listeners, err := c.bind()
	if err != nil {
		t.Fatal(err)
	}
	defer closeAll(slices.Concat(listeners...))
	if u, err := url.Parse(c.Origins["clerk"]); err != nil || len(listeners) != 2 || u.Port() != portOf(listeners[1][0]) {
		t.Errorf("%d parties listen, and the clerk is at %s (%v)", len(listeners), c.Origins["clerk"], err)
	}
}

// It stands among the addresses that a start prints, for people and for programs.
func TestAMadeUpPartyIsAnnounced(t *testing.T) {
	for log, want := range map[string]string{
		"text": "\n  the clerk                  http://localhost:8090 (another process)\n", "json": `,"clerk":"http://localhost:8090",`,
	} {
		h := openHouseWith(t, func(c *setup) {
			c.Parties = append(lab.AllParties(), lab.Party{ID: "clerk", Title: "the clerk", Origin: "http://localhost:8090"})
			c.Origins["clerk"], c.Log = "http://localhost:8090", log
			for _, p := range lab.AllParties() {
				c.Roles.Played = append(c.Roles.Played, p.ID)
			}
		})
		var said strings.Builder
		if h.announce(&said); !strings.Contains(said.String(), want) {
			t.Errorf("as %s a start says %s", log, &said)
		}
	}
}

// Whoever keeps documents of labs has somebody who makes, resets and shows them.
func TestEveryPartyWithDocumentsKeepsThem(t *testing.T) {
	h := openHouse(t)
	for _, p := range h.config.Parties {
		kept := slices.ContainsFunc(h.labs.Parties, func(d lab.Document) bool { return d.Party() == p.ID })
		if kept != (len(p.Documents) > 0) {
			t.Errorf("%s has the documents %q, and a lab makes them: %v", p.ID, p.Documents, kept)
		}
	}
}

// An address that is one already is not named twice.
func TestAPortInUse(t *testing.T) {
	other, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	origin := "http://127.0.0.1:" + portOf(other)
	_, _, err = bindParty(lab.Party{ID: event.Mallory}, origin, "")
	want := "--mallory " + origin + ": the port is in use; stop what uses it, or pass --mallory with another port"
	if err == nil || err.Error() != want {
		t.Errorf("it says %v, want %s", err, want)
	}
}

// An address that the machine does not have is told from one that is taken.
func TestAnAddressThatThisMachineDoesNotHave(t *testing.T) {
	_, err := net.Listen("tcp", "192.0.2.1:0") // for documentation alone (RFC 5737 §3)
	if err == nil || !isNoAddress(err) {
		t.Errorf("%v is not taken for an address that is missing", err)
	}
	other, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if _, err := net.Listen("tcp", other.Addr().String()); err == nil || isNoAddress(err) {
		t.Errorf("%v is taken for an address that is missing", err)
	}
}

// A request under another host is answered with what came and what is expected, and the
// operator reads it in the log. A navigation is redirected.
func TestAWrongHostIsToldAndLogged(t *testing.T) {
	tests := []struct {
		name, method string
		header       []string
		status       int
	}{
		{"a reader follows a link", "GET", []string{"Sec-Fetch-Mode", "navigate"}, http.StatusTemporaryRedirect},
		{"a program that says nothing of itself reads", "GET", nil, http.StatusTemporaryRedirect},
		{"a program asks for the head", "HEAD", nil, http.StatusTemporaryRedirect},
		{"a script of a page reads", "GET", []string{"Sec-Fetch-Mode", "cors"}, http.StatusMisdirectedRequest},
		{"a page loads a file", "GET", []string{"Sec-Fetch-Mode", "no-cors"}, http.StatusMisdirectedRequest},
		{"a browser opens a websocket", "GET", []string{"Sec-Fetch-Mode", "websocket", "Upgrade", "websocket"}, http.StatusMisdirectedRequest},
		{"a program opens a websocket", "GET", []string{"Upgrade", "websocket"}, http.StatusMisdirectedRequest},
		{"a form is sent", "POST", []string{"Sec-Fetch-Mode", "navigate"}, http.StatusMisdirectedRequest},
		{"a program sends something", "POST", nil, http.StatusMisdirectedRequest},
	}
	log := &shelf{}
	h := openHouseWith(t, func(c *setup) { c.stderr = log })
	own := h.config.Origins[event.Lab]
	host := strings.TrimPrefix(own, "http://")
	for _, tt := range tests {
		for came, shown := range map[string]string{
			"evil.example": "evil.example", "[::1]:8080": "[::1]:8080", "localhost": "localhost",
			strings.Repeat("x", 500): strings.Repeat("x", maxHostShown) + "...",
		} {
			got := h.ask(t, tt.method, "http://"+h.listeners[0][0].Addr().String()+"/v03-pkce?off=pkce", "", append(tt.header, "Host", came)...)
			if to := got.header.Get("Location"); got.status != tt.status || (to == own+"/v03-pkce?off=pkce") != (tt.status == http.StatusTemporaryRedirect) {
				t.Errorf("%s: answered %d to %q, want %d", tt.name, got.status, to, tt.status)
			}
			want := "This is " + own + " and no other host.\nThe request came with the Host " + shown + "; expected is " + host + ".\n"
			if tt.method != "HEAD" && got.body != want {
				t.Errorf("%s: it is told\n%s\nwant\n%s", tt.name, got.body, want)
			}
		}
	}
	// Once a minute is enough: anybody can send such requests.
	if lines := strings.Count(log.String(), "a request with a wrong Host"); lines != 1 || !strings.Contains(log.String(), `"expected":"`+host+`"`) {
		t.Errorf("the log has %d lines of it: %s", lines, log.String())
	}
}

func TestAWrongHostBehindAProxyIsTold(t *testing.T) {
	log := &shelf{}
	h := openHouseWith(t, func(c *setup) {
		c.Listen, c.stderr = "127.0.0.1:0", log
		c.Origins = numbered()
	})
	got := h.ask(t, "GET", "http://"+h.listeners[0][0].Addr().String()+"/", "", "Host", "backend:8080")
	want := "No party of the lab has this host.\nThe request came with the Host backend:8080; expected is localhost:1 or localhost:2 or localhost:3 or localhost:4 or localhost:5 or 127.0.0.1:6.\n"
	if got.status != http.StatusMisdirectedRequest || got.body != want {
		t.Errorf("it is told %d\n%s\nwant\n%s", got.status, got.body, want)
	}
	if !strings.Contains(log.String(), "backend:8080") || !strings.Contains(log.String(), "pass the Host on") {
		t.Errorf("the log says %s", log.String())
	}
}

// Port 0 is one port on both addresses.
func TestAFreePortIsFreeOnBothLoopbacks(t *testing.T) {
	needBothLoopbacks(t)
	for range 50 {
		all, err := listen("localhost:0")
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(hostsOf(t, all), " "); got != "127.0.0.1 ::1" {
			t.Errorf("it listens on %s", got)
		}
		if n, err := strconv.Atoi(portOf(all[0])); err != nil || n == 0 {
			t.Errorf("the port is %d", n)
		}
		t.Cleanup(func() { closeAll(all) })
	}
}

// In a container the ports are taken where they can be published, and the origins stay what
// they are outside. What operators see is not for whoever reaches that.
func TestPortsOnAnotherAddress(t *testing.T) {
	h := openHouseWith(t, func(c *setup) { c.Bind = "0.0.0.0" })
	for i, p := range h.config.Here() {
		for _, l := range h.listeners[i] {
			if at := l.Addr().(*net.TCPAddr); !at.IP.IsUnspecified() || !strings.HasSuffix(h.config.Origins[p.ID], ":"+portOf(l)) {
				t.Errorf("%s listens on %s", h.config.Origins[p.ID], at)
			}
		}
	}
	l := h.newLab(t)
	if r := h.ask(t, http.MethodGet, h.config.Origins[event.Auth]+"/.well-known/oauth-authorization-server/"+l.ID, ""); !strings.Contains(r.body, `"issuer":"`+l.Issuer+`"`) {
		t.Errorf("the metadata are %d %s", r.status, r.body)
	}
	if r := h.ask(t, http.MethodGet, h.config.Origins[event.Lab]+"/metrics", ""); r.status == http.StatusOK {
		t.Error("the figures are for everybody")
	}
}
