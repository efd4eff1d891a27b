package e2e

import (
	"fmt"
	"testing"
)

// The lab is killed and comes back while a page is open: the page says so, goes on
// where it was, and shows nothing twice.
func TestThePageResumesAfterACut(t *testing.T) {
	p := start(t, t.TempDir())
	b := openTab(t)
	b.open(p.lab + "/v03-pkce")
	b.runTheFlow()
	rows := evaluate[[]string](b, allPositions)

	p.kill()
	b.says("The connection to the lab is lost")
	startAgain(t, p)
	b.until(`!document.body.innerText.includes("The connection to the lab is lost")`)
	if again := evaluate[[]string](b, allPositions); fmt.Sprint(again) != fmt.Sprint(rows) {
		t.Errorf("after the cut the diagram shows %v, before %v", again, rows)
	}

	b.press("button", "Run the flow")
	b.pressInFrame("#alice", "Sign in as Alice")
	b.until(fmt.Sprintf(`document.querySelectorAll('[data-seq]').length > %d`, len(rows)))
	positions := evaluate[[]string](b, allPositions)
	seen := map[string]bool{}
	for _, seq := range positions {
		if seen[seq] {
			t.Errorf("position %s is shown twice in %v", seq, positions)
		}
		seen[seq] = true
	}
	b.forgive("WebSocket connection to")
	b.forgive("Failed to load resource: net::ERR_") // while nobody was there
}

const allPositions = `[...document.querySelectorAll('[data-seq]')].map(e => e.dataset.seq)`
