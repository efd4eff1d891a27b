package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// The workbench leads from a verifier to its challenge, and tells whether a challenge
// and a verifier meet.
func TestPKCEWorkbench(t *testing.T) {
	onEachSize(t, func(b *tab, _ int64) {
		b.press("button", "PKCE workbench")

		b.press("button", "RFC 7636 appendix B")
		b.until(benchHas("bench-verifier", verifier))
		b.says("13 d3 1e 96 1a 1a d8 ec 2f 16 b1 0c 4c 98 2e 08 76 a8 78 ad 6d f1 44 56 6e e1 89 4a cb 70 f9 c3")
		b.says(challenge)
		b.says("They meet")
		b.shoot("appendix-b")

		// What is typed counts at once, and each broken rule is a sentence.
		b.do("type behind it", chromedp.SendKeys(chromedp.ID("bench-verifier"), "!"))
		b.says("'!' may not stand in it")
		b.says("They do not meet")
		b.do("begin anew", chromedp.KeyEvent("a", chromedp.KeyModifiers(2)), chromedp.KeyEvent("abc"))
		b.says("Too short: 3 of at least 43 characters")
		b.says("61 62 63")
		b.shoot("faults")

		// A made one breaks none, and does not meet the RFC's challenge.
		b.press("button", "Generate")
		b.says("43 to 128 characters, all of them allowed")
		b.says("They do not meet")

		// The other way: a challenge that is pasted.
		made := evaluate[string](b, `document.querySelector(".bench-way dd:last-child").innerText`)
		b.do("replace the challenge", chromedp.Focus(chromedp.ID("bench-challenge")),
			chromedp.KeyEvent("a", chromedp.KeyModifiers(2)), chromedp.KeyEvent(made+"="))
		b.says("All but the padding")
		b.do("take the padding away", chromedp.KeyEvent(kb.Backspace))
		b.says("They meet")

		if over := evaluate[float64](b, `document.querySelector("dialog").scrollWidth - document.querySelector("dialog").clientWidth`); over > 0 {
			b.Errorf("the workbench is %v pixels too wide", over)
		}

		// By keyboard: Escape closes it, and the focus is back where it was.
		b.do("close", chromedp.KeyEvent(kb.Escape))
		b.until(`!document.querySelector("dialog") && document.activeElement.id === "bench-run"`)
		b.do("open by Enter", chromedp.KeyEvent(kb.Enter))
		b.until(benchHas("bench-challenge", made))
	})
}

// What the learner's own flow sent can be laid on the workbench, from the lesson and
// from the inspector.
func TestWorkbenchTakesThisFlow(t *testing.T) {
	p := start(t, t.TempDir())
	b := openTab(t)
	b.open(p.lab + "/v03-pkce")
	b.press("button", "PKCE workbench")
	b.until(benchHas("bench-verifier", verifier))
	b.until(`[...document.querySelectorAll("dialog button")].some(e => e.innerText === "Take this flow's values" && e.ariaDisabled === "true")`)
	b.press("button", "Close")
	b.runTheFlow()

	b.do("choose the authorization request", clickOn(`[data-seq]`, "GET /authorize"))
	sent := `[...document.querySelectorAll(".param")].find(e => e.innerText.startsWith("code_challenge"))?.querySelector(".param-value").innerText`
	b.until(sent)
	ahead := evaluate[string](b, sent)
	b.do("open the workbench beside the challenge", chromedp.Click(chromedp.ID("bench-code_challenge")))
	b.until(benchHas("bench-challenge", ahead))
	b.says("They do not meet")
	b.press("button", "Take this flow's values")
	b.says("They meet")
	b.until(fmt.Sprintf(`document.querySelector(".bench-way dd:last-child").innerText === %q`, ahead))
	b.press("button", "Close")
	b.until(`document.activeElement.id === "bench-code_challenge"`)
}

// Nothing that is typed becomes part of the page, however long.
func TestWorkbenchShowsTextAsText(t *testing.T) {
	p := start(t, t.TempDir())
	b := openTab(t)
	b.open(p.lab + "/v03-pkce")
	b.press("button", "PKCE workbench")
	b.until(`document.querySelector("dialog")?.open`)
	b.do("paste", chromedp.Focus(chromedp.ID("bench-verifier")), chromedp.KeyEvent("a", chromedp.KeyModifiers(2)),
		chromedp.KeyEvent(`<img src=x onerror=alert(1)>ü`+strings.Repeat("x", 300)))
	b.says("Too long: 256 of at most 128 characters")
	if evaluate[bool](b, `document.querySelector('img[src="x"]') !== null`) {
		t.Error("what was typed became part of the page")
	}
}

// benchHas is true when the field of the workbench holds the text.
func benchHas(field, text string) string {
	return fmt.Sprintf("document.getElementById(%q)?.value === %q", field, text)
}
