package e2e

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// Where the learner exchanges the code by hand, the callback stops at it; the request is
// shown whole, and goes when the learner says so. Unticked, the callback does it again.
func TestExchangeByHand(t *testing.T) {
	onEachSize(t, func(b *tab, width int64) {
		b.byHand(width)
		b.signIn()
		b.says("The client has the code")
		b.shoot("waits")

		// The focus, which the frame had, is on the button: the keyboard goes on.
		b.until(`document.activeElement.id === "exchange"`)
		b.do("press Enter", chromedp.KeyEvent(kb.Enter))
		b.says("Next: the token request")
		b.until(`document.querySelector('dialog input[aria-label="code"]').value !== "" && document.querySelector('dialog input[aria-label="code_verifier"]').value.length === 43`)
		if evaluate[bool](b, isDone("run")) {
			b.Error("the code was exchanged before the learner said so")
		}
		b.shoot("request")
		b.until(`document.activeElement.id === "send-draft"`)
		b.do("send it by Enter", chromedp.KeyEvent(kb.Enter))
		b.done("run")
		b.says("The client has a token")

		// Again: the code is spent, and the focus is where it was.
		b.until(`document.activeElement.id === "exchange"`)
		b.press("button", "Exchange the same code again…")
		b.press("button", "Send it")
		b.says("The client gives up")
		b.says("invalid_grant")
		b.shoot("again")

		b.byHand(width)
		b.signIn()
		b.until(`document.querySelector(".client-title")?.innerText === "The client has a token" && !document.getElementById("exchange")`)
		b.forgive("400 (Bad Request)")
	})
}

// A wrong verifier spends nothing: the same code is good with the right one.
func TestExchangeWithAWrongVerifier(t *testing.T) {
	p := start(t, t.TempDir())
	b := openTab(t)
	b.open(p.lab + "/v03-pkce")
	b.byHand(1440)
	b.signIn()
	b.press("button", "Exchange the code…")
	b.do("edit the verifier", chromedp.SendKeys(chromedp.CSS(`input[aria-label="code_verifier"]`), "x"))
	b.press("button", "Send it")
	b.says("invalid_grant")
	b.press("button", "Exchange the same code again…")
	b.press("button", "Send it")
	b.done("run")
	b.forgive("400 (Bad Request)")
}

// The choice outlives the page, and a tour leads through the exchange.
func TestTourLeadsThroughTheExchange(t *testing.T) {
	p := start(t, t.TempDir())
	b := openTab(t)
	b.open(p.lab + "/v03-pkce")
	b.byHand(1440)
	b.open(p.lab + "/v03-pkce?tour=1")
	for _, label := range []string{"run the flow", "in her browser", "exchange the code"} {
		b.until(`document.querySelector('[data-tour="next"]')?.dataset.tourLabel.includes("` + label + `")`)
		b.pressNext()
	}
	b.press("button", "Send it")
	b.done("run")
}

// byHand ticks or unticks the choice, in the column of the switches.
func (b *tab) byHand(width int64) {
	b.Helper()
	b.has("button", "Run the flow") // the program runs
	if width <= 1000 {
		b.press("button", "Switches")
	}
	b.press("checkbox", "Exchange the code by hand")
}
