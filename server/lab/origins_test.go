package lab

import (
	"maps"
	"net/url"
	"strings"
	"testing"

	"oauthlab/lessons/event"
)

// local are the origins that a lab has unless it is told otherwise.
func local() Origins {
	return Origins{event.Lab: "http://localhost:8080", event.Auth: "http://localhost:8081", event.API: "http://localhost:8082", event.Webapp: "http://localhost:8084", event.Agent: "http://localhost:8085", event.Mallory: "http://127.0.0.1:8083"}
}

// hosted are those of a lab on the internet.
func hosted() Origins {
	return Origins{event.Lab: "https://lab.example.com", event.Auth: "https://auth.example.com", event.API: "https://api.example.com", event.Webapp: "https://app.example.com", event.Agent: "https://agent.example.com", event.Mallory: "https://mallory.example.net"}
}

func TestOriginsCheck(t *testing.T) {
	tests := []struct {
		name   string
		given  func() Origins
		change func(Origins)
		want   []string // parts of the complaint; none: the origins are fine
	}{
		{name: "the defaults are fine", given: local, change: func(Origins) {}},
		{name: "a lab on the internet, over https, is fine", given: hosted, change: func(Origins) {}},
		{
			name: "a name in another alphabet is fine as browsers write it", given: hosted,
			change: func(o Origins) { o[event.Mallory] = "https://xn--mlly-0qa.example.net" },
		},
		{
			name: "the IPv6 loopback is refused: policies cannot name it", given: local,
			change: func(o Origins) { o[event.Lab] = "http://[::1]:8080" }, want: []string{"--lab", `"http://[::1]:8080"`, "content security policy", "use localhost"},
		},
		{
			name: "Mallory on it too", given: local,
			change: func(o Origins) { o[event.Mallory] = "http://[::1]:8083" }, want: []string{"--mallory", "content security policy"},
		},
		{
			name: "any other IPv6 address too, over https", given: hosted,
			change: func(o Origins) { o[event.Auth] = "https://[2001:db8::1]" }, want: []string{"--auth", "content security policy"},
		},
		{
			name: "an IPv6 address that means an IPv4 one too", given: local,
			change: func(o Origins) { o[event.Mallory] = "http://[::ffff:127.0.0.1]:8083" }, want: []string{"--mallory", "content security policy"},
		},
		{
			name: "a name with an underscore is refused: policies cannot name it", given: hosted,
			change: func(o Origins) { o[event.Auth] = "https://my_auth.example.com" }, want: []string{"--auth", "content security policy"},
		},
		{
			name: "a name in another alphabet is refused as people write it", given: hosted,
			change: func(o Origins) { o[event.Mallory] = "https://bücher.example.net" }, want: []string{"--mallory", "content security policy"},
		},
		{
			name: "a name that ends with a dot is refused", given: hosted,
			change: func(o Origins) { o[event.Lab] = "https://lab.example.com." }, want: []string{"--lab", "content security policy"},
		},
		{
			name: "one registrable domain is enough, however deep the names are", given: hosted,
			change: func(o Origins) { o[event.Auth] = "https://a.b.c.example.com" },
		},
		{
			name: "a public suffix is no site: two customers of one are strangers", given: hosted,
			change: func(o Origins) {
				maps.Copy(o, Origins{event.Lab: "https://lab.github.io", event.Auth: "https://lab.github.io:8443", event.API: "https://lab.github.io:8445", event.Webapp: "https://lab.github.io:8444", event.Agent: "https://lab.github.io:8446", event.Mallory: "https://mallory.github.io"})
			},
		},
		{
			name: "a path is refused", given: local,
			change: func(o Origins) { o[event.Lab] = "http://localhost:8080/lab" }, want: []string{"--lab", "without a path"},
		},
		{
			name: "a lone slash is a path too", given: local,
			change: func(o Origins) { o[event.Auth] = "http://localhost:8081/" }, want: []string{"--auth", "without a path"},
		},
		{
			name: "a query is refused", given: local,
			change: func(o Origins) { o[event.Auth] = "http://localhost:8081?x=1" }, want: []string{"--auth"},
		},
		{
			name: "an empty query is refused", given: local,
			change: func(o Origins) { o[event.Auth] = "http://localhost:8081?" }, want: []string{"--auth"},
		},
		{
			name: "a fragment is refused", given: local,
			change: func(o Origins) { o[event.Mallory] = "http://127.0.0.1:8083#top" }, want: []string{"--mallory"},
		},
		{
			name: "a user name is refused", given: local,
			change: func(o Origins) { o[event.Lab] = "http://alice@localhost:8080" }, want: []string{"--lab"},
		},
		{
			name: "upper case is refused: browsers write origins in lower case", given: local,
			change: func(o Origins) { o[event.Lab] = "http://LOCALHOST:8080" }, want: []string{"--lab", "lower case"},
		},
		{
			name: "a port that the scheme implies is refused: browsers leave it out", given: hosted,
			change: func(o Origins) { o[event.Lab] = "https://lab.example.com:443" }, want: []string{"--lab"},
		},
		{
			name: "another scheme is refused", given: local,
			change: func(o Origins) { o[event.Mallory] = "ftp://127.0.0.1:8083" }, want: []string{"--mallory"},
		},
		{
			name: "a host without a scheme is refused", given: local,
			change: func(o Origins) { o[event.Lab] = "localhost:8080" }, want: []string{"--lab"},
		},
		{
			name: "nothing is refused", given: local,
			change: func(o Origins) { o[event.Mallory] = "" }, want: []string{"--mallory"},
		},
		{
			name: "what is no URL at all is refused", given: local,
			change: func(o Origins) { o[event.Auth] = "http://[::1" }, want: []string{"--auth"},
		},
		{
			name: "plain http away from loopback is refused", given: hosted,
			change: func(o Origins) { o[event.Mallory] = "http://mallory.example.net" }, want: []string{"--mallory", "https"},
		},
		{
			name: "a private address is not loopback", given: local,
			change: func(o Origins) { o[event.Mallory] = "http://192.168.0.7:8083" }, want: []string{"--mallory", "https"},
		},
		{
			name: "a name below localhost is not resolved everywhere, and refused", given: local,
			change: func(o Origins) { o[event.Mallory] = "http://mallory.localhost:8083" }, want: []string{"--mallory", "https"},
		},
		{
			name: "two parties on one origin are refused", given: local,
			change: func(o Origins) { o[event.Auth] = o[event.Lab] }, want: []string{"--lab", "--auth", "of its own"},
		},
		{
			name: "lab and auth on different hosts are refused: the frame would have no cookies", given: local,
			change: func(o Origins) { o[event.Auth] = "http://127.0.0.1:8081" }, want: []string{"--lab", "--auth", "different sites"},
		},
		{
			name: "lab and auth on different registrable domains are refused", given: hosted,
			change: func(o Origins) { o[event.Auth] = "https://auth.example.org" }, want: []string{"--lab", "--auth", "different sites"},
		},
		{
			name: "lab and auth below one public suffix alone are refused", given: hosted,
			change: func(o Origins) { o[event.Lab], o[event.Auth] = "https://lab.co.uk", "https://auth.co.uk" },
			want:   []string{"different sites"},
		},
		{
			name: "lab and auth below localhost are different sites to browsers", given: hosted,
			change: func(o Origins) { o[event.Lab], o[event.Auth] = "https://lab.localhost", "https://auth.localhost" },
			want:   []string{"different sites"},
		},
		{
			name: "lab and auth on different schemes are different sites", given: local,
			change: func(o Origins) { o[event.Auth] = "https://localhost:8081" }, want: []string{"different sites"},
		},
		{
			name: "Mallory on another port of the lab's host is refused: cookies ignore ports", given: local,
			change: func(o Origins) { o[event.Mallory] = "http://localhost:8083" }, want: []string{"--mallory", "same site", "cookies ignore ports"},
		},
		{
			name: "Mallory below the lab's registrable domain is refused", given: hosted,
			change: func(o Origins) { o[event.Mallory] = "https://mallory.example.com" }, want: []string{"--mallory", "same site"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := tt.given()
			tt.change(o)
			err := AllParties().Check(o)
			if len(tt.want) == 0 {
				if err != nil {
					t.Fatalf("%+v is refused: %v", o, err)
				}
				return
			}
			if err == nil {
				t.Fatalf("%+v is accepted", o)
			}
			for _, part := range tt.want {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("the complaint is %q, without %q", err, part)
				}
			}
		})
	}
}

