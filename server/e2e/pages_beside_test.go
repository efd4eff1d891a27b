package e2e

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A small class has a page each, in one process: each page runs the flow and the attack of its
// chapter, shows the log of its own lab and nothing else, and complains of nothing. What is
// measured of a whole class is held to the same.
func TestAClassHasAPageEach(t *testing.T) {
	file := filepath.Join(t.TempDir(), "class.json")
	out, err := exec.CommandContext(t.Context(), "go", "run", "oauthlab/server/bench", "-brief", "-only", "class", "-binary", binary, "-json", file).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var told struct {
		LeftOut []string `json:"left_out"`
		Figures []struct {
			Name  string
			Value float64
		}
	}
	if err := json.Unmarshal(text, &told); err != nil || len(told.LeftOut) > 0 || len(told.Figures) == 0 {
		t.Fatalf("%v\n%s", err, text)
	}
	for _, f := range told.Figures {
		if !strings.HasPrefix(f.Name, "6 pages: ") || f.Value <= 0 && !strings.Contains(f.Name, "since the class came") {
			t.Errorf("a figure is %+v", f)
		}
	}
}
