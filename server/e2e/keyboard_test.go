package e2e

import (
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"oauthlab/app/ui/session"
	"oauthlab/server/asset"
	"oauthlab/server/site"
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

// keyEffect is what a key of the table does on the page of v03, after a run, in the step that
// breaks it.
type keyEffect struct {
	shows string       // in JavaScript; not so before
	ready func(b *tab) // what it takes; nil for nothing
	leave func(b *tab) // brings the page back; nil for Escape
}

func keyEffects() map[string]keyEffect {
	escape := func(b *tab) { b.do("leave", chromedp.KeyEvent(kb.Escape)) }
	key := func(name string) func(b *tab) { return func(b *tab) { b.do(name, chromedp.KeyEvent(name)) } }
	stay := func(*tab) {}
	chosen := func(at string) string { return `document.querySelector("[data-seq].is-selected") === ` + at }
	turned := func(name string) keyEffect {
		return keyEffect{shows: `document.querySelector("#tab-` + name + `").ariaSelected === "true"`, leave: stay}
	}
	const (
		messages = `[...document.querySelectorAll(".rows [data-seq]")]`
		pkce     = `document.querySelector("[role=switch][aria-label=PKCE]").ariaChecked`
	)
	return map[string]keyEffect{
		"r": {
			shows: `document.querySelector("iframe#alice.alice-frame") !== null`,
			leave: func(b *tab) { b.pressInFrame("#alice", "Sign in as Alice"); b.atRest() },
		},
		"s": {shows: `document.querySelector("dialog[open] #send-draft") !== null`, leave: func(b *tab) { escape(b); b.atRest() }},
		"a": {
			shows: `[...document.querySelectorAll(".rows")].some(r => r.closest(".band").innerText.includes("Intercepted code redeemed"))`,
			leave: (*tab).atRest,
		},
		"m":         {shows: pkce + ` === "true"`, leave: (*tab).atRest},
		"j":         {shows: chosen(messages + `.at(-1)`)},
		"k":         {shows: chosen(messages + `.at(-1)`)}, // from nothing to the last, too
		"ArrowDown": {shows: chosen(messages + `.at(-1)`)}, "ArrowUp": {shows: chosen(messages + `.at(-1)`)},
		"2": turned("decoded"), "3": turned("code"), "4": turned("why"),
		"1": {shows: turned("raw").shows, ready: key("2"), leave: stay},
		"p": {shows: `document.querySelector(".replay") !== null`},
		"t": {shows: `document.querySelector(".drawer[aria-label='State of the parties'] .sheet") !== null`},
		"o": {shows: `document.querySelector(".drawer[aria-label='Use your own client'] .sheet") !== null`},
		"?": {shows: `document.querySelector("dialog[open]")?.innerText.includes("Single-key shortcuts") === true`},
		"Escape": {shows: `document.querySelector("[data-seq].is-selected") === null`, ready: func(b *tab) {
			b.do("choose a message", chromedp.KeyEvent(kb.ArrowDown))
			b.until(`document.querySelector("[data-seq].is-selected") !== null`)
		}, leave: stay},
	}
}

// keyEvent is a press of the key, which the browser names so.
func keyEvent(name string) chromedp.Action[chromedp.Void] {
	for long, sign := range map[string]string{"ArrowDown": kb.ArrowDown, "ArrowUp": kb.ArrowUp, "Escape": kb.Escape} {
		if name == long {
			return chromedp.KeyEvent(sign)
		}
	}
	return chromedp.KeyEvent(name)
}

// Keys of one character can be switched off (WCAG 2.2, 2.1.4): in the menu, once, for each
// page and each tab of the browser, and nothing names them then. On again, each does what the
// table says. The books and the landing page have none of their own.
func TestSingleKeysCanBeSwitchedOff(t *testing.T) {
	p := start(t, t.TempDir())
	b := openTab(t)
	b.open(p.lab + "/v03-pkce?off=pkce")
	b.runTheFlow()
	b.press("button", "Next: Guess, then break it")
	b.press("radio", "Redeem it for a token to Alice's account")
	b.atRest()
	other := openTabBeside(t, b)
	other.open(p.lab + "/v03-pkce")
	other.atRest()
	more := func(b *tab, item string) {
		b.do("open the menu", chromedp.Focus(chromedp.CSS(`#more`)), chromedp.KeyEvent(kb.Enter))
		b.press("button", item)
	}
	away := func(b *tab) { evaluate[bool](b, `document.activeElement.blur() === undefined`) }
	effects := keyEffects()
	var single, shown []string
	for _, row := range session.Keys() {
		for _, name := range row.Names {
			if _, known := effects[name]; !known {
				t.Fatalf("nobody says what the key %q does", name)
			}
			if len(name) == 1 {
				single = append(single, name)
				shown = append(shown, "("+effects[name].shows+")")
			}
		}
	}
	pressAll := func(b *tab) {
		for _, name := range single {
			b.do("press "+name, keyEvent(name))
		}
	}

	more(b, "Switch single-key shortcuts off")
	b.until(`document.querySelector("dialog[open]") === null`)
	l := b.labOf(p)
	events := func() string {
		_, log := call(t, http.MethodGet, p.path(l, "/events?after=0"), l.Key, "")
		return log
	}
	before := events()
	for name, b := range map[string]*tab{"this tab": b, "another tab": other} {
		away(b)
		was := evaluate[string](b, `[`+strings.Join(shown, ",")+`].join()`)
		pressAll(b)
		b.do("press a key that stays", chromedp.KeyEvent(kb.ArrowDown)) // which comes after the others
		b.until(effects["ArrowDown"].shows)
		b.do("and another", chromedp.KeyEvent(kb.Escape))
		b.until(effects["Escape"].shows)
		if is := evaluate[string](b, `[`+strings.Join(shown, ",")+`].join()`); is != was {
			t.Errorf("%s: a key of %q did something: %s, was %s", name, single, is, was)
		}
	}
	if after := events(); after != before {
		t.Errorf("the log went on:\n%s", strings.TrimPrefix(after, before))
	}
	b.do("open the menu", chromedp.Focus(chromedp.CSS(`#more`)), chromedp.KeyEvent(kb.Enter))
	b.has("button", "Switch single-key shortcuts on")
	b.shoot("menu")
	if text := b.text(); strings.Contains(text, "The key ?") {
		t.Error("the menu names a key that is off")
	}
	b.press("button", "Keys")
	b.until(`[...document.querySelectorAll(".key-row")].every(r => (r.children[0].innerText.match(/^\S( \S)*$/) && !/[↓↑]/.test(r.innerText)) === r.children[1].innerText.startsWith("Off: "))`)
	b.shoot("off")
	b.do("close it", chromedp.KeyEvent(kb.Escape))

	b.do("reload", chromedp.Reload())
	b.atRest()
	b.do("press ? and then a key that stays", chromedp.KeyEvent("?"), chromedp.KeyEvent(kb.ArrowDown))
	b.until(effects["ArrowDown"].shows)
	if evaluate[bool](b, effects["?"].shows) {
		t.Error("after a reload the key ? is on")
	}

	pages, err := site.Pages()
	if err != nil || len(pages["/glossary"]) == 0 {
		t.Fatalf("the pages are %v (%v)", pages, err)
	}
	onPagesWithout := func() {
		for path := range pages {
			if strings.HasPrefix(path, asset.Root) {
				continue
			}
			other.open(p.lab + path)
			const state = `[location.href, document.body.innerText, document.activeElement.tagName, document.querySelectorAll("dialog[open], :popover-open").length].join()`
			if path == "/" {
				other.has("link", "v03 PKCE and the token endpoint run") // which its program has ticked
			}
			was := evaluate[string](other, state)
			pressAll(other)
			other.drawn()
			if is := evaluate[string](other, state); is != was {
				t.Errorf("a key does something on %s:\n%s\nwas\n%s", path, is, was)
			}
		}
	}
	onPagesWithout()

	b.do("choose nothing", chromedp.KeyEvent(kb.Escape))
	more(b, "Keys")
	b.press("checkbox", "Single-key shortcuts")
	b.until(`![...document.querySelectorAll(".key-does")].some(d => d.innerText.startsWith("Off"))`)
	b.do("close the list", chromedp.KeyEvent(kb.Escape))
	b.until(`document.querySelector("dialog[open]") === null`)
	onPagesWithout()
	for _, row := range session.Keys() {
		for _, name := range row.Names {
			e := effects[name]
			away(b)
			if e.ready != nil {
				e.ready(b)
			}
			b.until("!(" + e.shows + ")")
			b.do("press "+name, keyEvent(name))
			b.until(e.shows)
			if e.leave == nil {
				b.do("leave", chromedp.KeyEvent(kb.Escape))
				b.until("!(" + e.shows + ")")
			} else {
				e.leave(b)
			}
		}
	}
}
