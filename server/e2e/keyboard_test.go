package e2e

import (
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// From the top of the page to the sign-in form it takes eight keys at most: the focus
// follows into the frame, and Alice has a key of her own.
func TestTheSignInIsNearByTheKeyboard(t *testing.T) {
	p := start(t, t.TempDir())
	b := openTab(t)
	b.open(p.lab + "/v03-pkce")
	b.has("button", "Run the flow")
	pressed := 0
	press := func(what, key string) {
		b.do(what, chromedp.KeyEvent(key))
		if pressed++; pressed > 8 {
			b.Fatalf("after %d keys the focus is on %s", pressed, evaluate[string](b, `document.activeElement.outerHTML`))
		}
	}
	const isRun = `document.activeElement.innerText === "Run the flow"`
	for !evaluate[bool](b, isRun) {
		press("go on", kb.Tab)
	}
	press("run it", kb.Enter)
	b.until(`document.activeElement.matches("iframe.alice-frame")`)
	t.Logf("the frame has the focus after %d keys", pressed)

	b.until(`document.querySelector(".rows:not(.ghost)").innerText.includes("200 login page")`)
	b.do("Alice's key", chromedp.KeyEvent("a", chromedp.KeyModifiers(chromedp.ModifierAlt), func(p *input.DispatchKeyEventParams) { p.UnmodifiedText = "a" }))
	b.done("run")
}

// The first stop of the Tab key leads past what stands on every page.
func TestALinkLeadsPastTheTop(t *testing.T) {
	p := start(t, t.TempDir())
	b := openTab(t)
	b.open(p.lab + "/v03-pkce")
	b.has("button", "Run the flow")
	b.do("the first stop", chromedp.KeyEvent(kb.Tab))
	b.until(`document.activeElement.innerText === "Skip to the chapter" && document.activeElement.getBoundingClientRect().top >= 0`)
	b.do("take it", chromedp.KeyEvent(kb.Enter))
	b.until(`document.activeElement.matches("main")`)
	b.do("go on", chromedp.KeyEvent(kb.Tab))
	b.until(`document.activeElement.closest(".lesson") !== null`)
}

// A group is one stop: arrows move in it, and what is looked at in the diagram shows.
func TestGroupsAreOneStop(t *testing.T) {
	p := start(t, t.TempDir())
	b := openTab(t)
	b.open(p.lab + "/v03-pkce")
	b.runTheFlow()
	for _, group := range []string{".bands", ".protections", ".attacks"} {
		b.until(`[...document.querySelectorAll("` + group + `")].every(g =>
			[...g.querySelectorAll("a[href], button")].filter(e => e.tabIndex >= 0 && e.getClientRects().length > 0).length === 1)`)
	}
	b.do("into the diagram", chromedp.Focus(chromedp.CSS(`.bands [tabindex="0"]`)))
	b.do("to the first message", chromedp.KeyEvent(kb.ArrowDown))
	b.until(`document.activeElement.matches(".is-selected .self") && document.querySelector(".tabpanel, #inspected").innerText.includes("verifier")`)
	for range 3 {
		b.do("down", chromedp.KeyEvent(kb.ArrowDown))
	}
	b.do("to its verdicts", chromedp.KeyEvent(kb.ArrowRight))
	b.until(`document.activeElement.matches(".pill")`)
	b.do("to the end", chromedp.KeyEvent(kb.End))
	b.until(`document.activeElement.closest(".row") === [...document.querySelectorAll(".rows .row")].at(-1)`)
	b.do("out of it", chromedp.KeyEvent(kb.Tab))
	b.until(`document.activeElement.closest(".bands") === null`)
	b.do("back into it", chromedp.KeyEvent(kb.Tab, chromedp.KeyModifiers(chromedp.ModifierShift)))
	b.until(`document.activeElement.closest(".row") === [...document.querySelectorAll(".rows .row")].at(-1)`)

	b.do("to the switches", chromedp.Focus(chromedp.CSS(`.protections [tabindex="0"]`)))
	b.until(`document.activeElement.matches("[role=switch]")`)
}

// Choices and tabs are rings: one stop, at what is chosen, and any arrow goes on. A tab shows
// at once what it comes to, a choice waits to be pressed.
func TestChoicesAndTabsAreRings(t *testing.T) {
	p := start(t, t.TempDir())
	b := openTab(t)
	b.open(p.lab + "/v03-pkce")
	b.runTheFlow()
	b.press("button", "Next: Guess, then break it")
	b.until(`document.activeElement.id === "lesson-break"`) // the step takes the focus
	const stops = `[...document.querySelectorAll("[role=radiogroup]:not([data-stop] *), [role=tablist]")].filter(g => g.getClientRects().length > 0)
		.map(g => [...g.querySelectorAll("button")].filter(e => e.tabIndex === 0).map(e => e.innerText.trim()))`
	b.until(`(s => s.length >= 2 && s.every(g => g.length === 1))(` + stops + `)`)

	b.do("to the tabs", chromedp.Focus(chromedp.CSS(`#tab-decoded`)))
	for _, step := range [][2]string{{kb.ArrowRight, "code"}, {kb.End, "why"}, {kb.ArrowRight, "raw"}, {kb.ArrowLeft, "why"}, {kb.Home, "raw"}, {kb.ArrowDown, "decoded"}} {
		b.do("on", chromedp.KeyEvent(step[0]))
		b.until(`document.activeElement.id === "tab-` + step[1] + `" && document.activeElement.ariaSelected === "true" && document.activeElement.tabIndex === 0`)
	}

	const radios = `[...document.querySelectorAll(".prediction [role=radio]")]`
	b.do("to the choices", chromedp.Focus(chromedp.CSS(`.prediction [role=radio]`)))
	b.do("around", chromedp.KeyEvent(kb.ArrowUp))
	b.until(`document.activeElement === ` + radios + `.at(-1) && ` + radios + `.every(r => r.ariaChecked === "false")`)
	b.do("away", chromedp.Focus(chromedp.CSS(`#tab-decoded`)))
	b.until(radios + `.findIndex(r => r.tabIndex === 0) === 0`)
	b.press("radio", "Nothing: a code works only once")
	b.do("away again", chromedp.Focus(chromedp.CSS(`#tab-decoded`)))
	b.until(radios + `.filter(r => r.tabIndex === 0).map(r => r.ariaChecked).join() === "true"`)
}
