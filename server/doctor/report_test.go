package doctor

import (
	"bytes"
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"
)

// hostile is a text that would steer a terminal, turn its text, end a line and imitate one.
const hostile = "\x1b]0;title\x07\x1b[2J\x9b31m\u202e\u2066\u200f\u0000\r\n  passed   issuer  \u2028שלום<script>&\"'"

// Whatever a server sends, the report is printable ASCII, the section sign, and the colours
// that were asked for: in text and in JSON.
func TestNothingOfAStrangersReachesTheTerminal(t *testing.T) {
	sites := map[string]func(*site){
		"in the metadata": func(s *site) {
			for name := range s.metadata {
				s.metadata[name] = hostile
			}
			s.metadata[hostile], s.metadata[hostile+"_endpoint"] = hostile, hostile
			s.at[metadataPath] = func(w http.ResponseWriter, _ *http.Request) {
				text, _ := json.Marshal(s.metadata)
				name, _ := json.Marshal(hostile)
				answers(200, "application/json;\u202e", strings.Replace(string(text), "{", "{"+string(name)+":1,", 1))(w, nil)
			}
		},
		"in lists and endpoints": func(s *site) {
			s.metadata["issuer"] = "https://a.example/" + hostile
			s.metadata["code_challenge_methods_supported"] = []string{hostile}
			s.metadata["jwks_uri"], s.metadata["authorization_endpoint"] = "javascript:"+hostile, s.origin+"/#"+hostile
			s.metadata["token_endpoint"] = "https://" + hostile
		},
		"in keys": func(s *site) {
			s.keys = map[string]any{"keys": []any{map[string]any{"kty": hostile, "kid": hostile, "d": hostile}, hostile}}
		},
		"in errors": func(s *site) {
			s.at["/token"] = func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, 418, map[string]string{"error": hostile}) }
			s.at["/jwks"] = answers(200, "text/"+strings.ReplaceAll(hostile, "\n", ""), "<"+hostile)
		},
		"in the body":   func(s *site) { s.at[metadataPath] = answers(200, "application/json", "<"+hostile) },
		"in no JSON":    func(s *site) { s.at[metadataPath] = answers(200, "application/json", `{"a":`+hostile) },
		"behind JSON":   func(s *site) { s.at[metadataPath] = answers(200, "application/json", `{}`+hostile) },
		"in a redirect": func(s *site) { s.at[metadataPath] = sends(302, "https://a.example/\u202e") },
		"in headers": func(s *site) {
			s.at["/"] = func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("WWW-Authenticate", "Bearer error=\"\u202e\", resource_metadata=\"\u202e\"")
				w.WriteHeader(401)
			}
			s.at[metadataPath] = http.NotFound
		},
		"in the resource": func(s *site) {
			s.resource["resource"], s.resource["authorization_servers"] = hostile, []string{hostile, "https://a.example/" + hostile}
			s.at["/"] = func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("WWW-Authenticate", `Bearer resource_metadata="`+s.origin+resourceForm.suffix+`/api"`)
				w.WriteHeader(401)
			}
		},
	}
	ours := regexp.MustCompile(`\x1b\[(?:31|33|36|32|90|0)m`)
	for name, change := range sites {
		for _, r := range []report{{}, {colour: true}, {json: true}, {json: true, colour: true}} {
			s := newSite(t, change)
			var out bytes.Buffer
			r.out = &out
			if _, err := s.doctor("/").examine(t.Context(), &r); err != nil {
				t.Fatal(err)
			}
			text := out.String()
			if r.colour && !r.json {
				if !ours.MatchString(text) {
					t.Errorf("%s: there are no colours", name)
				}
				text = ours.ReplaceAllString(text, "")
			}
			for _, c := range text {
				if c != '\n' && c != '§' && (c < ' ' || c > '~') {
					t.Errorf("%s (%+v): the report has %q:\n%q", name, r.json, c, text)
					break
				}
			}
			for line := range strings.Lines(text) {
				if len(line) > 4000 {
					t.Errorf("%s: a line has %d bytes", name, len(line))
				}
				if !r.json && strings.HasPrefix(line, "  passed   issuer  \\") {
					t.Errorf("%s: it imitates a line: %s", name, line)
				}
			}
		}
	}
	for _, given := range []string{hostile, "https://" + hostile, "https://a:" + hostile + "@b", strings.Repeat(hostile, 1000)} {
		var out bytes.Buffer
		d := doctor{total: total}
		d.URL = given
		if well, err := d.examine(t.Context(), &report{out: &out}); well || err != nil {
			t.Errorf("%.40q is well: %v (%v)", given, well, err)
		}
		if at := strings.IndexFunc(strings.ReplaceAll(out.String(), "§", ""), func(c rune) bool { return c != '\n' && (c < ' ' || c > '~') }); at >= 0 || out.Len() > 4000 {
			t.Errorf("of %.40q it says %q", given, &out)
		}
	}
}

