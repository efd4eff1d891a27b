package event

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// Each party of the table is explained, named, and has a colour, in light and in dark.
func TestTheTableOfPartiesIsWhole(t *testing.T) {
	colours, err := os.ReadFile("../../web/css/tokens.css")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[Party]bool{}
	for _, r := range AllParties() {
		if seen[r.ID] {
			t.Errorf("%s stands twice", r.ID)
		}
		seen[r.ID] = true
		if !regexp.MustCompile(`^[a-z]+$`).MatchString(string(r.ID)) || !strings.HasSuffix(r.Means, ".") || r.Name == "" || r.Brief == "" {
			t.Errorf("a row is not whole: %+v", r)
		}
		for text, times := range map[string]int{
			"--" + r.Colour + "-ink:": 2, "--" + r.Colour + "-tint:": 2, "." + r.Class() + " {": 1,
		} {
			if got := strings.Count(string(colours), text); got != times {
				t.Errorf("%s: the style sheet has %q %d times, want %d", r.ID, text, got, times)
			}
		}
	}
}

// Every party that the package names has its row.
func TestEveryPartyHasItsRow(t *testing.T) {
	source, err := os.ReadFile("parties.go")
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile(`(?m)^\t[A-Z]\w+ +Party = "(\w+)"$`).FindAllStringSubmatch(string(source), -1)
	if len(named) != len(AllParties()) {
		t.Errorf("%d names, %d rows", len(named), len(AllParties()))
	}
	for _, name := range named {
		if !AllParties().Has(Party(name[1])) {
			t.Errorf("%s has no row", name[1])
		}
	}
}

// Whoever has no row is shown under the name that it has.
func TestAGuestHasItsOwnName(t *testing.T) {
	row := Party("my-client").Row()
	if row.Name != "my-client" || row.Class() != "party-browser" || row.Console != "" {
		t.Errorf("it is shown as %+v", row)
	}
}
