package snippet

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"oauthlab/server/freeport"
)

func labOf(origin, redirectURI string) Lab {
	return Lab{
		Issuer: origin + "/lab-7", Metadata: origin + "/.well-known/oauth-authorization-server/lab-7",
		Authorization: origin + "/lab-7/authorize", Token: origin + "/lab-7/token",
		ClientID: "own-1", RedirectURI: redirectURI, Scope: "read", HasToken: true, HasPKCE: true,
	}
}

// withOpenID is the lab in a chapter whose own clients get ID tokens.
func withOpenID(l Lab) Lab {
	l.Discovery, l.OpenIDScope = l.Issuer+"/.well-known/openid-configuration", "openid profile email offline_access"
	return l
}

// withResource is the lab in a chapter where a client says which API its token is for.
func withResource(l Lab) Lab {
	l.Resource = "https://api.example/it's?x=1&y=%2F"
	return l
}

// labs are those of every kind of chapter, origin and redirect URI.
func labs() map[string]Lab {
	v03 := labOf("http://localhost:8081", "http://127.0.0.1:4321/cb")
	v01 := v03
	v01.Token, v01.HasToken, v01.HasPKCE = "", false, false
	noPKCE, noScope := v03, v03
	noPKCE.HasPKCE = false
	noScope.Scope = ""
	confidential := v03
	confidential.Confidential = true
	ipv6 := v03
	ipv6.RedirectURI = "http://[::1]/cb"
	webApp := labOf("http://localhost:8081", "http://localhost:3000/api/auth/callback/lab")
	return map[string]Lab{
		"v09": withResource(withOpenID(v03)), "v09, confidential": withResource(withOpenID(confidential)), "v09, IPv6": withResource(withOpenID(ipv6)), "v09, Auth.js": withResource(withOpenID(webApp)),
		"v09, https": withResource(withOpenID(labOf("https://lab.example", "https://app.example/auth/callback/lab?x=1"))), "v09, without a scope": withResource(noScope),
		"v08": withOpenID(v03), "v08, confidential": withOpenID(confidential), "v08, IPv6": withOpenID(ipv6), "v08, Auth.js": withOpenID(webApp),
		"v08, https": withOpenID(labOf("https://lab.example", "https://app.example/auth/callback/lab?x=1")),
		"v03":        v03, "v01": v01, "without PKCE": noPKCE, "without a scope": noScope, "IPv6": ipv6, "confidential": confidential,
		"https":   labOf("https://lab.example", "https://app.example/auth/callback/lab?x=1"),
		"Auth.js": webApp,
	}
}

