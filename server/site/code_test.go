package site

import (
	"strings"
	"testing"

	"oauthlab/lessons/api"
	"oauthlab/lessons/guard"
)

func TestEveryGuardShowsItsSourceAndItsCalls(t *testing.T) {
	book, err := ReadCode()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range guard.Catalogue() {
		for _, part := range p.Parts {
			if !part.Refuses() {
				continue
			}
			code := book[part.ID]
			if !strings.HasPrefix(code.Source.Text, "// ") || !strings.Contains(code.Source.Text, "\nfunc ") {
				t.Errorf("%s shows %q", part.ID, code.Source.Text)
			}
			for _, call := range code.Calls {
				if !strings.Contains(strings.ToLower(call.Text), "enforce(") || call.First == 0 || call.File == "" {
					t.Errorf("%s is called by %+v", part.ID, call)
				}
			}
		}
	}
}

func TestThePKCEGuardIsShownAsItRuns(t *testing.T) {
	book, err := ReadCode()
	if err != nil {
		t.Fatal(err)
	}
	code := book[guard.IDPKCE]
	if code.Source.File != "lessons/guard/pkce.go" || !strings.Contains(code.Source.Text, "subtle.ConstantTimeCompare") {
		t.Errorf("source %+v", code.Source)
	}
	if len(code.Calls) != 1 || code.Calls[0].File != "server/authserver/grant_code.go" ||
		!strings.HasPrefix(code.Calls[0].Text, "if err := t.Enforce(guard.IDPKCE,") || !strings.HasSuffix(code.Calls[0].Text, "}") {
		t.Errorf("calls %+v", code.Calls)
	}
}

// A line of shown code that is wider than the column would be cut on the screen.
func TestGuardsFitTheirColumn(t *testing.T) {
	book, err := ReadCode()
	if err != nil {
		t.Fatal(err)
	}
	for id, code := range book {
		for _, shown := range append([]api.Snippet{code.Source}, code.Calls...) {
			for line := range strings.SplitSeq(shown.Text, "\n") {
				if len([]rune(strings.ReplaceAll(line, "\t", "    "))) > 72 {
					t.Errorf("%s in %s: %q is wider than 72 columns", id, shown.File, line)
				}
			}
		}
	}
}
