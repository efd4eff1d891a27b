package site

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"oauthlab/lessons/event"
	"oauthlab/server/lab"
)

// directives takes a content security policy apart.
func directives(t *testing.T, policy string) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	for one := range strings.SplitSeq(policy, ";") {
		words := strings.Fields(one)
		if len(words) == 0 {
			t.Fatalf("the policy %q has an empty directive", policy)
		}
		if _, twice := all[words[0]]; twice { // browsers take the first alone
			t.Errorf("the policy has %s twice", words[0])
		}
		all[words[0]] = words[1:]
	}
	return all
}

// The client talks to its own server and the authorization server, and frames
// itself, the authorization server, the web app and Mallory: nobody else.
func TestThePolicyOfThePages(t *testing.T) {
	got := directives(t, pagePolicy(lab.AllParties(), lab.Origins{
		event.Lab: "https://lab.example.com", event.Auth: "https://auth.example.com", event.API: "https://api.example.com", event.Webapp: "https://app.example.com", event.Agent: "https://agent.example.com", event.Mallory: "https://mallory.example.net",
	}))
	want := map[string][]string{
		"default-src":     {"'none'"},
		"script-src":      {"'self'", "'wasm-unsafe-eval'"},
		"style-src":       {"'self'"},
		"img-src":         {"'self'"},
		"font-src":        {"'self'"},
		"connect-src":     {"'self'", "wss://lab.example.com", "https://auth.example.com", "https://api.example.com", "https://agent.example.com", "https://mallory.example.net"},
		"frame-src":       {"'self'", "https://auth.example.com", "https://app.example.com", "https://mallory.example.net"},
		"manifest-src":    {"'self'"},
		"worker-src":      {"'self'"},
		"base-uri":        {"'none'"},
		"form-action":     {"'none'"},
		"frame-ancestors": {"'none'"},
	}
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if !slices.Equal(got[name], want[name]) {
			t.Errorf("%s is %q, want %q", name, got[name], want[name])
		}
	}
	for name := range got {
		if _, known := want[name]; !known {
			t.Errorf("there is a directive %s more", name)
		}
	}
	if socket := directives(t, pagePolicy(lab.AllParties(), origins))["connect-src"]; !slices.Contains(socket, "ws://localhost:8080") {
		t.Errorf("over http the feed's address is not among %q", socket)
	}
}

// A party that is a row of the table, and nothing else, can be framed and asked.
func TestThePolicyNamesAMadeUpParty(t *testing.T) {
	table := append(lab.AllParties(), lab.Party{ID: "clerk", Origin: "http://localhost:8090", Framed: true, Fetched: true})
	policy := directives(t, pagePolicy(table, table.Defaults()))
	for _, name := range []string{"frame-src", "connect-src"} {
		if !slices.Contains(policy[name], "http://localhost:8090") {
			t.Errorf("%s is %q", name, policy[name])
		}
	}
}

func TestPagesCanOnlyBeRead(t *testing.T) {
	for _, target := range []string{"/", "/v03-pkce", "/callback?code=1", "/app.js", "/web/css/tokens.css", "/robots.txt", "/nothing"} {
		for _, method := range []string{"POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"} {
			resp, body := ask(t, origin, method, target)
			if resp.StatusCode != http.StatusMethodNotAllowed || resp.Header.Get("Allow") != "GET, HEAD" {
				t.Errorf("%s %s is answered %d, Allow %q", method, target, resp.StatusCode, resp.Header.Get("Allow"))
			}
			if strings.Contains(body, "<html") {
				t.Errorf("%s %s is answered with a page", method, target)
			}
		}
		get, _ := ask(t, origin, "GET", target)
		head, _ := ask(t, origin, "HEAD", target)
		if get.StatusCode != head.StatusCode || get.Header.Get("Content-Type") != head.Header.Get("Content-Type") {
			t.Errorf("%s: GET is answered %d %s, HEAD %d %s", target,
				get.StatusCode, get.Header.Get("Content-Type"), head.StatusCode, head.Header.Get("Content-Type"))
		}
	}
}

func TestCallsTakeTheirOwnMethods(t *testing.T) {
	const someLab = "/api/labs/00000000-0000-0000-0000-000000000000"
	for target, allowed := range map[string]string{
		"/api/labs": "POST", someLab: "GET, HEAD, PATCH", someLab + "/reset": "POST", someLab + "/sign-out": "POST",
		someLab + "/state": "GET, HEAD", someLab + "/events": "GET, HEAD", someLab + "/feed": "GET, HEAD", someLab + "/attacks/x": "POST",
		"/api/attacks": "GET, HEAD", "/api/protections": "GET, HEAD", "/api/chapters": "GET, HEAD", "/api/code/pkce.verify": "GET, HEAD",
	} {
		for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"} {
			resp, body := ask(t, origin, method, target)
			if slices.Contains(strings.Split(allowed, ", "), method) {
				if resp.StatusCode == http.StatusMethodNotAllowed {
					t.Errorf("%s %s is refused", method, target)
				}
				continue
			}
			if resp.StatusCode != http.StatusMethodNotAllowed || resp.Header.Get("Allow") != allowed || method != "HEAD" && !strings.Contains(body, `"wrong_method"`) {
				t.Errorf("%s %s is answered %d, Allow %q, %s", method, target, resp.StatusCode, resp.Header.Get("Allow"), body)
			}
		}
	}
}

// Another site's page must not make labs with its reader's browser.
func TestAnotherSitesPageCannotMakeALab(t *testing.T) {
	for _, header := range [][]string{
		{"Sec-Fetch-Site", "cross-site"},
		{"Sec-Fetch-Site", "same-site"},
		{"Origin", "http://127.0.0.1:8083", "Host", "localhost:8080"},
	} {
		resp, _ := ask(t, origin, "POST", "http://localhost:8080/api/labs", header...)
		if resp.StatusCode != http.StatusForbidden {
			t.Errorf("%q is answered %d", header, resp.StatusCode)
		}
	}
	if resp, _ := ask(t, origin, "POST", "http://localhost:8080/api/labs", "Origin", "http://localhost:8080"); resp.StatusCode != http.StatusBadRequest {
		t.Errorf("our own page is answered %d, want the complaint about its empty object", resp.StatusCode)
	}
}
