package e2e

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// sizes are the screens on which the tour must work.
var sizes = map[string][2]int64{"on a desktop": {1440, 900}, "on a phone": {390, 844}}

// The tour marks exactly one thing as next, and clicking nothing else leads from the
// landing page to a mended lab.
func TestTourFromTheLandingPageToMended(t *testing.T) {
	const most = 12 // clicks on a desktop; a phone also changes columns
	p := start(t, t.TempDir())
	for name, size := range sizes {
		t.Run(name, func(t *testing.T) {
			b := openTab(t)
			b.do("resize", chromedp.EmulateViewport(size[0], size[1]))
			b.open(p.lab + "/")
			b.press("link", "Break PKCE in one minute")
			b.until(`document.querySelector('[data-tour="next"]')`)
			clicks := 1
			for ; !evaluate[bool](b, mended); clicks++ {
				if clicks > 2*most {
					b.Fatalf("after %d clicks the tour has not come to its end:\n%s", clicks, b.text())
				}
				b.until(`document.querySelectorAll('[data-tour="next"]').length === 1 || ` + mended)
				b.shoot(fmt.Sprintf("click-%02d", clicks))
				b.pressNext()
			}
			t.Logf("%d clicks", clicks)
			if size[0] > 1000 && clicks > most {
				t.Errorf("the tour takes %d clicks, at most %d are meant", clicks, most)
			}
			// Its end has one way on.
			b.until(`[...document.querySelectorAll("button, a")].filter(e => e.checkVisibility() && e.innerText.startsWith("Next: ")).length === 1`)
			b.press("button", "Next: Five questions")
			b.until(`!document.querySelector(".tour-bar") && document.querySelector('[data-step="ask"] .step-button').ariaExpanded === "true"`)
			b.shoot("questions")
		})
	}
}

// onEachSize opens chapter v03 on each of the sizes.
func onEachSize(t *testing.T, do func(b *tab, width int64)) {
	p := start(t, t.TempDir())
	for name, size := range sizes {
		t.Run(name, func(t *testing.T) {
			b := openTab(t)
			b.do("resize", chromedp.EmulateViewport(size[0], size[1]))
			b.open(p.lab + "/v03-pkce")
			do(b, size[0])
		})
	}
}

// pressNext clicks what the tour marks. Where that is Alice's browser, it signs her in.
func (b *tab) pressNext() {
	b.Helper()
	const mark = `[data-tour="next"]`
	if evaluate[bool](b, `!document.querySelector('`+mark+`') || `+mended) {
		return // it ended meanwhile
	}
	label := evaluate[string](b, `document.querySelector('`+mark+`')?.dataset.tourLabel ?? ""`)
	if strings.Contains(label, "in her browser") {
		b.pressInFrame("#alice", "Sign in as Alice")
		b.until(gone(label))
		return
	}
	b.do("press what is next: "+label, retried(func(ctx context.Context, t *chromedp.Target) error {
		marked, err := nodeOf(ctx, t, `document.querySelector('`+mark+`')`, 1)
		if err != nil {
			return err
		}
		if err := click(ctx, t, marked.BackendNodeID); err != nil {
			return err
		}
		// A click while the page is being drawn may meet nothing; then press again.
		ctx, cancel := context.WithTimeout(ctx, stepTimeout/6)
		defer cancel()
		_, err = retried(func(ctx context.Context, t *chromedp.Target) error { return holds(ctx, t, gone(label)) })(ctx, t)
		return err
	}))
}

// gone is true when the tour marks something else than what has the label.
func gone(label string) string {
	return fmt.Sprintf(`(document.querySelector('[data-tour="next"]')?.dataset.tourLabel ?? "") !== %q || %s`, label, mended)
}

// mended is true when the last step of the lesson has ticked itself.
const mended = `document.querySelector('[data-step="mend"]')?.dataset.done === "true"`

