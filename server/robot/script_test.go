package robot

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"testing"
)

// Each script has a name that a chapter can write, a sentence, and something to do; it is
// found by that name.
func TestScriptsAreWhole(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range scripts {
		if !regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`).MatchString(s.Name) || seen[s.Name] {
			t.Errorf("a script is called %q", s.Name)
		}
		seen[s.Name] = true
		if !strings.HasSuffix(s.Does, ".") || s.do == nil {
			t.Errorf("%s does %q", s.Name, s.Does)
		}
		if found, ok := FindScript(s.Name); !ok || found.Name != s.Name {
			t.Errorf("looked for %s, found %+v", s.Name, found)
		}
	}
	if s, ok := FindScript("sing-in"); ok {
		t.Errorf("found %+v", s)
	}
}

// Where the browser gets stuck, the script has come to its end; a fault is one.
func TestARefusalIsNoFault(t *testing.T) {
	fault := errors.New("no network")
	for script, want := range map[error]error{nil: nil, &StuckError{At: "/login"}: nil, fault: fault} {
		got := (&Robot{}).Play(t.Context(), Script{do: func(context.Context, *Robot) error { return script }})
		if !errors.Is(got, want) {
			t.Errorf("of %v comes %v", script, got)
		}
	}
}