// A password in the address is not repeated.
func TestAPasswordIsNotRepeated(t *testing.T) {
	for given, want := range map[string]string{
		"https://alice:secret@a.example/b":  "https://...@a.example/b",
		"https://alice:sec/ret@a.example/b": "https://...@a.example/b is no URL (RFC 3986 §3).",
		"https://alice:secret@a.example":    "https://...@a.example",
		"https://a.example/@b":              "https://a.example/@b",
		"alice:secret@a.example":            "Did you mean https://a.example?",
	} {
		var out bytes.Buffer
		d := doctor{total: total}
		d.URL = given
		if !strings.Contains(given, "alice") {
			if got := withoutUser(given); got != want {
				t.Errorf("%s is shown as %s", given, got)
			}
			continue
		}
		d.examine(t.Context(), &report{out: &out}) //nolint:errcheck // a buffer takes all
		if strings.Contains(out.String(), "secret") || strings.Contains(out.String(), "sec/ret") || !strings.Contains(out.String(), want) {
			t.Errorf("of %s it says %s", given, &out)
		}
	}
}

// A line a step, aligned, with its section; and below a failure what to do.
func TestAReportForPeople(t *testing.T) {
	for colour, want := range map[bool]string{
		false: `Address https://a.example

  passed   address            It is an https address.
  failed   name               There is no such name (RFC 1).
                              Look again.

Protected resource https://b.example

  skipped  token endpoint     There is none.

https://a.example: name failed (1 failed, 1 passed, 1 skipped).
`,
		true: "Address https://a.example\n\n" +
			"  \x1b[32mpassed \x1b[0m  address            It is an https address.\n" +
			"  \x1b[31mfailed \x1b[0m  name               There is no such name \x1b[90m(RFC 1)\x1b[0m.\n" +
			"                              Look again.\n" +
			"\nProtected resource https://b.example\n\n" +
			"  \x1b[90mskipped\x1b[0m  token endpoint     There is none.\n" +
			"\nhttps://a.example: name failed (1 failed, 1 passed, 1 skipped).\n",
	} {
		var out bytes.Buffer
		r := report{out: &out, colour: colour}
		r.begin("Address", "https://a.example")
		r.passed(stepAddress, "", "It is an https address.")
		r.failed(stepName, "RFC 1", "There is no such name.", "Look again.")
		r.begin("Protected resource", "https://b.example")
		r.skipped(stepToken, "", "There is none.")
		if well, err := r.end("https://a.example"); well || err != nil {
			t.Errorf("it is well: %v (%v)", well, err)
		}
		if out.String() != want {
			t.Errorf("it is\n%s\nwant\n%s", &out, want)
		}
	}
}

// A report that cannot be written is an error, and no good news.
func TestAReportThatCannotBeWritten(t *testing.T) {
	s := newSite(t)
	for _, inJSON := range []bool{false, true} {
		if _, err := s.doctor("").examine(t.Context(), &report{out: closed{}, json: inJSON}); err == nil {
			t.Errorf("in JSON %v: there is no error", inJSON)
		}
	}
}

type closed struct{}

func (closed) Write([]byte) (int, error) { return 0, http.ErrBodyNotAllowed }
