package param

import (
	"os"
	"strings"
	"testing"
)

// Whoever wears a mark is shown on an arrow, under a short name, in a colour; each name
// stands once, with a sentence.
func TestTheCatalogueIsWhole(t *testing.T) {
	colours, err := os.ReadFile("../../web/css/tokens.css")
	if err != nil {
		t.Fatal(err)
	}
	shown := map[string]bool{}
	for _, name := range OnArrow() {
		shown[name] = true
	}
	seen := map[string]bool{}
	for _, r := range append(append([]Row{}, rows...), Own()...) {
		if seen[r.Name] {
			t.Errorf("%s stands twice", r.Name)
		}
		seen[r.Name] = true
		if !strings.HasSuffix(r.Means, ".") {
			t.Errorf("%s is not explained in a sentence: %q", r.Name, r.Means)
		}
		if (r.Mark != "") != shown[r.Name] || (r.Mark != "") != (r.Brief != "") {
			t.Errorf("%s: mark %q, short name %q, on an arrow: %v", r.Name, r.Mark, r.Brief, shown[r.Name])
		}
		if r.Mark != "" && r.Mark != MarkError && !strings.Contains(string(colours), "--mark-"+string(r.Mark)+":") {
			t.Errorf("the mark %q has no colour", r.Mark)
		}
		delete(shown, r.Name)
	}
	for name := range shown {
		t.Errorf("%s is shown on arrows, and not in the catalogue", name)
	}
}

func TestIdentifiersOfTheSourceWearTheMarkOfTheirValue(t *testing.T) {
	for name, want := range map[string]Mark{
		"verifier": MarkPKCE, "CodeVerifier": MarkPKCE, "challenge": MarkPKCE, "ChallengeMethod": "",
		"state": MarkState, "sent": MarkState, "returned": MarkState, "statement": "", "code": "",
	} {
		if got := MarkInCode(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}