func TestClientsNameTheLab(t *testing.T) {
	for name, l := range labs() {
		v := viewOf(l)
		for _, s := range Clients(l) {
			if s.Text == "" && l.Confidential && s.ID == "oidc-client-ts" {
				continue
			}
			where := []string{l.Issuer, l.Metadata, l.Authorization}
			if !slices.ContainsFunc(where, func(u string) bool { return strings.Contains(s.Text, u) }) {
				t.Errorf("%s, %s does not say where the lab is:\n%s", name, s.ID, s.Text)
			}
			if !strings.Contains(s.Text, l.ClientID) || !strings.Contains(s.Text, v.RedirectURI) && !strings.Contains(s.Text, url.QueryEscape(v.RedirectURI)) {
				t.Errorf("%s, %s does not name client and redirect URI:\n%s", name, s.ID, s.Text)
			}
			notes := strings.Join(s.Notes, "\n")
			if got := strings.Contains(notes, "comes with v03"); got == l.HasToken {
				t.Errorf("%s, %s says that the token endpoint is missing: %v", name, s.ID, got)
			}
			if strings.Contains(s.Text, "/token") != l.HasToken && !l.HasOpenID() && s.ID != "openid-client" && s.ID != "oauth4webapi" && s.ID != "oidc-client-ts" && s.ID != "authlib" && s.ID != "mcp-sdk" {
				t.Errorf("%s, %s does not stop where the chapter does:\n%s", name, s.ID, s.Text)
			}
			if got := strings.Contains(s.Text, "allowInsecureRequests"); got && strings.HasPrefix(l.Issuer, "https:") {
				t.Errorf("%s, %s allows plain http", name, s.ID)
			} else if !got && l.Issuer == labs()["v03"].Issuer && (s.ID == "openid-client" || s.ID == "oauth4webapi") {
				t.Errorf("%s, %s does not allow plain http", name, s.ID)
			}
			if got := strings.Contains(s.Text, SecretHere) && strings.Contains(notes, SecretHere); got != l.Confidential {
				t.Errorf("%s, %s has a place for the secret, and says so: %v", name, s.ID, got)
			}
			if got := strings.Contains(s.Text, l.Resource) || strings.Contains(s.Text, url.QueryEscape(l.Resource)); !got && l.Resource != "" {
				t.Errorf("%s, %s does not say which API its token is for:\n%s", name, s.ID, s.Text)
			}
			if got := strings.Contains(strings.ReplaceAll(s.Text, "protected resource", "API"), "resource"); got != (l.Resource != "") {
				t.Errorf("%s, %s sends resource: %v\n%s", name, s.ID, got, s.Text)
			}
			if got := strings.Count(s.Text, "\n"); got > 50 && !l.HasOpenID() || got > 75 {
				t.Errorf("%s, %s has %d lines", name, s.ID, got)
			}
			for _, left := range []string{"{{", "}}{", "<no value>", "%!", "VERSION", "\n\n\n\n"} {
				if strings.Contains(s.Text+s.Install+notes, left) {
					t.Errorf("%s, %s has %q left of its template", name, s.ID, left)
				}
			}
			for _, n := range s.Notes {
				if !strings.HasSuffix(n, ".") {
					t.Errorf("%s, %s: this is no sentence: %s", name, s.ID, n)
				}
			}
		}
	}
}

// A page keeps no secret (RFC 6749 §2.1): what runs in one is for public clients alone.
func TestWhatRunsInAPageHasNoSecret(t *testing.T) {
	s := of(t, "oidc-client-ts", Clients(labs()["confidential"]))
	if s.Text != "" || s.Install != "" || len(s.Notes) != 1 || !strings.Contains(s.Notes[0], "Register a public client") {
		t.Errorf("for a confidential client it has %+v", s)
	}
}

// The versions are those that were run; that of x/oauth2 is the one that the lab's own
// tests run.
func TestTitlesNameVersions(t *testing.T) {
	mod, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range Clients(labs()["v03"]) {
		version := regexp.MustCompile(` v(\d+\.\d+\.\d+)$`).FindStringSubmatch(s.Title)
		switch {
		case s.ID == "curl":
			if s.Title != "curl" || s.Install != "" {
				t.Errorf("curl is %q, by %q", s.Title, s.Install)
			}
		case version == nil:
			t.Errorf("%s is called %q", s.ID, s.Title)
		case s.ID == "authlib": // the system's
			if !strings.HasPrefix(s.Install, "apt install ") {
				t.Errorf("%s is installed by %q", s.ID, s.Install)
			}
		case !strings.HasSuffix(s.Install, "@"+version[1]) && !strings.HasSuffix(s.Install, "@v"+version[1]):
			t.Errorf("%s %s is installed by %q", s.ID, version[1], s.Install)
		case s.ID == "x-oauth2" && !strings.Contains(string(mod), "golang.org/x/oauth2 v"+version[1]+"\n"):
			t.Errorf("go.mod has another version than %s", s.Title)
		}
	}
}

// Each library names the API in the token request too, by the means that it has; what cannot
// says so.
func TestClientsNameTheAPIInTheTokenRequest(t *testing.T) {
	by := map[string]string{
		"curl": "--data-urlencode 'resource=", "x-oauth2": "oauth2.VerifierOption(verifier), resource)", "openid-client": "}, { resource });",
		"oauth4webapi": "{ additionalParameters: { resource }, ...options }", "oidc-client-ts": "extraTokenParams: { resource },",
		"authlib": "    code_verifier=verifier,\n    resource=resource,\n)", "mcp-sdk": "serverUrl: resource, authorizationCode:",
	}
	for _, s := range Clients(labs()["v09"]) {
		cannot := strings.Contains(strings.Join(s.Notes, " "), "resource is in the authorization request alone")
		if means, has := by[s.ID]; cannot == has || !strings.Contains(s.Text, means) {
			t.Errorf("%s does it not by %q, and says that it cannot: %v\n%s", s.ID, means, cannot, s.Text)
		}
	}
}

