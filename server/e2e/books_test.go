package e2e

import (
	"fmt"
	"regexp"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// A word of the lesson is read beside it: by mouse and by keyboard, on every screen,
// and the lesson is where it was.
func TestATermIsReadInPlace(t *testing.T) {
	p := start(t, t.TempDir())
	for name, size := range sizes {
		t.Run(name, func(t *testing.T) {
			b := openTab(t)
			b.do("resize", chromedp.EmulateViewport(size[0], size[1]))
			b.open(p.lab + "/v03-pkce")
			b.has("button", "Run the flow") // enabled once the program runs

			b.press("link", "PKCE")
			b.reads("PKCE", "Proof Key for Code Exchange")
			b.shoot("term")
			if !evaluate[bool](b, `(r => r.left >= 0 && r.top >= 0 && r.right <= innerWidth && r.bottom <= innerHeight)(`+peek+`.getBoundingClientRect())`) {
				t.Error("the definition is not all in sight")
			}
			b.has("link", "RFC 7636 §1")
			b.has("link", "In the glossary")
			b.press("link", "Code verifier") // see also
			b.reads("Code verifier", "A fresh secret that the client makes")
			b.do("press Escape", chromedp.KeyEvent(kb.Escape))
			b.isBackAt("/glossary#pkce")

			b.do("press Enter", chromedp.KeyEvent(kb.Enter))
			b.reads("PKCE", "Proof Key for Code Exchange")
			b.do("click beside it", chromedp.MouseClickXY(2, 2))
			b.isBackAt("/glossary#pkce")

			b.do("press Enter", chromedp.KeyEvent(kb.Enter))
			b.reads("PKCE", "Proof Key for Code Exchange")
			b.press("button", "Close")
			b.isBackAt("/glossary#pkce")

			if at := evaluate[string](b, `location.pathname + location.hash`); at != "/v03-pkce" {
				t.Errorf("the page is at %s", at)
			}
			b.says("Is the one who redeems the code the one who asked for it?")
		})
	}
}

// The same error code leads to the cure of what was wrong, from wherever it is shown.
func TestAnErrorLeadsToItsCure(t *testing.T) {
	p := start(t, t.TempDir())
	b := openTab(t)
	b.open(p.lab + "/v03-pkce")
	b.press("button", "Run the attack: Intercepted code redeemed")
	b.says("Stopped by PKCE")

	// The verdict that is shown, the answer in the diagram, and the check on the request.
	const wrong, why = "The verifier does not fit", "The verifier is of another login"
	b.cure(".why-verdict", wrong, why)
	b.shoot("verdict")
	b.do("choose the answer", clickOn(`[data-seq]`, "400"))
	b.cure(".decoded >", wrong, why)
	b.do("choose the request", clickOn(`[data-seq]`, "POST /token"))
	b.cure(".check-line", wrong, why)

	// The same code for another reason.
	b.open(p.lab + "/v03-pkce?off=pkce")
	b.says("PKCE is off in this lab")
	b.press("button", "Run the attack: A code found later")
	b.says("Stopped by Code expiry")
	b.cure(".why-verdict", "The code is too old", "More than 10 minutes")

	// What the client says, and what the lesson's feed tells.
	b.mend()
	b.press("button", "Step")
	b.press("button", "Drop code_challenge")
	b.press("button", "Drop code_challenge_method")
	b.press("button", "Send it")
	b.pressInFrame("#alice", "Sign in as Alice")
	b.says("invalid_request")
	b.cure(".notice", "The code_challenge is missing", "does not use PKCE")
	b.cure(".feed-line:last-child", "The code_challenge is missing", "does not use PKCE")
}

// Who follows a link without the program finds the entry on its page.
func TestTheServersOwnErrorPageLeadsToTheCure(t *testing.T) {
	p := start(t, t.TempDir())
	_, page := call(t, "GET", p.newLab(t).AuthorizationEndpoint+"?client_id=nobody", "", "")
	link := regexp.MustCompile(`<a href="([^"]+/troubleshooting[^"]+)"`).FindStringSubmatch(page)
	if link == nil {
		t.Fatalf("the error page leads nowhere:\n%s", page)
	}
	b := openTab(t)
	b.open(link[1])
	b.until(`document.querySelector(":target .entry-name")?.innerText === "The client is not registered"`)
	b.shoot("entry")
}

// peek is the entry that is read in place.
const peek = `document.querySelector("#peek[open]")`

// noPeek is true when it is closed, and drawn so.
const noPeek = `!document.querySelector("#peek")`

// reads waits until the entry of a book is open, and says so.
func (b *tab) reads(name, says string) {
	b.Helper()
	b.has("dialog", name)
	b.until(fmt.Sprintf(`%s?.innerText.includes(%q)`, peek, says))
}

// isBackAt waits until the entry is closed and the focus is on the link again.
func (b *tab) isBackAt(address string) {
	b.Helper()
	b.until(fmt.Sprintf(`%s && document.activeElement.getAttribute("href") === %q`, noPeek, address))
}

// cure follows the link of an error within what the CSS selector names, and reads.
func (b *tab) cure(within, name, says string) {
	b.Helper()
	b.do("follow the link in "+within, clickOn(within+" .cures", "Causes and cures"))
	b.reads(name, says)
	b.do("press Escape", chromedp.KeyEvent(kb.Escape))
	b.until(noPeek)
}
