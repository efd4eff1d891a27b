package e2e

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// The menu of chapters by the keyboard: it opens where one is, arrows go through it, Escape
// gives the focus back, and a link leads on. What was done is ticked, over a reload too.
func TestTheMenuOfChapters(t *testing.T) {
	const isOpen = `document.querySelector("#chapters:popover-open") !== null`
	p := start(t, t.TempDir())
	b := openTab(t)
	b.open(p.lab + "/v03-pkce")
	b.runTheFlow()
	b.done("run")
	b.do("open the menu", chromedp.Focus(chromedp.CSS(`.chapters-button`)), chromedp.KeyEvent(kb.Enter))
	b.until(isOpen + ` && document.activeElement.ariaCurrent === "page"`)
	b.has("link", "v03 PKCE and the token endpoint here run")
	b.shoot("menu")
	b.do("go up, and press a key of the page", chromedp.KeyEvent(kb.ArrowUp), chromedp.KeyEvent("?"))
	b.until(`document.activeElement.getAttribute("href") === "/v02-state"`)
	b.do("close it", chromedp.KeyEvent(kb.Escape))
	b.until(`!(` + isOpen + `) && document.activeElement.matches(".chapters-button")`)
	if evaluate[bool](b, `document.querySelector("dialog[open]") !== null`) {
		t.Error("a key that was pressed in the menu did something on the page")
	}

	b.do("reload", chromedp.Reload())
	b.has("button", "Run the flow")
	b.do("open it again, and follow a link", chromedp.Focus(chromedp.CSS(`.chapters-button`)), chromedp.KeyEvent(kb.Enter))
	b.until(isOpen + ` && document.querySelector('[data-tick="v03 run"].is-done') !== null`)
	b.do("go up, and on", chromedp.KeyEvent(kb.ArrowUp), chromedp.KeyEvent(kb.Enter))
	b.has("heading", "v02 State")
	b.until(`location.pathname === "/v02-state" && !(` + isOpen + `)`)
	b.has("button", "Run the flow")
	b.press("button", "v02 State")
	b.has("link", "v03 PKCE and the token endpoint run")
	b.says("still to come")
}

// Earlier chapters are folded. Whatever is off in one is in sight, and can be switched
// where it is seen.
func TestWhatIsOffInAnEarlierChapterIsInSight(t *testing.T) {
	const registered = `document.querySelector('[role=switch][aria-label="Registered client"]') !== null`
	p := start(t, t.TempDir())
	b := openTab(t)
	b.open(p.lab + "/v03-pkce?off=state")
	b.says("State is off in this lab")
	b.has("button", "v02 State 1 · off")
	if evaluate[bool](b, registered) {
		t.Error("what is on in an earlier chapter is not folded")
	}
	b.shoot("off")
	b.press("switch", "State")
	b.has("button", "v02 State 1 · on")
	b.until(`document.querySelector('[role=switch][aria-label="State"]') === null`)

	b.press("button", "v01 Login and code 4 · on")
	b.has("switch", "Registered client")
	b.press("button", "v02 State 3") // its attacks, which can be run here too
	b.press("button", "Run the attack: Alice signed in as Mallory")
	b.says("Stopped by State")
}

// The field finds among all protections and attacks, opens what it found, and says how
// many. What is typed there is no key of the page.
func TestFindAProtectionOrAnAttack(t *testing.T) {
	const counted = `((said, shown) => said === shown && shown)(document.querySelector(".find-said").innerText,
		document.querySelectorAll(".protection").length + " protections, " + document.querySelectorAll(".attack").length + " attacks")`
	p := start(t, t.TempDir())
	b := openTab(t)
	b.open(p.lab + "/v03-pkce")
	b.has("button", "Run the flow")
	all := evaluate[int](b, `document.querySelectorAll(".attack").length`)
	lookFor := func(text string) {
		evaluate[bool](b, fmt.Sprintf(`(field => { field.value = %q; return field.dispatchEvent(new Event("input", {bubbles: true})) })(document.querySelector(".find-field"))`, text))
	}
	b.do("look for what an earlier chapter has", chromedp.SendKeys(chromedp.CSS(`.find-field`), "Exact redirect"))
	b.has("switch", "Exact redirect URI")
	b.until(`document.querySelectorAll(".protection").length === 1`)
	lookFor("redirect")
	b.until(counted)
	b.shoot("found")
	lookFor("redirections of nobody")
	b.says("0 protections, 0 attacks")
	lookFor("")
	b.until(fmt.Sprintf(`document.querySelectorAll(".attack").length === %d && document.querySelector(".find-said").innerText === ""`, all))
	if evaluate[bool](b, `document.querySelector(".alice-frame, dialog[open], [data-seq]") !== null`) {
		t.Error("what was typed pressed a button")
	}
}

