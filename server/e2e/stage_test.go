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

	b.do("point at the state in the address bar", pointAt(`.address .mark-state`))
	b.until(`document.querySelectorAll(".diagram .mark-state.is-pointed").length >= 4`)
	b.until(`document.querySelectorAll(".diagram .mark.is-pointed:not(.mark-state)").length === 0`)
	b.shoot("state")
	b.do("point at the verifier", pointAt(`.row-self .mark-pkce`))
	b.until(`[...document.querySelectorAll(".diagram .mark.is-pointed .mark-name")].map(n => n.textContent).includes("code_challenge=")`)
	b.until(`document.querySelectorAll(".mark-state.is-pointed").length === 0`)
	b.do("point at the word for it", pointAt(`.lesson [data-trace=pkce]`))
	b.until(`document.querySelectorAll(".diagram .mark-pkce.is-pointed").length >= 3`)
	b.do("choose the token request", clickOn(`[data-seq]`, "POST /token"))
	b.press("tab", "Raw")
	b.do("point at the code on the wire", pointAt(`.raw-text .mark-code`))
	b.until(`document.querySelector(".address .mark-code.is-pointed") !== null`)
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
		evaluate[float64](b, scroller+`.scrollTop = -200`)
		b.until(scroller + `.matches(".is-away")`)
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

// pointAt moves the pointer to the middle of the first line of the first element of the
// CSS selector.
func pointAt(selector string) chromedp.Action[chromedp.Void] {
	return retried(func(ctx context.Context, t *chromedp.Target) error {
		at, err := chromedp.Evaluate[[2]float64](`(e => {
			e.scrollIntoView({block: "center"});
			const line = e.getClientRects()[0];
			return [line.x + line.width / 2, line.y + line.height / 2];
		})(document.querySelector("`+selector+`"))`)(ctx, t)
		if err != nil {
			return err
		}
		_, err = cdp.Call(ctx, t, input.DispatchMouseEvent, input.DispatchMouseEventParams{
			Type: input.DispatchMouseEventTypeMouseMoved, X: at[0], Y: at[1],
		})
		return err
	})
}