// Whatever a value holds, it stands in its quotes: the text around is that of a lab like
// any other.
func TestValuesDoNotBreakOut(t *testing.T) {
	plain := Lab{
		Issuer: "http://issuer", Metadata: "http://metadata", Authorization: "http://authorization", Token: "http://token",
		ClientID: "client", RedirectURI: "http://127.0.0.1:4321/plain", Scope: "scope", HasToken: true, HasPKCE: true,
	}
	openID := plain
	openID.Discovery, openID.OpenIDScope, openID.Resource = "http://discovery", "openid", "http://resource"
	for i := range 2 * len(nasty) {
		bad, plain := nasty[i/2], []Lab{plain, openID}[i%2]
		if strings.TrimSpace(bad) == "" {
			continue
		}
		l := plain
		l.Issuer += bad + "1"
		l.Metadata += bad + "2"
		l.Authorization += bad + "3"
		l.Token += bad + "4"
		l.ClientID += bad + "5"
		l.RedirectURI += url.PathEscape(bad) + `"'$(id)` + "`id`\\${x}"
		l.Scope += strings.Join(strings.Fields(bad), "") + "7"
		if l.HasOpenID() {
			l.Discovery += bad + "8"
			l.OpenIDScope += strings.Join(strings.Fields(bad), "") + "9"
			l.Resource += bad + "10"
		}
		got, want := Clients(l), Clients(plain)
		for i := range got {
			if skeleton(got[i].Text, l) != skeleton(want[i].Text, plain) {
				t.Errorf("%q breaks out of %s:\n%s", bad, got[i].ID, got[i].Text)
			}
		}
	}
}

// skeleton is what is left of a text without the values in their quotes.
func skeleton(text string, l Lab) string {
	v := viewOf(l)
	values := []string{
		v.Request, l.Issuer + "/userinfo", l.Discovery, l.Issuer, l.Metadata, l.Authorization, l.Token, "client_id=" + l.ClientID, "redirect_uri=" + l.RedirectURI, "resource=" + l.Resource, l.Resource,
		l.ClientID, l.RedirectURI, l.OpenIDScope, l.Scope, v.Path,
	}
	for _, value := range values {
		if value == "" {
			continue
		}
		for _, quote := range []func(string) string{shell, strconv.Quote, javascript, python} {
			text = strings.ReplaceAll(text, quote(value), "·")
		}
	}
	return text
}

// What a client's file holds is a program of its language.
func TestClientsAreWellFormed(t *testing.T) {
	checks := map[string]struct {
		file    string
		command []string
	}{
		"curl":       {"client.sh", []string{"sh", "-n"}},
		"JavaScript": {"client.mjs", []string{"node", "--check"}},
		"Python":     {"client.py", []string{"python3", "-c", "import ast, sys; ast.parse(open(sys.argv[1]).read())"}},
		"Go":         {"client.go", []string{"go", "vet"}},
	}
	for language, check := range checks {
		t.Run(language, func(t *testing.T) {
			if _, err := exec.LookPath(check.command[0]); err != nil {
				t.Skipf("there is no %s here to check it with", check.command[0])
			}
			for name, l := range labs() {
				for i, s := range Clients(l) {
					if clients[i].language != language {
						continue
					}
					path := save(t, check.file, s.Text)
					if out, err := exec.Command(check.command[0], append(check.command[1:], path)...).CombinedOutput(); err != nil {
						t.Errorf("%s, %s: %v\n%s\n%s", name, s.ID, err, out, s.Text)
					}
				}
			}
		})
	}
}

