package snippet

import (
	"embed"
	"fmt"
	"go/format"
	"strconv"
	"strings"
	"text/template"
)

// Lab is what a client must be told of a lab. Without a token endpoint, a client gets as
// far as its code.
type Lab struct {
	Issuer, Metadata, Authorization, Token, ClientID, RedirectURI, Scope string

	Discovery   string // where OpenID Connect has the metadata
	OpenIDScope string // what a client asks for that wants an ID token; "" where it gets none (before v08)
	Resource    string // the address of the API that its token is to be for (RFC 8707 §2); "" before v09

	HasToken     bool // the chapter has a token endpoint (v03 on)
	HasPKCE      bool // the chapter has PKCE
	Confidential bool // the client shows a secret at the token endpoint, which the program has not
}

// HasOpenID reports whether the client gets ID tokens.
func (l Lab) HasOpenID() bool { return l.OpenIDScope != "" }

// Asks is the scope that a client asks for: an ID token too, where it gets one.
func (l Lab) Asks() string {
	if l.HasOpenID() {
		return l.OpenIDScope
	}
	return l.Scope
}

// SecretHere stands in a program where the client's secret must be put.
const SecretHere = "YOUR-CLIENT-SECRET"

// client is a library, or a tool, that is pointed at a lab. Its file templates/ID.tmpl
// holds the text, and a template "notes" with a sentence a line.
type client struct {
	id, language  string
	name, version string // of the package; "" for a tool that every machine has
	install       string // VERSION stands for the version
	inPage        bool   // it runs in a page, where no secret is kept: a confidential client has no such program
	checks        pkg    // what checks its ID tokens, where it does not itself
}

// pkg is a further package.
type pkg struct{ name, version string }

// clients are those that were run against a lab, in these versions.
var clients = []client{
	{id: "curl", language: "curl"},
	{"x-oauth2", "Go", "golang.org/x/oauth2", "0.38.0", "go mod init client && go get golang.org/x/oauth2@vVERSION", false, pkg{"github.com/coreos/go-oidc/v3", "3.21.0"}},
	{"openid-client", "JavaScript", "openid-client", "6.9.0", "npm i openid-client@VERSION", false, pkg{}},
	{"oauth4webapi", "JavaScript", "oauth4webapi", "3.8.8", "npm i oauth4webapi@VERSION", false, pkg{}},
	{"oidc-client-ts", "JavaScript", "oidc-client-ts", "3.5.0", "npm i oidc-client-ts@VERSION", true, pkg{}},
	{"authlib", "Python", "Authlib", "1.2.0", "apt install python3-authlib python3-requests", false, pkg{}},
	{"auth-js", "JavaScript", "Auth.js, @auth/core", "0.41.3", "npm i @auth/core@VERSION", false, pkg{}},
	{"mcp-sdk", "JavaScript", "MCP SDK, @modelcontextprotocol/sdk", "1.32.2", "npm i @modelcontextprotocol/sdk@VERSION", false, pkg{}},
}

// Clients returns how libraries are pointed at the lab, curl first.
func Clients(l Lab) []Snippet {
	v := viewOf(l)
	all := make([]Snippet, len(clients))
	for i, c := range clients {
		s := Snippet{ID: c.id, Title: c.language}
		if c.version != "" {
			s.Title += fmt.Sprintf(" · %s v%s", c.name, c.version)
		}
		if v.Confidential && c.inPage {
			s.Notes = []string{"It runs in a page, and a page keeps no secret: whoever opens it can read what it has (RFC 6749 §2.1). Register a public client for it."}
			all[i] = s
			continue
		}
		s.Text = c.text(v)
		s.Install = strings.ReplaceAll(c.install, "VERSION", c.version)
		if v.HasOpenID() && c.checks.name != "" {
			s.Title += fmt.Sprintf(" and %s v%s", c.checks.name, c.checks.version)
			s.Install += fmt.Sprintf(" %s@v%s", c.checks.name, c.checks.version)
		}
		s.Notes = append(v.notes(c.id != "curl"), sentences(render("notes-"+c.id, v))...)
		all[i] = s
	}
	return all
}

//go:embed templates/*.tmpl
var templateFiles embed.FS

// templates quote every value for the language that it stands in; text/template does not.
var templates = template.Must(template.New("").
	Funcs(template.FuncMap{"sh": shell, "go": strconv.Quote, "js": javascript, "py": python}).
	ParseFS(templateFiles, "templates/*.tmpl"))

// render panics where a template is wrong, which its tests find: they run all of each.
func render(name string, v view) string {
	var b strings.Builder
	if err := templates.ExecuteTemplate(&b, name, v); err != nil {
		panic(err)
	}
	return strings.TrimSpace(b.String()) + "\n"
}

// text returns the client's program. Which lines a Go program has decides how gofmt lines
// them up.
func (c client) text(v view) string {
	text := render(c.id+".tmpl", v)
	if formatted, err := format.Source([]byte(text)); c.language == "Go" && err == nil {
		return string(formatted)
	}
	return text
}

// sentences returns the lines of notes that are not empty.
func sentences(text string) (lines []string) {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}