func TestStepShowsTheRequestBeforeItIsSent(t *testing.T) {
	p := start(t, t.TempDir())
	b := openTab(t)
	b.open(p.lab + "/v03-pkce")

	// Dropped: the server requires a challenge.
	b.press("button", "Step")
	b.says("Next: the authorization request")
	b.press("button", "Drop code_challenge")
	b.press("button", "Drop code_challenge_method")
	b.shoot("dropped")
	b.press("button", "Send it")
	b.saysInFrame("The request has no code_challenge.") // who may hear it there, the sign-in decides
	b.pressInFrame("#alice", "Sign in as Alice")
	b.says("invalid_request")

	// Text from right to left turns nothing but itself: what follows stays behind it.
	b.forgive("400 (Bad Request)")
	b.press("button", "Step")
	b.says("Next: the authorization request")
	b.do("name no client", chromedp.SendKeys(chromedp.CSS(`input[aria-label="client_id"]`), "x"))
	evaluate[bool](b, `(e => { e.value = "\u202e" + e.value; return e.dispatchEvent(new Event("input", {bubbles: true})) })(document.querySelector('input[aria-label="state"]'))`)
	b.press("button", "Send it")
	b.saysInFrame("This client is not registered")
	b.until(`(([state, challenge]) => challenge && state.getBoundingClientRect().right <= challenge.getBoundingClientRect().left)(document.querySelectorAll(".address .mark"))`)

	// Edited: the client knows its own state.
	b.press("button", "Step")
	b.says("Next: the authorization request")
	b.do("edit the state", chromedp.SendKeys(chromedp.CSS(`input[aria-label="state"]`), "x"))
	b.press("button", "Send it")
	b.pressInFrame("#alice", "Sign in as Alice")
	b.says("not the one this browser sent")

	// Untouched: two requests, and the tokens.
	b.press("button", "Step")
	b.press("button", "Send it")
	b.pressInFrame("#alice", "Sign in as Alice")
	b.says("Next: the token request")
	b.shoot("token")
	b.press("button", "Send it")
	b.done("run")
}

func TestReloadInTheMiddleOfAFlow(t *testing.T) {
	p := start(t, t.TempDir())
	b := openTab(t)
	b.open(p.lab + "/v03-pkce")
	b.press("button", "Run the flow")
	const login = `[...document.querySelectorAll('[data-seq] button')].some(e => e.textContent.includes("GET /login"))`
	b.until(login)
	b.do("reload", chromedp.Reload())
	b.until(login)
	b.runTheFlow()
}

func TestTwoTabsShowOneLab(t *testing.T) {
	p := start(t, t.TempDir())
	first := openTab(t)
	first.open(p.lab + "/v03-pkce")
	first.says("Is the one who redeems")
	first.has("button", "Run the flow")
	second := openTabBeside(t, first)
	second.open(p.lab + "/v03-pkce")
	second.runTheFlow()
	second.press("switch", "PKCE")
	second.says("PKCE is off in this lab")
	first.toFront()
	first.done("run")
	first.says("PKCE is off in this lab")
}

// A lab is in one chapter, whatever tabs show it, and a step ticks for what was done in
// its own.
func TestTwoTabsInTwoChapters(t *testing.T) {
	p := start(t, t.TempDir())
	first := openTab(t)
	first.open(p.lab + "/v03-pkce")
	first.runTheFlow()
	first.done("run")
	second := openTabBeside(t, first)
	second.open(p.lab + "/v01-login-and-code")
	second.has("switch", "Exact redirect URI")
	second.says("Earlier, in v03")
	second.until(`!document.querySelector('[data-seq]') && document.querySelector('[data-step="run"]')?.dataset.done === "false"`)
	first.toFront()
	first.says("Another page took this lab to chapter v01")
	first.press("button", "Bring it back to v03")
	first.has("switch", "PKCE")
	first.done("run")
	second.toFront()
	second.says("Another page took this lab to chapter v03")
}

// To try in v02: the client of another tab has no copy of the state.
func TestACallbackInATabThatBeganNothing(t *testing.T) {
	p := start(t, t.TempDir())
	first := openTab(t)
	first.open(p.lab + "/v02-state")
	first.runTheFlow()
	first.done("run")
	callback := evaluate[string](first, `document.querySelector(".address").title`)
	second := openTabBeside(t, first)
	second.do("open the callback", chromedp.Navigate(callback))
	second.until(`location.pathname === "/v02-state"`)
	second.says("The client refused the answer")
}

// What was read is kept at once.
func TestWhatWasReadIsKept(t *testing.T) {
	p := start(t, t.TempDir())
	b := openTab(t)
	b.open(p.lab + "/v03-pkce?step=why")
	b.press("button", "I see")
	b.done("why")
	b.do("reload", chromedp.Reload())
	b.done("why")
}

// toFront makes the tab the one that is drawn.
func (b *tab) toFront() {
	b.Helper()
	if _, err := chromedp.Call(b.ctx, page.BringToFront, cdp.Empty{}); err != nil {
		b.Fatal(err)
	}
}