func save(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// Those whose library is here run as they are: the code comes to their redirect URI, and
// they redeem it with the verifier of their challenge, and show their secret if they have one.
// Where the state is another one, they do not.
func TestClientsRun(t *testing.T) {
	tests := map[string]struct {
		file    string
		command []string
		pasted  bool // the callback's address is typed in
	}{
		"curl":     {"client.sh", []string{"sh"}, true},
		"x-oauth2": {"client.go", []string{"go", "run"}, false},
	}
	for id, tt := range tests {
		for name, run := range map[string]struct{ forge, confidential, resource bool }{
			"its own state": {}, "another state": {forge: true}, "a secret": {confidential: true}, "a resource": {resource: true},
		} {
			t.Run(id+", "+name, func(t *testing.T) {
				if testing.Short() && run.forge {
					t.Skip("each is a program to be built")
				}
				if _, err := exec.LookPath("openssl"); err != nil && id == "curl" {
					t.Skip("there is no openssl here")
				}
				redeemed, proved := make(chan url.Values, 1), ""
				server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					w.Header().Set("Content-Type", "application/json")
					if r.Method == http.MethodPost {
						if err := r.ParseForm(); err != nil {
							t.Error(err)
						}
						id, secret, _ := r.BasicAuth()
						proved = id + " " + secret
						redeemed <- r.PostForm
					}
					io.WriteString(w, `{"access_token": "token-1", "token_type": "Bearer"}`)
				}))
				defer server.Close()
				l := labOf(server.URL, "http://127.0.0.1:"+freeport.New(t, "127.0.0.1")+"/cb?x=1")
				l.Confidential = run.confidential
				var named []string
				if run.resource {
					l = withResource(l)
					named = []string{l.Resource}
				}
				ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
				defer cancel()
				cmd := exec.CommandContext(ctx, tt.command[0], append(tt.command[1:], save(t, tt.file, of(t, id, Clients(l)).Text))...)
				stdin, stdout := pipes(t, cmd)
				asked, said := readURL(t, stdout)
				q := asked.Query()
				state := q.Get("state")
				if got := q["resource"]; !slices.Equal(got, named) {
					t.Errorf("it asks for a token for %q", got)
				}
				if state == "" || q.Get("response_type") != "code" || q.Get("client_id") != l.ClientID || q.Get("redirect_uri") != l.RedirectURI || q.Get("scope") != "read" || q.Get("code_challenge_method") != "S256" {
					t.Errorf("it asks for %s", asked)
				}
				if run.forge {
					state = "another"
				}
				callback := l.RedirectURI + "&code=c%2B1&state=" + url.QueryEscape(state)
				if tt.pasted {
					io.WriteString(stdin, callback+"\n")
				} else {
					visit(ctx, t, callback)
				}
				rest, _ := io.ReadAll(stdout)
				err := cmd.Wait()
				if run.forge {
					if err == nil || len(redeemed) > 0 {
						t.Errorf("with another state it goes on: %s%s", said, rest)
					}
					return
				}
				if err != nil || len(redeemed) == 0 || !strings.Contains(string(rest), "token-1") {
					t.Fatalf("it ends with %v, and says\n%s%s", err, said, rest)
				}
				form := <-redeemed
				sum := sha256.Sum256([]byte(form.Get("code_verifier")))
				if base64.RawURLEncoding.EncodeToString(sum[:]) != q.Get("code_challenge") || len(form.Get("code_verifier")) < 43 {
					t.Errorf("the verifier %q is not that of %q", form.Get("code_verifier"), q.Get("code_challenge"))
				}
				form.Del("code_verifier")
				want, shows := url.Values{"grant_type": {"authorization_code"}, "code": {"c+1"}, "client_id": {l.ClientID}, "redirect_uri": {l.RedirectURI}}, " "
				if run.resource {
					want.Set("resource", l.Resource)
				}
				if run.confidential {
					want.Del("client_id") // it is in the header
					shows = l.ClientID + " " + SecretHere
				}
				if proved != shows {
					t.Errorf("it proves itself by %q, want %q", proved, shows)
				}
				if form.Encode() != want.Encode() {
					t.Errorf("it redeems with %s, want %s", form.Encode(), want.Encode())
				}
			})
		}
	}
}

func pipes(t *testing.T, cmd *exec.Cmd) (io.Writer, *bufio.Reader) {
	t.Helper()
	cmd.Env = withoutProxy()
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = cmd.Stdout
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return stdin, bufio.NewReader(stdout)
}

