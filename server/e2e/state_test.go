package e2e

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// isOpen is true when the state of the parties is there, with what they hold.
const isOpen = `document.querySelector(".drawer .sheet") !== null`

// marked are the first cells of the rows that are new or changed.
const marked = `[...document.querySelectorAll(".sheet tr:is(.is-new, .is-changed) td:first-child")].map(e => e.innerText.trim())`

// The state of the parties lies over the lower half of the stage: it opens from the lesson,
// by a button and by a key, takes the focus, and gives it back.
func TestTheStateOpensAndCloses(t *testing.T) {
	p := start(t, t.TempDir())
	b := openTab(t)
	b.open(p.lab + "/v03-pkce")
	b.atRest()
	within := func(what string) {
		t.Helper()
		b.until(isOpen + ` && document.activeElement.id === "drawer-view"`)
		b.until(`(([state, center]) => state.left === center.left && state.right === center.right && state.bottom === center.bottom && state.height < center.height * .6)(
			[".drawer", ".center"].map(e => document.querySelector(e).getBoundingClientRect()))`)
		if !evaluate[bool](b, `getComputedStyle(document.querySelector(".below")).visibility === "hidden"`) {
			t.Errorf("%s: what lies below can be reached", what)
		}
	}
	closed := func(focus string) {
		t.Helper()
		b.until(`document.querySelector(".drawer") === null && document.activeElement.matches('` + focus + `')`)
	}
	b.press("button", "Mend it, and let her try again")
	b.press("link", "State of the parties")
	within("from the lesson")
	b.shoot("from-the-lesson")
	b.do("close it", chromedp.KeyEvent(kb.Escape))
	closed(`.lesson a[href="/glossary#state-of-the-parties"]`)

	b.press("button", "State of the parties")
	within("by the button")
	b.press("button", "Close")
	closed("[data-drawer=state]")

	b.do("press t", chromedp.KeyEvent("t"))
	within("by the key")
	b.do("press t", chromedp.KeyEvent("t"))
	closed("[data-drawer=state]")

	// What it covers comes to the front when it is asked for.
	b.do("press t", chromedp.KeyEvent("t"))
	within("before a run")
	b.runTheFlow()
	b.do("press t", chromedp.KeyEvent("t"))
	within("before a message")
	evaluate[bool](b, `[...document.querySelectorAll(".rows button")].find(e => e.textContent.includes("POST /token")).click() === undefined`)
	b.until(`document.querySelector(".drawer") === null && document.querySelector(".inspector-title").innerText.includes("POST /token")`)
}

// A table has what a run brought, marked as everywhere, and what changed last; it follows
// what happens, and is JSON on demand.
func TestTheStateIsThatOfNow(t *testing.T) {
	p := start(t, t.TempDir())
	b := openTab(t)
	b.open(p.lab + "/v03-pkce")
	b.atRest()
	b.runTheFlow()
	b.do("press t", chromedp.KeyEvent("t"))
	b.until(isOpen)
	const code = `document.querySelector('.label .mark-code').dataset.trace`
	b.until(`document.querySelector('.sheet td:first-child [data-trace="' + ` + code + ` + '"]')`)
	if got := evaluate[[]string](b, marked); len(got) != 3 || !strings.HasSuffix(got[0], "new") {
		t.Errorf("after a run %q are marked", got)
	}
	b.pointsAt(`.sheet .mark-code`, `document.querySelectorAll(".rows .mark-code.is-pointed").length > 2`)
	b.shoot("after-a-run")

	// While it is open, Mallory comes by a code.
	b.press("tab", "Mallory's hands · 0")
	b.says("None now: codes, tokens and verifiers of others")
	b.press("button", "Run the attack: Intercepted code redeemed")
	b.has("tab", "Mallory's hands · 1")
	b.says("she has no verifier: worth nothing to her.")
	if got := evaluate[[]string](b, marked); len(got) != 1 || !strings.HasSuffix(got[0], "new") {
		t.Errorf("after the attack %q are marked", got)
	}
	b.shoot("mallory")
	b.press("switch", "PKCE")
	b.says("bound to a challenge that nobody checks")

	b.press("button", "as JSON")
	b.until(`JSON.parse(document.querySelector(".sheet-json")?.innerText ?? "[]")[0]?.whose === "alice"`)
	b.press("tab", "Auth server")
	b.until(`JSON.parse(document.querySelector(".sheet-json").innerText).codes?.length === 2`)
	b.press("button", "as JSON")
	b.until(`document.querySelector(".sheet-table")`)

	// A replay looks back, and this does not.
	b.do("press p", chromedp.KeyEvent("p"))
	b.says("As it is now, not at the step you look at.")
	b.do("go on", chromedp.KeyEvent("j"))
	b.until(`document.querySelector(".replay-count").innerText.startsWith("2 of ")`)
	b.until(isOpen)
	b.press("button", "Back to now")
	b.until(`!document.body.innerText.includes("As it is now")`)
}

// On a phone it is the whole column, and leads back to where it was opened.
func TestTheStateOnAPhone(t *testing.T) {
	p := start(t, t.TempDir())
	b := openTab(t)
	b.do("resize", chromedp.EmulateViewport(390, 844))
	b.open(p.lab + "/v03-pkce")
	b.atRest()
	b.press("button", "Mend it, and let her try again")
	b.press("link", "State of the parties")
	b.until(isOpen + ` && document.activeElement.id === "drawer-view"`)
	b.until(`(([state, center]) => state.height === center.height && state.width === center.width)([".drawer", ".center"].map(e => document.querySelector(e).getBoundingClientRect()))`)
	b.until(`document.querySelector(".drawer-view").scrollWidth <= document.querySelector(".drawer-view").clientWidth`)
	b.shoot("open")
	b.do("close it", chromedp.KeyEvent(kb.Escape))
	b.until(`document.querySelector(".drawer") === null && document.activeElement.matches('.lesson a[href="/glossary#state-of-the-parties"]')`)
	b.until(`document.activeElement.getClientRects().length > 0`)
}
