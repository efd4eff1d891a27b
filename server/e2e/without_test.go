package e2e

import (
	"testing"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// before has a script run before everything else in each page that the tab opens.
func (b *tab) before(script string) {
	b.Helper()
	if _, err := chromedp.Call(b.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: script}); err != nil {
		b.Fatal(err)
	}
}

// A browser that denies its storage runs the lab all the same, and says what that
// means.
func TestABrowserThatKeepsNothing(t *testing.T) {
	p := start(t, t.TempDir())
	b := openTab(t)
	b.before(`for (const name of ["localStorage", "sessionStorage"])
		Object.defineProperty(window, name, {configurable: true, get() { throw new DOMException("denied", "SecurityError") }})`)
	b.open(p.lab + "/v03-pkce")
	b.says("This browser keeps nothing for this page: a reload begins a new lab.")
	b.runTheFlow()
	b.shoot("run")
}

// A browser without WebAssembly says so at once, and leaves the lesson readable.
func TestABrowserWithoutWebAssembly(t *testing.T) {
	p := start(t, t.TempDir())
	b := openTab(t)
	b.before(`delete window.WebAssembly`)
	b.open(p.lab + "/v03-pkce")
	b.until(`getComputedStyle(document.querySelector("#app-wasm-loader .goapp-label"), "::before").content.includes("runs no WebAssembly")`)
	b.says("Is the one who redeems")
	if made := b.loaded("/api/labs"); made != 0 {
		t.Errorf("it makes %d labs that nobody asks for", made)
	}
	b.forgive("WebAssembly is not defined")
	b.shoot("read")
}
