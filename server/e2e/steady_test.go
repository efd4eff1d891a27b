package e2e

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
)

// What the page says of itself lies on it: nothing that stands under a finger or an eye
// moves because something was said.
func TestWhatIsSaidMovesNothing(t *testing.T) {
	p := start(t, t.TempDir())
	const places = `JSON.stringify([".lesson", ".protection [role=switch]", ".center"].map(s => {
		const e = document.querySelector(s), r = e.getBoundingClientRect();
		return r.top + (e.matches(".panel *") ? e.closest(".panel").scrollTop : 0);
	}))`
	for _, size := range [][2]int64{{1440, 900}, {1024, 768}, {390, 844}} {
		b := openTab(t)
		b.do("resize", chromedp.EmulateViewport(size[0], size[1]))
		b.open(p.lab + "/v03-pkce")
		b.atRest()
		if size[0] <= 1000 {
			b.turnTo("Switches")
		}
		before := evaluate[string](b, places)
		b.press("switch", "PKCE")
		b.says("PKCE is off in this lab")
		if after := evaluate[string](b, places); after != before {
			t.Errorf("%d wide, the alert moves the page: %s, then %s", size[0], before, after)
		}
	}
}

// The parts of the stage keep their size, whatever one of them shows.
func TestTheCodeSqueezesNothing(t *testing.T) {
	p := start(t, t.TempDir())
	for _, width := range []int64{1440, 1100} {
		b := openTab(t)
		b.do("resize", chromedp.EmulateViewport(width, 800))
		b.open(p.lab + "/v03-pkce")
		b.runTheFlow()
		const wide = `document.querySelector(".alice").getBoundingClientRect().width`
		before := evaluate[float64](b, wide)
		b.press("button", "Auth server: PKCE verifier passed.")
		b.until(`document.querySelector(".why-code") !== null`)
		if after := evaluate[float64](b, wide); after != before {
			t.Errorf("%d wide, Alice's browser is %v wide, and beside the code %v", width, before, after)
		}
		if shown := evaluate[bool](b, `document.querySelector(".alice-view").getBoundingClientRect().height > 100`); !shown {
			t.Errorf("%d wide, Alice's browser is not to be seen beside the code", width)
		}
	}
}

// A message can be copied as it was on the wire, and makes way for the next flow.
func TestARawMessageIsCopiedAndMakesWay(t *testing.T) {
	p := start(t, t.TempDir())
	b := openTab(t)
	b.open(p.lab + "/v03-pkce")
	b.before(`navigator.clipboard.writeText = text => { globalThis.copied = text; return Promise.resolve(); }`)
	b.do("reload", chromedp.Reload())
	b.runTheFlow()
	b.do("choose a message", clickOn(".arrow", "POST /token"))
	b.press("tab", "Raw")
	b.press("button", "Copy the message")
	b.until(`globalThis.copied?.startsWith("POST http") && globalThis.copied.includes("grant_type=authorization_code")`)
	b.says("Copied.")
	b.press("button", "Run the flow")
	b.says("Choose a message in the diagram")
}

// A tour has no column that shows and goes: it begins as it goes on.
func TestATourBeginsAsItGoesOn(t *testing.T) {
	p := start(t, t.TempDir())
	b := openTab(t)
	b.before(`addEventListener("DOMContentLoaded", () => {
		const look = () => [document.querySelector(".panel").getClientRects().length, document.querySelector(".lesson-title").getBoundingClientRect().top];
		requestAnimationFrame(() => { globalThis.atFirst = look(); });
		globalThis.look = look;
	})`)
	b.open(p.lab + "/v03-pkce?tour=1")
	b.says("Start here: run the flow")
	first, then := evaluate[[]float64](b, `atFirst`), evaluate[[]float64](b, `look()`)
	if first[0] != 0 || then[0] != 0 || first[1] != then[1] {
		t.Errorf("the column and the title's top are %v at first, and then %v", first, then)
	}
}

// The books are searched by words.
func TestTheBooksAreSearched(t *testing.T) {
	p := start(t, t.TempDir())
	b := openTab(t)
	const found = `[...document.querySelectorAll(".entry:not([hidden])")]`
	b.open(p.lab + "/glossary")
	all := evaluate[int](b, found+`.length`)
	b.do("search", chromedp.SendKeys(chromedp.CSS("#search"), "challenge hash"))
	b.until(`document.querySelector(".book-found").innerText.includes(" of ")`)
	some := evaluate[int](b, found+`.length`)
	if some == 0 || some > all/2 || !evaluate[bool](b, found+`.every(e => /challenge/i.test(e.innerText) && /hash/i.test(e.innerText))`) {
		t.Errorf("%d of %d entries speak of both words", some, all)
	}
	b.do("go to another entry", chromedp.Navigate(p.lab+"/glossary#state"))
	b.until(found + `.length === ` + fmt.Sprint(all))

	b.open(p.lab + "/troubleshooting")
	b.do("search", chromedp.SendKeys(chromedp.CSS("#search"), "no such words anywhere"))
	b.says("Nothing has all of these words.")
}