// Where several flags are wrong, whoever mends one sees what is next, and the same
// start says the same thing.
func TestOriginsCheckComplainsInOneOrder(t *testing.T) {
	wrong := Origins{event.Lab: "lab", event.Auth: "auth", event.Mallory: "mallory"}
	for range 200 {
		if err := AllParties().Check(wrong); err == nil || !strings.HasPrefix(err.Error(), "--lab ") {
			t.Fatalf("the complaint is %v; it should begin with the first flag", err)
		}
	}
}

func TestOriginsContain(t *testing.T) {
	tests := []struct {
		name string
		url  string
		want bool
	}{
		{"the lab's own address", "http://localhost:8080/callback", true},
		{"an origin without a path", "http://localhost:8081", true},
		{"Mallory's site, whatever is switched off", "http://127.0.0.1:8083/loot?code=1", true},
		{"a scheme and a host in upper case, which are the same to a browser", "HTTP://LOCALHOST:8080/", true},
		{"an own address with a hostile fragment", "http://localhost:8080/#@evil.example", true},
		{"an own address with a hostile query", "http://localhost:8080/?next=http://evil.example", true},

		{"another host", "http://evil.example/", false},
		{"an own host as a user name", "http://localhost:8080@evil.example/", false},
		{"an own host behind a user name", "http://evil.example@localhost:8080/", false},
		{"an empty user name", "http://@localhost:8080/", false},
		{"a user name and a password", "http://alice:wonderland@localhost:8080/", false},
		{"a backslash, which browsers take for a slash", `http://evil.example\@localhost:8080/`, false},
		{"a backslash after the own host", `http://localhost:8080\@evil.example/`, false},
		{"a backslash in front of the host", `http:\\localhost:8080/`, false},
		{"a host that begins like an own one", "http://localhost.evil.example:8080/", false},
		{"a host that ends like an own one", "http://evillocalhost:8080/", false},
		{"an own host with a letter that only looks the same", "http://lоcalhost:8080/", false},
		{"a full-width letter", "http://localhosｔ:8080/", false},
		{"a trailing dot, which is another host to a browser", "http://localhost.:8080/", false},
		{"a percent-encoded letter", "http://localhos%74:8080/", false},
		{"another port", "http://localhost:8089/", false},
		{"a port that begins like an own one", "http://localhost:80801/", false},
		{"a port with a leading zero", "http://localhost:08080/", false},
		{"no port", "http://localhost/", false},
		{"an empty port", "http://localhost:/", false},
		{"a port that is no number", "http://localhost:8080x/", false},
		{"Mallory's host on the lab's port", "http://127.0.0.1:8080/", false},
		{"another spelling of Mallory's host", "http://127.1:8083/", false},
		{"a number for Mallory's host", "http://2130706433:8083/", false},
		{"an IPv6 address that means an IPv4 one", "http://[::ffff:127.0.0.1]:8083/", false},
		{"the IPv6 loopback", "http://[::1]:8080/", false},
		{"an IPv6 address with a zone", "http://[::1%25lo]:8080/", false},
		{"another scheme", "https://localhost:8080/", false},
		{"a websocket", "ws://localhost:8080/", false},
		{"a script", "javascript://localhost:8080/%0aalert(1)", false},
		{"data", "data:text/html,localhost:8080", false},
		{"no scheme", "//localhost:8080/", false},
		{"a path alone", "/callback", false},
		{"one slash after the scheme", "http:/localhost:8080/", false},
		{"no slash after the scheme", "http:localhost:8080/", false},
		{"three slashes after the scheme", "http:///localhost:8080/", false},
		{"a space in front", " http://localhost:8080/", false},
		{"a tab inside, which browsers remove", "http://local\thost:8080/", false},
		{"a line break inside", "http://localhost:8080\r\n.evil.example/", false},
		{"a nul inside", "http://localhost:8080\x00.evil.example/", false},
		{"nothing", "", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := local().Contains(tt.url); got != tt.want {
				t.Errorf("Contains(%q) is %v", tt.url, got)
			}
		})
	}
}

