package e2e

import (
	"context"
	"errors"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// embedded is the recording that the tests show: 13 steps, and harm.
const embedded = "/embed/v03?off=pkce&attack=intercepted-code"

// isStep is true when the recording shows the step, and says so.
func isStep(n int) string {
	return fmt.Sprintf(`document.querySelector(".replay-count").innerText === "Message %d of 13" &&
		document.querySelectorAll(".row:not(.is-coming)").length === %[1]d &&
		document.querySelector(".row.is-selected .row-says").textContent === document.querySelector(".replay-text").innerText`, n)
}

// A recording runs in a page of another site, by the line that it gives away: by button and
// by key, without an origin, and so without anything that the lab keeps in the browser.
func TestARecordingInAnotherSitesPage(t *testing.T) {
	p := start(t, t.TempDir())
	line := frameLine(t, p)
	docs := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		frame := line
		if r.URL.Path == "/careless" {
			frame = `<iframe src="` + p.lab + embedded + `"></iframe>`
		}
		io.WriteString(w, "<!doctype html><title>Docs</title><link rel=icon href=data:,><h1>Docs</h1>"+frame) //nolint:errcheck // the browser has gone
	}))
	defer docs.Close()

	b := openTab(t)
	b.open(p.lab + "/v03-pkce") // whose lab lies in this browser
	b.until(`Object.keys(localStorage).some(name => name.startsWith("oauthlab.lab"))`)
	b.open(p.lab + embedded) // in a tab nothing but its policy keeps it away
	b.isSealed()
	b.open(docs.URL + "/careless")
	b.frame(p.lab + "/embed/").isSealed()

	b.open(docs.URL)
	f := b.frame(p.lab + "/embed/")
	f.until(`document.body.classList.contains("is-live")`)
	b.shoot("framed")

	f.isSealed()
	if got := evaluate[string](b, `(() => { try { frames[0].document; return "can be read" } catch (e) { return e.name } })()`); got != "SecurityError" {
		t.Errorf("the recording %s by the page around it", got)
	}
	if fonts := evaluate[int](f, `document.fonts.ready.then(() => [...document.fonts].filter(f => f.status === "loaded").length)`); fonts == 0 {
		t.Error("the lab's fonts did not come")
	}

	// By button.
	f.says("13 messages")
	press := func(name string) {
		t.Helper()
		b.clickInFrame(f, fmt.Sprintf(`button[aria-label=%q]`, name))
	}
	press("One message on") // of the whole, to the first
	f.until(isStep(1))
	press("One message on")
	f.until(isStep(2))
	press("To the start")
	f.until(isStep(1))
	press("One message on")
	f.until(isStep(2))
	press("One message back")
	f.until(isStep(1))
	press("To the end")
	f.until(isStep(13))
	f.says("Mallory holds Alice's token. No check stood in the way. PKCE would have.")
	press("One message back")
	f.until(isStep(12))
	press("Play")
	f.until(isStep(13) + ` && document.querySelector(".replay-play").ariaLabel === "Play"`) // it stops by itself
	press("Play")
	f.until(isStep(1) + ` && document.querySelector(".replay-play").ariaLabel === "Pause"`)
	press("Pause")
	f.until(`document.querySelector(".replay-play").ariaLabel === "Play"`)

	// By key.
	for _, k := range []struct{ key, holds string }{
		{kb.End, isStep(13)}, {kb.Home, isStep(1)}, {kb.ArrowRight, isStep(2)}, {kb.ArrowRight, isStep(3)}, {kb.ArrowLeft, isStep(2)},
	} {
		b.do("press a key", chromedp.KeyEvent(k.key))
		f.until(k.holds)
	}
	f.do("focus nothing", chromedp.Evaluate[chromedp.Void](`document.activeElement.blur()`))
	b.do("press Space", chromedp.KeyEvent(" "))
	f.until(`document.querySelector(".replay-play").ariaLabel === "Pause"`)
	b.do("press Space", chromedp.KeyEvent(" "))
	f.until(`document.querySelector(".replay-play").ariaLabel === "Play"`)
	b.do("press Tab", chromedp.KeyEvent(kb.Tab))
	f.until(`document.activeElement.matches(":focus-visible") && getComputedStyle(document.activeElement).outlineStyle !== "none"`)

	// On to the lab, in a tab of its own, where it is the lab's.
	b.clickInFrame(f, ".embed-try")
	opened := b.frame(p.lab + "/v03-pkce")
	opened.says("PKCE is off in this lab")
	if got := evaluate[string](opened, `origin + " " + (opener === null)`); got != p.lab+" true" {
		t.Errorf("the lab is opened as %s", got)
	}
}

// isSealed waits until a recording runs, and tries what a script in it could reach.
func (b *tab) isSealed() {
	b.Helper()
	b.until(`document.body.classList.contains("is-live")`)
	for what, expression := range map[string]string{
		"localStorage": `localStorage.length`, "sessionStorage": `sessionStorage.length`, "cookies": `document.cookie`, "databases": `indexedDB.open("x")`,
		"the page around it": `parent === window ? localStorage : parent.document`,
	} {
		if got := evaluate[string](b, `(() => { try { `+expression+`; return "can be read" } catch (e) { return e.name } })()`); got != "SecurityError" {
			b.Errorf("in %s %s: %s", evaluate[string](b, `parent === window ? "a tab" : "a frame"`), what, got)
		}
	}
	if got := evaluate[string](b, `origin`); got != "null" {
		b.Errorf("the recording has the origin %s", got)
	}
}