// A link opens what it says; what it cannot mean is said kindly, and nothing runs.
func TestLinks(t *testing.T) {
	p := start(t, t.TempDir())
	t.Run("with a protection off", func(t *testing.T) {
		b := openTab(t)
		b.open(p.lab + "/v03-pkce?off=pkce")
		b.says("PKCE is off in this lab")
	})
	for name, value := range map[string]string{
		"unknown":       "nonsense",
		"markup":        "<img src=x onerror=alert(1)>",
		"right to left": "\u202eetucexe",
		"long":          strings.Repeat("x", 10_000),
	} {
		for _, parameter := range []string{"off", "set", "step"} {
			t.Run(parameter+" "+name, func(t *testing.T) {
				b := openTab(t)
				b.open(p.lab + "/v03-pkce?" + url.Values{parameter: {value}}.Encode())
				b.until(`[...document.querySelectorAll('[role="status"]')].some(e => /link/i.test(e.innerText))`)
				if evaluate[bool](b, `document.querySelector('img[src="x"]') !== null`) {
					t.Error("what the link says became part of the page")
				}
				if strings.Contains(b.text(), strings.Repeat("x", 100)) {
					t.Error("the whole of a long link is repeated")
				}
				b.runTheFlow()
			})
		}
	}
}

// What an assistive technology finds of the main controls.
func TestRolesAndNames(t *testing.T) {
	p := start(t, t.TempDir())
	b := openTab(t)
	b.open(p.lab + "/v03-pkce")
	b.runTheFlow()
	for _, control := range [][2]string{
		{"heading", "Is the one who redeems the code the one who asked for it?"},
		{"button", "Run the flow"},
		{"button", "Step"},
		{"heading", "v03 PKCE and the token endpoint"},
		{"button", "v03 PKCE and the token endpoint"},
		{"searchbox", "Find a protection or an attack"},
		{"button", "v02 State 1 · on"},
		{"button", "v01 Login and code 4 · on"},
		{"switch", "PKCE"},
		{"switch", "Code single use"},
		{"switch", "Code expiry"},
		{"switch", "Code binding"},
		{"tab", "Raw"},
		{"tab", "Decoded"},
		{"tab", "As code"},
		{"tab", "Why"},
		{"button", "Auth server: PKCE verifier passed."},
		{"group", "The client's page"}, // it scrolls, and must be reached to be scrolled
	} {
		b.has(control[0], control[1])
	}
}

// Who presses "Show me" and nothing else, but for signing in as Alice, gets there too.
func TestShowMeDoesEachStep(t *testing.T) {
	p := start(t, t.TempDir())
	b := openTab(t)
	b.open(p.lab + "/v03-pkce")

	b.press("button", "Show me")
	b.pressInFrame("#alice", "Sign in as Alice")
	b.done("run")
	b.press("button", "Next: Guess, then break it")

	b.press("button", "Show me") // the guess
	b.until(`document.querySelector('.option-button[aria-checked="true"]') !== null`)
	b.press("button", "Show me") // the switch
	b.says("PKCE is off in this lab")
	b.press("button", "Show me") // the attack
	b.done("break")
	b.press("button", "Next: See why")

	b.press("button", "Show me")
	b.done("why")

	b.press("button", "Show me") // the switch
	b.until(`!document.body.innerText.includes("PKCE is off in this lab")`)
	b.press("button", "Show me") // the attack
	b.done("mend")
}

// A lab that the server lost begins anew, with the same switches, and says so.
func TestALostLabBeginsAnewWithItsSwitches(t *testing.T) {
	p := start(t, t.TempDir())
	b := openTab(t)
	b.open(p.lab + "/v03-pkce")
	b.press("switch", "PKCE")
	b.says("PKCE is off in this lab")
	p.kill()
	b.says("The connection to the lab is lost")
	startOn(t, t.TempDir(), p.origins) // on an empty folder
	b.says("This lab is gone")
	b.says("There is no lab to show")
	b.press("button", "Start again")
	b.says("This is a new lab, with the switches of the old one")
	b.says("PKCE is off in this lab")
	b.runTheFlow()
	b.forgive("WebSocket connection to")
	b.forgive("Failed to load resource")
}

// The text is there before the program is, and nothing moves when it takes over.
func TestNothingMovesWhenTheProgramTakesOver(t *testing.T) {
	const most = 0.02 // cumulative layout shift
	p := start(t, t.TempDir())
	for _, path := range []string{"/", "/v01-login-and-code", "/v03-pkce"} {
		b := openTab(t)
		b.open(p.lab + path)
		if path != "/" {
			b.has("button", "Run the flow") // enabled once the program runs
		}
		shift := evaluate[float64](b, `new Promise(done => {
			let sum = 0;
			new PerformanceObserver(list => {
				for (const e of list.getEntries()) if (!e.hadRecentInput) sum += e.value;
			}).observe({type: "layout-shift", buffered: true});
			requestAnimationFrame(() => requestAnimationFrame(() => done(sum)));
		})`)
		t.Logf("%s: cumulative layout shift %.4f", path, shift)
		if shift > most {
			t.Errorf("%s moves by %.4f, at most %.2f is meant", path, shift, most)
		}
	}
}