// readURL reads up to the authorization request that a program asks the user to open.
func readURL(t *testing.T, out *bufio.Reader) (*url.URL, string) {
	t.Helper()
	said := ""
	for {
		line, err := out.ReadString('\n')
		said += line
		if _, address, found := strings.Cut(line, "/authorize?"); found {
			u, err := url.Parse("/authorize?" + strings.TrimSpace(address))
			if err != nil {
				t.Fatal(err)
			}
			return u, said
		}
		if err != nil {
			t.Fatalf("it asks nobody to open anything: %s", said)
		}
	}
}

// visit opens the callback as soon as there is who listens.
func visit(ctx context.Context, t *testing.T, callback string) {
	t.Helper()
	for ctx.Err() == nil {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, callback, nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := http.DefaultClient.Do(r)
		if err == nil {
			answer.Body.Close()
			return
		}
		if !errors.Is(err, syscall.ECONNREFUSED) && ctx.Err() == nil {
			return // it was taken, and the program ended before its answer was written
		}
	}
	t.Fatal("nobody listens at the redirect URI")
}

// Where a program listens follows from the redirect URI, and what it cannot is said.
func TestWhereAClientListens(t *testing.T) {
	tests := map[string]struct{ listen, redirectURI, note string }{
		"http://127.0.0.1:4321/cb":       {"127.0.0.1:4321", "", ""},
		"http://localhost:4321/cb?x=1":   {"localhost:4321", "", ""},
		"http://127.0.0.1/cb":            {"127.0.0.1:3000", "http://127.0.0.1:3000/cb", "Any port"},
		"http://[::1]/cb":                {"[::1]:3000", "http://[::1]:3000/cb", "Any port"},
		"http://[::1]:80/cb":             {"[::1]:80", "", "port 80"},
		"http://localhost/cb":            {"localhost:80", "", "port 80"},
		"https://localhost:8443/cb":      {"127.0.0.1:3000", "", "must pass the callback on"},
		"https://app.example/cb":         {"127.0.0.1:3000", "", "must pass the callback on"},
		"http://127.0.0.1.evil.example/": {"127.0.0.1:3000", "", "must pass the callback on"},
		"::":                             {"127.0.0.1:3000", "", "must pass the callback on"},
	}
	for uri, tt := range tests {
		v := viewOf(labOf("http://localhost:8081", uri))
		if tt.redirectURI == "" {
			tt.redirectURI = uri
		}
		notes := strings.Join(v.notes(true), " ")
		if v.Listen() != tt.listen || v.RedirectURI != tt.redirectURI || !strings.Contains(notes, tt.note) || tt.note == "" && notes != "" {
			t.Errorf("%s: it listens on %s for %s, and says %q", uri, v.Listen(), v.RedirectURI, notes)
		}
	}
}

// Auth.js has a redirect URI of its own form: where the registered one has it, it is taken
// apart, else the one to register is said.
func TestAuthJSIsToldOfItsRedirectURI(t *testing.T) {
	tests := map[string]struct{ base, provider, unregistered string }{
		"http://127.0.0.1:4321/cb":                         {"/auth", "oauthlab", "http://127.0.0.1:4321/auth/callback/oauthlab"},
		"http://127.0.0.1/cb":                              {"/auth", "oauthlab", "http://127.0.0.1:3000/auth/callback/oauthlab"},
		"http://localhost:3000/api/auth/callback/lab":      {"/api/auth", "lab", ""},
		"http://localhost:3000/api/auth/callback/lab?x":    {"/auth", "oauthlab", "http://localhost:3000/auth/callback/oauthlab"},
		"http://localhost:3000/api/auth/callback/lab/more": {"/auth", "oauthlab", "http://localhost:3000/auth/callback/oauthlab"},
		"http://localhost:3000/callback/lab":               {"/auth", "oauthlab", "http://localhost:3000/auth/callback/oauthlab"},
	}
	for uri, tt := range tests {
		l := labOf("http://localhost:8081", uri)
		got := viewOf(l).AuthJS
		if got.BasePath != tt.base || got.Provider != tt.provider || got.Unregistered != tt.unregistered {
			t.Errorf("%s: %+v", uri, got)
		}
		notes := strings.Join(of(t, "auth-js", Clients(l)).Notes, " ")
		if said := strings.Contains(notes, "register "+tt.unregistered+" too"); said != (tt.unregistered != "") {
			t.Errorf("%s: the notes say %q", uri, notes)
		}
	}
}
