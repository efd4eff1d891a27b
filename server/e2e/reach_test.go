package e2e

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// What the page tells who does not see it: the diagram as a story, under headings, and
// what came of a press, in few words and once.
func TestTheDiagramIsHeardAsAStory(t *testing.T) {
	p := start(t, t.TempDir())
	b := openTab(t)
	b.open(p.lab + "/v03-pkce")
	b.has("button", "Run the flow")
	evaluate[bool](b, `(region => new MutationObserver(() => {
		const text = region.innerText.trim();
		if (text && text !== said.at(-1)) said.push(text);
	}).observe(region, {subtree: true, childList: true, characterData: true}) === undefined)(document.querySelector("#told"), globalThis.said = [])`)
	b.runTheFlow()
	b.press("switch", "PKCE")
	b.says("PKCE is off in this lab")
	b.press("button", "Run the attack: Intercepted code redeemed")
	b.until(`said.some(s => s.includes("Mallory holds Alice's token"))`)

	said := evaluate[[]string](b, `said`)
	if len(said) > 3 { // the code, the token, how the attack ended
		t.Errorf("a run and an attack are told in %d pieces: %q", len(said), said)
	}
	for _, want := range []string{"Alice signs in. The client has a token.", "Mallory holds Alice's token. No check stood in the way. PKCE would have."} {
		if !slices.ContainsFunc(said, func(s string) bool { return strings.HasPrefix(s, want) }) {
			t.Errorf("nothing says %q: %q", want, said)
		}
	}

	story := evaluate[[]string](b, `[...document.querySelectorAll(".rows button")].map(e => (e.ariaLabel || e.textContent).replace(/\s+/g, " ").trim())`)
	for _, want := range []string{
		`^Alice's browser to Auth server: GET /authorize ?.*code_challenge=`,
		`^Auth server to Alice's browser: 303 /callback ?.*code=`,
		`^Client to Auth server: POST /token ?code=.*code_verifier=`,
		`^Auth server: PKCE verifier passed\.$`,
		`^Proxy's log to Mallory: leaks the URL`,
		`^Auth server: PKCE verifier would refuse: the verifier does not match the challenge\.$`,
	} {
		if pattern := regexp.MustCompile(want); !slices.ContainsFunc(story, pattern.MatchString) {
			t.Errorf("no control of the diagram is called %s:\n%s", want, strings.Join(story, "\n"))
		}
	}
	for _, thing := range [][2]string{
		{"heading", "v03 PKCE and the token endpoint"}, {"heading", "Messages"}, {"heading", "Inspector"},
		{"list", "Alice signs in"}, {"list", "Intercepted code redeemed"}, {"link", "OAuth Lab"},
		{"region", "Messages"}, {"region", "Alice's browser"}, {"complementary", "Protections and attacks"},
		{"button", "Client to Alice's browser: open /authorize"}, {"button", "6 others passed"},
	} {
		b.has(thing[0], thing[1])
	}

	b.do("reload", chromedp.Reload())
	b.until(`document.querySelector(".card") !== null`)
	if told := evaluate[string](b, `document.querySelector("#told").innerText.trim()`); told != "" {
		t.Errorf("after a reload it tells what is past: %q", told)
	}
}

// Each control can be hit: 24 pixels square at least (WCAG 2.2, 2.5.8), but for links in
// a line of text.
func TestTargetsAreLargeEnough(t *testing.T) {
	const tooSmall = `[...document.querySelectorAll("button, summary, label.check, a.toc-link, a.cures")].filter(e =>
		e.offsetWidth > 0 && (e.offsetWidth < 24 || e.offsetHeight < 24)
	).map(e => e.className + " " + (e.ariaLabel || e.innerText))`
	onEachSize(t, func(b *tab, width int64) {
		b.runTheFlow()
		panes := []string{""}
		if width <= 1000 {
			panes = []string{"Lesson", "Stage", "Browser", "Switches"}
		}
		for _, pane := range panes {
			if pane != "" {
				b.turnTo(pane)
			}
			if small := evaluate[[]string](b, tooSmall); len(small) > 0 {
				b.Errorf("too small %s: %q", pane, small)
			}
		}
		if over := evaluate[int](b, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); over > 0 {
			b.Errorf("the page is %d pixels wider than the screen", over)
		}
	})
}

// turnTo shows a column of a narrow screen.
func (b *tab) turnTo(pane string) {
	b.Helper()
	b.press("button", pane)
	b.until(`document.querySelector(".panebar .is-here").innerText === "` + pane + `"`)
}

// Who goes by the keyboard keeps the place: a dialog gives the focus back, and what goes
// away hands it on.
func TestTheFocusIsNotLost(t *testing.T) {
	const nowhere = `document.activeElement === document.body`
	p := start(t, t.TempDir())
	b := openTab(t)
	b.open(p.lab + "/v03-pkce?off=nonsense")
	b.has("button", "Run the flow")

	b.do("choose Dismiss", chromedp.Focus(chromedp.CSS(`.notice button`)), chromedp.KeyEvent(kb.Enter))
	b.until(`document.querySelector(".notice") === null && !(` + nowhere + `)`)

	b.do("open the menu", chromedp.Focus(chromedp.CSS(`#more`)), chromedp.KeyEvent(kb.Enter))
	b.until(`document.activeElement.closest("#modal[open]") !== null`)
	b.do("close it", chromedp.KeyEvent(kb.Escape))
	b.until(`document.activeElement.id === "more"`)

	b.do("a phone", chromedp.EmulateViewport(390, 844))
	b.turnTo("Stage")
	b.do("go to the lesson", chromedp.Focus(chromedp.CSS(`.present button`)), chromedp.KeyEvent(kb.Enter))
	b.until(`document.activeElement.matches(".is-current .step-button") && document.querySelector(".shows-lesson") !== null`)
}
