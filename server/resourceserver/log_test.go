package resourceserver

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"oauthlab/lessons/guard"
)

// What the API's own log keeps of a token is all that whoever reads the log needs, where it
// keeps tokens whole, and nothing where it redacts them (RFC 9700 §4.9.2).
func TestTheAPIsOwnLog(t *testing.T) {
	for name, tt := range map[string]struct {
		query, header         string // as they are sent, and kept whole
		redactedURL, redacted string
		status                int
	}{
		"a token in the header":             {"", "Bearer " + good, "/protected", "[redacted]", 200},
		"a token that is refused":           {"", "Bearer " + revoked, "/protected", "[redacted]", 401},
		"what is no token":                  {"", "Bearer a b", "/protected", "[redacted]", 400},
		"another scheme":                    {"", "Basic eDp5", "/protected", "[redacted]", 401},
		"a token in the query":              {"?a=1&access_token=" + inQuery + "&b=2", "", "/protected?a=1&access_token=[redacted]&b=2", "", 400},
		"a token in a name that is encoded": {"?%61ccess_token=" + inQuery, "", "/protected?%61ccess_token=[redacted]", "", 400},
		"a token in a query nobody reads":   {"?a;access_token=" + inQuery, "", "/protected?[redacted]", "", 400},
		"no token":                          {"?a=b", "", "/protected?a=b", "", 401},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			ask := func() Line {
				t.Helper()
				header := []string{}
				if tt.header != "" {
					header = []string{"Authorization", tt.header}
				}
				if r := b.ask("GET", "/protected"+tt.query, "", header...); r.status != tt.status {
					t.Errorf("answered %d %s", r.status, r.body)
				}
				return b.logged()
			}
			at, below := b.lab.Now(), "/"+b.lab.ID.String()
			want := Line{Time: at, Method: "GET", URL: below + tt.redactedURL, Token: tt.redacted, Status: tt.status}
			if diff := cmp.Diff(want, ask()); diff != "" {
				t.Errorf("redacted, it keeps (-want +got):\n%s", diff)
			}
			b.set(guard.IDLogRedaction, `"whole"`)
			b.later(time.Minute) // its clock is the lab's
			want = Line{Time: at.Add(time.Minute), Method: "GET", URL: below + "/protected" + tt.query, Token: tt.header, Status: tt.status}
			if diff := cmp.Diff(want, ask()); diff != "" {
				t.Errorf("whole, it keeps (-want +got):\n%s", diff)
			}
			if first := b.state().Log[0]; first.Token != tt.redacted {
				t.Errorf("what it had redacted reads %+v now", first)
			}
		})
	}
}

// A line is bounded, whatever was sent, and the body of a request is not in it.
func TestALineOfTheLogIsBounded(t *testing.T) {
	b := newBench(t)
	b.set(guard.IDLogRedaction, `"whole"`)
	b.ask("GET", "/protected?a="+strings.Repeat("é", 2000), "", "Authorization", "Bearer "+strings.Repeat("x", 10<<10))
	line := b.logged()
	if len(line.URL) > maxLine || len(line.Token) > maxLine || !strings.HasSuffix(line.URL, "…") || !strings.HasSuffix(line.Token, "…") {
		t.Errorf("it keeps %d and %d bytes: %+v", len(line.URL), len(line.Token), line)
	}
	b.note(good, `{"text":"a secret"}`)
	if line := b.logged(); strings.Contains(line.URL+line.Token, "secret") {
		t.Errorf("it keeps %+v", line)
	}
}
