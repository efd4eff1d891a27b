package e2e

import (
	"context"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

// A value that is pointed at is marked wherever it travels, and nothing else is.
func TestAValueIsFollowedThroughTheFlow(t *testing.T) {
	p := start(t, t.TempDir())
	b := openTab(t)
	b.open(p.lab + "/v03-pkce")
	b.runTheFlow()

	const inDiagram = `document.querySelectorAll(".diagram .mark`
	b.pointsAt(`.address .mark-state`,
		inDiagram+`-state.is-pointed").length >= 4 && `+inDiagram+`.is-pointed:not(.mark-state)").length === 0`)
	b.shoot("state")
	b.pointsAt(`.row-self .mark-pkce`,
		`[...`+inDiagram+`.is-pointed .mark-name")].some(n => n.textContent === "code_challenge=") && !document.querySelector(".mark-state.is-pointed")`)
	b.pointsAt(`.lesson [data-trace=pkce]`, inDiagram+`-pkce.is-pointed").length >= 3`)
	b.do("choose the token request", clickOn(`[data-seq]`, "POST /token"))
	b.press("tab", "Raw")
	b.pointsAt(`.raw-text .mark-code`, `document.querySelector(".address .mark-code.is-pointed")`)
}

// What is chosen is read from its top, however far down the one before was read.
func TestTheInspectorBeginsAtTheTop(t *testing.T) {
	const view = `document.querySelector("#inspected")`
	p := start(t, t.TempDir())
	b := openTab(t)
	b.open(p.lab + "/v03-pkce")
	b.runTheFlow()
	b.do("choose the token request", clickOn(`[data-seq]`, "POST /token"))
	readDown := func(says string) { // and stays there: what was asked for before is done
		const down = `(` + view + `.scrollTop > 0 || (` + view + `.scrollTop = 100) < 0)`
		b.until(view + `.innerText.includes("` + says + `") && ` + down)
		b.do("wait for two drawings", chromedp.Evaluate[chromedp.Void](redrawn, chromedp.EvalAwaitPromise))
		b.until(down)
	}
	atTop := func(says string) {
		b.until(view + `.innerText.includes("` + says + `") && ` + view + `.scrollTop === 0`)
	}
	readDown("code_verifier")
	b.do("choose the authorization request", clickOn(`[data-seq]`, "GET /authorize"))
	atTop("code_challenge")
	readDown("code_challenge")
	b.press("tab", "Raw")
	atTop("GET ")
}

// A flow is replayed a message at a time, forwards and backwards, and the present
// comes back.
func TestAFlowIsReplayed(t *testing.T) {
	p := start(t, t.TempDir())
	b := openTab(t)
	b.open(p.lab + "/v03-pkce")
	b.runTheFlow()
	rows := func(n string) { b.until(`document.querySelectorAll(".rows > .row").length === ` + n) }

	all := evaluate[string](b, `String(document.querySelectorAll(".rows > .row").length)`)
	b.press("button", "Replay: Alice signs in")
	rows("1")
	b.press("button", "One message on")
	b.press("button", "One message on")
	rows("3")
	b.says("You are looking back")
	b.do("step by the key", chromedp.KeyEvent("j"))
	rows("4")
	b.says("GET /authorize")
	b.shoot("looking-back")
	b.press("button", "One message back")
	rows("3")
	b.press("button", "To the end")
	rows(all)
	b.press("button", "To the start")
	rows("1")
	b.press("button", "Back to now")
	rows(all)
	b.until(`document.querySelector("[aria-label=Replay]") === null`)
}

// The newest message is in sight while the learner has not scrolled away from it, and
// where they have, what they read stays in its place.
func TestTheNewestMessageStaysInSight(t *testing.T) {
	const scroller = `document.querySelector(".diagram-scroll")`
	onEachSize(t, func(b *tab, width int64) {
		evaluate[bool](b, `document.addEventListener("scroll", e => {
			if (e.target.matches?.(".diagram-scroll")) globalThis.highest = Math.min(globalThis.highest ?? 0, e.target.scrollTop);
		}, {capture: true, passive: true}) ?? true`)
		b.runTheFlow()
		if highest := evaluate[float64](b, redrawn+`.then(() => globalThis.highest ?? 0)`); highest < -2 {
			b.Errorf("the diagram went %v pixels away from its end by itself", highest)
		}
		if width <= 1000 {
			return // the switches are in another column there
		}
		const place = redrawn + `.then(() => Math.round(document.querySelector(".rows > .row").getBoundingClientRect().top))`
		b.until(scroller + `.matches(".is-away") || (` + scroller + `.scrollTop = -200) > 0`)
		before := evaluate[int](b, place)
		b.press("switch", "PKCE")
		b.has("button", "newest ↓")
		if after := evaluate[int](b, place); after != before {
			b.Errorf("the first message moved from %d to %d pixels from the top", before, after)
		}
		b.press("button", "newest ↓")
		b.until(`!document.querySelector(".newest") && ` + scroller + `.scrollTop > -2`)
	})
}

// pointsAt moves the pointer to the first element of the CSS selector until the JavaScript
// expression is true: where the focus is just handed on, that takes the place of the pointer.
func (b *tab) pointsAt(selector, expression string) {
	b.Helper()
	b.do("point at "+selector+" and wait for "+expression, retried(func(ctx context.Context, t *chromedp.Target) error {
		at, err := chromedp.Evaluate[[2]float64](`(e => {
			e.scrollIntoView({block: "center"});
			const line = e.getClientRects()[0];
			return [line.x + line.width / 2, line.y + line.height / 2];
		})(document.querySelector("`+selector+`"))`)(ctx, t)
		if err != nil {
			return err
		}
		for _, to := range [][2]float64{{1, 1}, at} { // from elsewhere, or it would not come anew
			if _, err := cdp.Call(ctx, t, input.DispatchMouseEvent, input.DispatchMouseEventParams{
				Type: input.DispatchMouseEventTypeMouseMoved, X: to[0], Y: to[1],
			}); err != nil {
				return err
			}
		}
		if _, err := chromedp.Evaluate[chromedp.Void](redrawn, chromedp.EvalAwaitPromise)(ctx, t); err != nil {
			return err
		}
		return holds(ctx, t, expression)
	}))
}