func TestOriginsContainDefaultPorts(t *testing.T) {
	tests := []struct {
		name string
		url  string
		want bool
	}{
		{"the port that https implies", "https://lab.example.com:443/callback", true},
		{"the port that http implies, on https", "https://lab.example.com:80/callback", false},
		{"plain http", "http://lab.example.com/callback", false},
		{"plain http on the port of https", "http://lab.example.com:443/callback", false},
		{"a name below an own one", "https://x.lab.example.com/callback", false},
		{"the registrable domain itself", "https://example.com/callback", false},
		{"a trailing dot", "https://lab.example.com./callback", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := hosted().Contains(tt.url); got != tt.want {
				t.Errorf("Contains(%q) is %v", tt.url, got)
			}
		})
	}
}

func TestOriginsContainIPv6(t *testing.T) {
	o := Origins{event.Lab: "http://[::1]:8080", event.Auth: "http://[::1]:8081", event.Mallory: "http://127.0.0.1:8083"}
	for raw, want := range map[string]bool{
		"http://[::1]:8080/callback":         true,
		"http://[::1]/callback":              false,
		"http://::1:8080/callback":           false,
		"http://[::1]:8080.evil.example/":    false,
		"http://[::1]evil.example:8080/":     false,
		"http://[0:0:0:0:0:0:0:1]:8080/":     false, // not as a browser writes it
		"http://[::1]@evil.example:8080/":    false,
		"http://[::2]:8080/":                 false,
		"http://[::1%25evil.example]:8080/":  false,
		"http://[::1]:8080@evil.example/cb":  false,
		`http://[::1]:8080\.evil.example/cb`: false,
	} {
		if got := o.Contains(raw); got != want {
			t.Errorf("Contains(%q) is %v", raw, got)
		}
	}
}

func TestOriginOfIsWhatABrowserWrites(t *testing.T) {
	for raw, want := range map[string]string{
		"http://localhost:80/x":       "http://localhost",
		"http://localhost:8080/x?y":   "http://localhost:8080",
		"https://LAB.example.com:443": "https://lab.example.com",
		"https://lab.example.com:80":  "https://lab.example.com:80",
		"http://[::1]:80/":            "http://[::1]",
		"http://[fe80::80]/":          "http://[fe80::80]",
		"HTTPS://a.example:8443":      "https://a.example:8443",
	} {
		u, err := url.Parse(raw)
		if err != nil {
			t.Fatal(err)
		}
		if got := OriginOf(u); got != want {
			t.Errorf("the origin of %s is %s, want %s", raw, got, want)
		}
	}
}