// How an attack ended is said of the lab as it was.
func TestAnEndBeforeASwitchSaysSo(t *testing.T) {
	p := start(t, t.TempDir())
	b := openTab(t)
	b.open(p.lab + "/v03-pkce")
	b.press("button", "Run the attack: Intercepted code redeemed")
	b.until(`document.querySelector(".attack.is-stopped .attack-verdict") !== null`)
	b.says("1 of 11 tried")
	b.press("switch", "PKCE")
	b.says("That was before the switches changed. Run it again.")
	b.until(`document.querySelector(".attack.is-stopped") === null`)
	b.press("button", "Run the attack: Intercepted code redeemed")
	b.until(`document.querySelector(".attack.is-won .attack-verdict") !== null`)
	b.says("1 of 11 tried")
}

// A course of 26 chapters, 60 protections and 80 attacks finds room, on a phone too.
func TestThereIsRoomForTheWholeCourse(t *testing.T) {
	p := startOn(t, t.TempDir(), anyOrigins(), "--dev")
	for _, path := range []string{"/stories", "/stories/stage", "/stories/panel"} {
		for _, size := range [][2]int64{{360, 740}, {390, 844}, {1024, 768}, {1440, 900}} {
			t.Run(fmt.Sprintf("%s at %d", path, size[0]), func(t *testing.T) {
				b := openTab(t)
				b.do("resize", chromedp.EmulateViewport(size[0], size[1]))
				b.open(p.lab + path)
				if over := evaluate[int](b, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); over > 0 {
					t.Errorf("it is %d pixels wider than the screen", over)
				}
				for _, wrong := range evaluate[[]string](b, `[...document.querySelectorAll(".diagram")].filter(d => d.matches(".lanes-10") && d.checkVisibility()).flatMap(`+crowded+`)`) {
					t.Error(wrong)
				}
				b.do("open the menu", chromedp.Focus(chromedp.CSS(`.chapters-button`)), chromedp.KeyEvent(kb.Enter))
				menu := evaluate[[]float64](b, `(({left, right, top, bottom}) => [left, innerWidth - right, top, innerHeight - bottom])(document.querySelector("#chapters:popover-open").getBoundingClientRect())`)
				for _, room := range menu {
					if room < 0 {
						t.Errorf("the menu stands beyond the screen: %v", menu)
					}
				}
				b.shoot("menu")
			})
		}
	}
}

// crowded lists what is wrong with a diagram's lanes: names that touch, that cannot be read,
// or that stand with a message's words beyond its side.
const crowded = `d => {
	const wrong = [], side = d.getBoundingClientRect(), within = 1;
	const boxes = [...d.querySelectorAll(".lane")].map(e => ({e, box: e.getBoundingClientRect()}));
	boxes.forEach((a, i) => {
		const says = a.e.innerText + " of " + boxes.length + " at " + Math.round(side.width);
		if (parseFloat(getComputedStyle(a.e).fontSize) < 11) wrong.push("small: " + says);
		boxes.slice(i + 1).forEach(b => {
			const gap = Math.max(b.box.left - a.box.right, a.box.left - b.box.right, b.box.top - a.box.bottom, a.box.top - b.box.bottom);
			if (gap < within) wrong.push("touches " + b.e.innerText + ": " + says);
		});
	});
	for (const e of d.querySelectorAll(".lane, .label > *, .self, .pill, .card")) {
		const box = e.getBoundingClientRect();
		if (box.width > 1 && (box.left < side.left - within || box.right > side.right + within)) wrong.push("beyond the side: " + e.className + " " + e.innerText + " at " + Math.round(side.width));
	}
	return wrong;
}`

// However many lanes there are and however wide the stage is, their names do not touch.
func TestNamesOfLanesNeverTouch(t *testing.T) {
	p := startOn(t, t.TempDir(), anyOrigins(), "--dev")
	b := openTab(t)
	b.do("resize", chromedp.EmulateViewport(2000, 900))
	b.open(p.lab + "/stories")
	const look = `(() => {
		const crowded = ` + crowded + `;
		const found = new Set(), diagram = document.querySelector(".lanes-10");
		diagram.querySelector(".bands").remove();
		for (let n = 10; n > 3; n--) {
			diagram.className = "diagram lanes-" + n;
			while (diagram.querySelectorAll(".lane").length > n) diagram.querySelector(".lane:nth-last-child(2)").remove();
			for (let width = n > 8 ? 360 : 320; width < 1960; width += 20) {
				diagram.style.width = width + "px";
				crowded(diagram).forEach(w => found.add(w));
			}
		}
		return [...found];
	})()`
	for _, wrong := range evaluate[[]string](b, look) {
		t.Error(wrong)
	}
}
