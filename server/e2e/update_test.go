package e2e

import (
	"strings"
	"testing"
)

// running is the version that the page's program belongs to.
const running = `goappGetenv("GOAPP_VERSION")`

// A page that was open when the server made way for another version says so, and
// goes on in its lab with the new one.
func TestANewVersionIsOffered(t *testing.T) {
	p := start(t, t.TempDir())
	b := openTab(t)
	b.open(p.lab + "/v03-pkce")
	b.press("switch", "PKCE")
	b.says("PKCE is off in this lab")
	b.until(`navigator.serviceWorker.controller`) // as for whoever stayed a while
	old := evaluate[string](b, running)

	p.kill()
	b.says("The connection to the lab is lost")
	same := startAgain(t, p)
	b.until(`!document.body.innerText.includes("The connection to the lab is lost")`)
	b.runTheFlow() // and, by the time it has, would have said what follows
	if b.saysNow(newVersion) {
		t.Error("the same version is offered as a new one")
	}
	evaluate[bool](b, `window.here = true`)

	same.kill()
	startAgain(t, p, "--lessons", readmeLessons(t))
	b.says(newVersion)
	b.shoot("offered")
	b.press("button", "Reload")
	b.until(`!window.here && ` + running + ` !== "` + old + `"`)
	b.says("PKCE is off in this lab") // it is the same lab
	b.has("button", "Run the flow")
	if b.saysNow(newVersion) {
		t.Error("the new version offers itself")
	}
	b.forgive("WebSocket connection to")
	b.forgive("Failed to load resource")
	// The program itself is as it was, so it comes out of the browser's own store.
	if sent := evaluate[float64](b, `performance.getEntriesByType("resource").find(e => e.name.endsWith("/app.wasm")).transferSize`); sent != 0 {
		t.Errorf("the program, which has not changed, is sent again: %.0f bytes", sent)
	}
}

const newVersion = "A new version of the lab is here."

// saysNow reports whether the page says text.
func (b *tab) saysNow(text string) bool {
	b.Helper()
	return strings.Contains(b.text(), text)
}