// Without scripts a recording is read from top to bottom: each message with its sentence, and
// how it ends. Nothing on it is dead, and it fits into small frames, in either theme.
func TestARecordingWithoutScripts(t *testing.T) {
	p := start(t, t.TempDir())
	b := openTab(t)
	if _, err := chromedp.Call(b.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	b.forgive("404 (Not Found)") // of the address that selects nothing
	for _, size := range [][2]int64{{320, 568}, {600, 400}, {1440, 900}} {
		b.do("resize", chromedp.EmulateViewport(size[0], size[1]))
		for name, address := range map[string]string{
			"won": embedded, "stopped": "/embed/v03?attack=intercepted-code&theme=dark", "flow": "/embed/v10?theme=light",
			"long": "/embed/v09?attack=counterfeit-api&set=resource-allow-list.address:as-told", "lost": "/embed/v03?off=nothing", "list": "/embed",
		} {
			b.open(p.lab + address)
			b.shoot(fmt.Sprint(name, size[0]))
			if wide := evaluate[int](b, `document.documentElement.scrollWidth - innerWidth`); wide > 0 {
				t.Errorf("%s is %d pixels too wide for %d", address, wide, size[0])
			}
			if dead := evaluate[[]string](b, `[...document.querySelectorAll("button, [role=button]")].filter(`+isShown+`).map(e => e.outerHTML.slice(0, 80))`); len(dead) > 0 {
				t.Errorf("%s shows what does nothing: %q", address, dead)
			}
			if silent := evaluate[[]string](b, `[...document.querySelectorAll(".row-says:not([hidden])")].filter(e => !(`+isShown+`)(e) || !e.innerText).map(e => e.outerHTML)`); len(silent) > 0 {
				t.Errorf("%s does not say %q", address, silent)
			}
		}
	}
	b.open(p.lab + embedded)
	text := b.text()
	for _, want := range []string{
		"Intercepted code redeemed", "PKCE off", "Mallory brings Alice's code to the token endpoint, with a verifier. PKCE verifier would refuse: the verifier does not match the challenge.",
		"Mallory holds Alice's token", "A token to Alice's account, good for 60 minutes.", "Put this on your page",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("it does not say %q:\n%s", want, text)
		}
	}
}

// frameLine is the line that a recording gives away.
func frameLine(t *testing.T, p *program) string {
	t.Helper()
	_, page := call(t, http.MethodGet, p.lab+embedded, "", "")
	line := regexp.MustCompile(`<code>(&lt;iframe.*?)</code>`).FindStringSubmatch(page)
	if line == nil {
		t.Fatalf("the recording gives no line away:\n%s", page)
	}
	return html.UnescapeString(line[1])
}

// frame waits for a frame of another origin, or a tab, whose address begins so, and reads it.
func (b *tab) frame(address string) *tab {
	b.Helper()
	var found target.ID
	b.do("find "+address, retried(func(ctx context.Context, _ *chromedp.Target) error {
		all, err := chromedp.Targets(ctx)
		for _, one := range all {
			if strings.HasPrefix(one.URL, address) {
				found = one.TargetID
				return err
			}
		}
		return errNotThere
	}))
	return watched(b.T, b.ctx, chromedp.WithTargetID(found))
}

// clickInFrame clicks, in a frame of another origin, the middle of what the CSS selector finds.
// A frame that has just come is not yet given what the mouse does: it waits until what is
// under the mouse says so.
func (b *tab) clickInFrame(f *tab, selector string) {
	b.Helper()
	var at [2]float64
	b.do("point at "+selector, retried(func(ctx context.Context, t *chromedp.Target) error {
		middle := fmt.Sprintf(`(e => (e.scrollIntoView({block: "nearest", behavior: "instant"}), r => [r.x + r.width / 2, r.y + r.height / 2])(e.getBoundingClientRect()))(document.querySelector(%q))`, selector)
		within, err := chromedp.Run(f.ctx, chromedp.Evaluate[[2]float64](middle))
		if err != nil {
			return err
		}
		frame, err := chromedp.Evaluate[[2]float64](`(f => [f.getBoundingClientRect().x + f.clientLeft, f.getBoundingClientRect().y + f.clientTop])(document.querySelector("iframe"))`)(ctx, t)
		if err != nil {
			return err
		}
		at = [2]float64{frame[0] + within[0], frame[1] + within[1]}
		for _, beside := range []float64{1, 0} { // what does not move is not told
			if _, err := chromedp.MouseEvent(chromedp.MouseMoved, at[0]+beside, at[1])(ctx, t); err != nil {
				return err
			}
		}
		there, err := chromedp.Run(f.ctx, chromedp.Evaluate[bool](fmt.Sprintf(`document.querySelector(%q).matches(":hover")`, selector)))
		if err != nil || !there {
			return errors.Join(errNotFree, err)
		}
		if _, err := chromedp.Run(f.ctx, chromedp.Evaluate[chromedp.Void](redrawn, chromedp.EvalAwaitPromise)); err != nil {
			return err
		}
		if after, err := chromedp.Run(f.ctx, chromedp.Evaluate[[2]float64](middle)); err != nil || after != within {
			return errors.Join(errMoving, err)
		}
		return nil
	}))
	b.do("click "+selector, chromedp.MouseClickXY(at[0], at[1]))
}
