package e2e

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// Where the chapter's client is the web app, the flow is run there: Alice comes to the sign-in
// page at once, nothing of it is held, and what was told of her can be compared.
func TestTheFlowOfTheWebApp(t *testing.T) {
	p := start(t, t.TempDir())
	onBothSizes(t, func(b *tab) {
		b.open(p.lab + "/v07-openid-connect")
		b.atRest()
		b.until(`document.querySelector(".ghost")?.innerText.includes("GET /start")`)
		b.until(`document.querySelector("#step").ariaDisabled === "true" && document.querySelector("#step").title.includes("cannot be held")`)
		b.do("press its key", chromedp.KeyEvent("s"))
		b.says("they cannot be held here")

		b.runTheFlow()
		b.until(`document.querySelectorAll(".band").length === 1`)
		b.until(`document.querySelector(".address")?.title.endsWith("/") && document.querySelector(".alice-caption").innerText.includes("The web app")`)

		b.press("button", "More")
		b.press("button", "Who knows what")
		b.says("The latest login: Alice at the web app.")
		if over := evaluate[float64](b, `document.querySelector("dialog").scrollWidth - document.querySelector("dialog").clientWidth`); over > 0 {
			b.Errorf("it is %v pixels too wide", over)
		}
		b.until(`[...document.querySelectorAll(".knows-table tbody tr")].find(r => r.innerText.includes("email_verified"))?.innerText.includes("true")`)
		b.shoot("who-knows-what")
		b.do("close", chromedp.KeyEvent(kb.Escape))
		b.until(`!document.querySelector("dialog") && document.activeElement.id === "more"`)
	})
}

// An attack that needs something has it set by one press, and the focus is on the attack then.
func TestWhatAnAttackNeedsIsSetByAPress(t *testing.T) {
	p := start(t, t.TempDir())
	b := openTab(t)
	b.open(p.lab + "/v07-openid-connect")
	b.atRest()
	b.press("button", "Set that up: An ID token for another client")
	b.until(`document.activeElement.id === "attack-id-token-wrong-aud"`)
	b.says("Needs: Faultless server: fault in the ID token wrong-aud (set).")
	b.until(`document.querySelector('select[aria-label="Faultless server: fault in the ID token"]')?.value === "wrong-aud"`)
	b.choose("Faultless server: fault in the ID token", "none")
	b.has("button", "Set that up: An ID token for another client")
}

// choose chooses a value of a habit or a setting, among buttons or in a list, and waits until
// it is so.
func (b *tab) choose(name, value string) {
	b.Helper()
	list := fmt.Sprintf(`document.querySelector('select[aria-label=%q]')`, name)
	if !evaluate[bool](b, list+` !== null`) {
		b.pressNth(fmt.Sprintf(`[role=radiogroup][aria-label=%q] [role=radio]`, name), value, 0)
		b.until(fmt.Sprintf(`[...document.querySelectorAll('[role=radiogroup][aria-label=%q] [role=radio]')].some(e => e.innerText === %q && e.ariaChecked === "true")`, name, value))
		return
	}
	b.until(list + `.ariaDisabled !== "true"`)
	evaluate[bool](b, fmt.Sprintf(`(l => { l.value = %q; return l.dispatchEvent(new Event("change", {bubbles: true})) })(%s)`, value, list))
	b.until(fmt.Sprintf(`(%s?.value ?? %q) === %q`, list, value, value)) // parts that are safe may fold
}
