package e2e

import (
	"testing"

	"github.com/chromedp/chromedp"
)

// spaced sets all text as wide as a reader may (WCAG 2.2, 1.4.12).
const spaced = `addEventListener("DOMContentLoaded", () => {
	const sheet = new CSSStyleSheet();
	sheet.replaceSync("* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important } p { margin-bottom: 2em !important }");
	document.adoptedStyleSheets = [sheet];
})`

// cut lists the text that cannot be read: cut off with nothing that says it whole, beyond
// the side of what scrolls up and down only, or over other text.
const cut = `(() => {
	const found = new Set(), seen = [], within = 1.5; // pixels
	const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	while (walker.nextNode()) {
		const node = walker.currentNode, holder = node.parentElement, says = node.data.trim().slice(0, 40);
		if (!says || holder.closest("noscript, script, .unseen, .book-skip") || !holder.checkVisibility({visibilityProperty: true})) continue;
		const range = document.createRange();
		range.selectNodeContents(node);
		let boxes = [...range.getClientRects()].map(({left, top, right, bottom}) => ({left, top, right, bottom}));
		let layer = null; // what lies over the rest, and over what is below it
		for (let e = holder; e; e = e.parentElement) {
			const style = getComputedStyle(e), edge = e.getBoundingClientRect();
			if (style.clipPath === "inset(50%)") boxes = []; // for who listens
			if (["sticky", "fixed"].includes(style.position)) layer ??= e;
			if (style.overflow === "visible" || style.display === "inline" || e === document.documentElement) continue;
			const beside = boxes.some(b => b.left < edge.left - within || b.right > edge.right + within);
			const below = boxes.some(b => b.top < edge.top - within || b.bottom > edge.bottom + within);
			if (style.overflowX === "hidden" && beside && !holder.closest("[title]") || style.overflowY === "hidden" && below)
				found.add("cut off by ." + e.className + ": " + says);
			boxes = boxes.map(b => ({left: Math.max(b.left, edge.left), top: Math.max(b.top, edge.top), right: Math.min(b.right, edge.right), bottom: Math.min(b.bottom, edge.bottom)}))
				.filter(b => b.right - b.left > 1 && b.bottom - b.top > 1);
		}
		if (boxes.some(b => b.right > innerWidth + within)) found.add("beyond the screen: " + says);
		for (const box of boxes) seen.push({...box, holder, layer, says});
	}
	seen.forEach((a, i) => seen.slice(i + 1).forEach(b => {
		const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left), high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
		if (a.holder !== b.holder && a.layer === b.layer && wide > 2 && high > .45 * Math.min(a.bottom - a.top, b.bottom - b.top))
			found.add("over each other: " + a.says + " / " + b.says);
	}));
	for (const e of document.querySelectorAll("html, .lesson-scroll, .diagram-scroll, .panel, .inspector-view, .modal"))
		if (e.scrollWidth > e.clientWidth + within) found.add("scrolls sideways: ." + e.className);
	return [...found];
})()`

// Text that a reader spaces wider or enlarges is not cut off by it, and does not run into
// its neighbour.
func TestTextThatIsSpacedWiderOrEnlargedCanBeRead(t *testing.T) {
	p := start(t, t.TempDir())
	for name, as := range map[string]struct {
		width, height int64
		script        string
	}{
		"spaced on a desktop": {1440, 900, spaced},
		"spaced on a phone":   {390, 844, spaced},
		"at 400 %":            {320, 256, ""}, // of 1280 by 1024
	} {
		t.Run(name, func(t *testing.T) {
			b := openTab(t)
			b.do("resize", chromedp.EmulateViewport(as.width, as.height))
			b.before(as.script)
			look := func(where string) {
				b.Helper()
				b.shoot(where)
				for _, text := range evaluate[[]string](b, cut) {
					b.Errorf("%s: %s", where, text)
				}
			}
			lookAround := func(where string) {
				b.Helper()
				if as.width > 1000 {
					look(where)
					return
				}
				for _, pane := range []string{"Lesson", "Stage", "Browser", "Switches"} {
					b.turnTo(pane)
					look(where + ", " + pane)
				}
			}

			b.open(p.lab + "/")
			look("landing page")
			b.open(p.lab + "/glossary")
			look("glossary")

			b.open(p.lab + "/v03-pkce")
			b.press("button", "Run the flow")
			b.saysInFrame("Sign in as Alice")
			if high := evaluate[int](b, `document.querySelector(".alice-view").offsetHeight`); high < 180 && as.width > 1000 || high < 300 && as.width <= 1000 {
				b.Errorf("Alice's browser is %d pixels high", high)
			}
			b.pressInFrame("#alice", "Sign in as Alice")
			b.done("run")
			lookAround("ran")
			b.press("switch", "PKCE")
			b.says("PKCE is off in this lab")
			b.press("button", "Run the attack: Intercepted code redeemed")
			b.until(`document.querySelector(".card.is-won") !== null && document.querySelector(".code-line.is-here") !== null`)
			lookAround("broken")

			b.open(p.lab + "/v02-state") // the client refuses there, and says why on its lane
			b.has("button", "Run the flow")
			if as.width <= 1000 {
				b.turnTo("Switches")
			}
			b.press("button", "Run the attack: Alice signed in as Mallory")
			b.until(`document.querySelector(".card.is-stopped") !== null`)
			lookAround("stopped")
		})
	}
}
