package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"html"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"

	"oauthlab/lessons/api"
	"oauthlab/lessons/event"
	"oauthlab/lessons/guard"
)

// What follows presses everything that the pages have, at the size of a desk and of a
// phone, and holds that what the page says is so.

// onBothSizes does something with a page of each size.
func onBothSizes(t *testing.T, do func(b *tab)) { onSizes(t, do, "desktop", "phone") }

func onSizes(t *testing.T, do func(b *tab), names ...string) {
	for name, size := range map[string][2]int64{"desktop": {1440, 900}, "phone": {390, 844}} {
		if !slices.Contains(names, name) {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel() // in a lab of its own
			b := openTab(t)
			b.do("resize", chromedp.EmulateViewport(size[0], size[1]))
			b.forgive("the server responded with a status of 400") // a refusal, which the browser tells
			do(b)
		})
	}
}

// onEachChapter does something with the page of each chapter, when it is at rest: at the size of
// a desk, and where a chapter is the last, which has what all the others have, at that of a phone
// too.
func onEachChapter(t *testing.T, p *program, do func(b *tab, c chapterOf)) {
	last := p.lastThatRuns(t)
	for _, c := range p.chapters(t) {
		sizes := []string{"desktop"}
		if c == last {
			sizes = append(sizes, "phone")
		}
		t.Run(c.ID, func(t *testing.T) {
			t.Parallel()
			onSizes(t, func(b *tab) {
				b.open(p.lab + c.Path)
				b.atRest()
				do(b, c)
			}, sizes...)
		})
	}
}

// chapterOf is what the API tells of a chapter.
type chapterOf struct{ ID, Version, Title, Path string }

// runs reports whether it is more than reading.
func (c chapterOf) runs() bool { return c.ID == c.Version }

// lastThatRuns is the chapter that has all of what there is.
func (p *program) lastThatRuns(t *testing.T) chapterOf {
	t.Helper()
	all := slices.DeleteFunc(p.chapters(t), func(c chapterOf) bool { return !c.runs() })
	return all[len(all)-1]
}

func (p *program) chapters(t *testing.T) []chapterOf {
	t.Helper()
	return fromAPI[[]chapterOf](t, p.lab+"/api/chapters", "")
}

// news reports whether something that a version brought is tried in a chapter: in its own, and
// in the last, which has all of it. Between the two it is the same thing, and would take the
// square of the course's length.
func (p *program) news(t *testing.T, c chapterOf, version string) bool {
	t.Helper()
	return c.runs() && version == c.Version || c == p.lastThatRuns(t) && version <= c.Version
}

func fromAPI[T any](t *testing.T, address, key string) (v T) {
	t.Helper()
	status, body := call(t, http.MethodGet, address, key, "")
	if err := json.Unmarshal([]byte(body), &v); status != http.StatusOK || err != nil {
		t.Fatalf("%s answers %d %.200q (%v)", address, status, body, err)
	}
	return v
}

// labOf is the lab of the page, as the API has it.
func (b *tab) labOf(p *program) api.Lab {
	b.Helper()
	kept := evaluate[string](b, `localStorage.getItem("oauthlab.lab")`)
	var l struct{ ID, Key string }
	if err := json.Unmarshal([]byte(kept), &l); err != nil {
		b.Fatalf("the browser keeps %q: %v", kept, err)
	}
	now := fromAPI[api.Lab](b.T, p.lab+"/api/labs/"+l.ID, l.Key)
	now.Key = l.Key
	return now
}

// atRest waits until the page takes presses and nothing is under way.
func (b *tab) atRest() {
	b.Helper()
	b.until(`document.querySelector('.topbar-run')?.ariaDisabled === "false"`)
	b.drawn()
}

// drawn waits until what was done just now is drawn.
func (b *tab) drawn() {
	b.Helper()
	b.do("wait for two drawings", chromedp.Evaluate[chromedp.Void](redrawn, chromedp.EvalAwaitPromise))
}

// inEachColumn does something in each column of a narrow page, and once in a wide one.
func (b *tab) inEachColumn(do func(column string)) {
	b.Helper()
	columns := evaluate[[]string](b, `[...document.querySelectorAll(".panebar button")].filter(e => e.getClientRects().length).map(e => e.innerText.trim())`)
	if len(columns) == 0 {
		do("")
	}
	for _, column := range columns {
		b.pressNth(".panebar button", column, 0)
		b.drawn()
		do(column)
	}
}

// pressNth clicks the nth element in sight that the CSS selector finds and that says text.
func (b *tab) pressNth(selector, text string, n int) {
	b.Helper()
	found := fmt.Sprintf(`[...document.querySelectorAll(%q)].filter(e => e.checkVisibility() && %s === %q)[%d]`, selector, nameInPage, text, n)
	b.do(fmt.Sprintf("press %q, the %d. of %s", text, n+1, selector), retried(func(ctx context.Context, t *chromedp.Target) error {
		node, err := nodeOf(ctx, t, found, 1)
		if err != nil {
			return err
		}
		return click(ctx, t, node.BackendNodeID)
	}))
}

// nameInPage is the name of the element e.
const nameInPage = `(e.ariaLabel || e.innerText).trim()`

// Every link of every page is followed by a press, and back, and forward: heading, title,
// address, lab and diagram are those of the page that it names.
func TestEveryLinkLeadsWhereItSays(t *testing.T) {
	p := start(t, t.TempDir())
	paths := []string{"/", "/glossary", "/troubleshooting", "/reference", "/asvs", "/client-bench", "/class", "/embed"}
	for _, c := range p.chapters(t) {
		paths = append(paths, c.Path)
	}
	w := walk{program: p, served: map[string]string{}, followed: map[string]bool{}}
	for _, path := range paths {
		_, w.served[path] = call(t, http.MethodGet, p.lab+path, "", "")
	}
	for _, version := range guard.Versions() { // a recording leads on in tabs of their own
		_, w.served["/embed/"+version] = call(t, http.MethodGet, p.lab+"/embed/"+version, "", "")
	}
	onPhones := []string{"/", "/glossary", paths[len(paths)-1]} // a page of each kind
	for _, path := range paths {
		sizes := []string{"desktop"}
		if slices.Contains(onPhones, path) {
			sizes = append(sizes, "phone")
		}
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			onSizes(t, func(b *tab) {
				b.open(p.lab + path)
				w.agrees(b, path)
				w.leave(b, path)
				w.lookUp(b)
			}, sizes...)
		})
	}
	for at, page := range w.served {
		for _, external := range regexp.MustCompile(`<a [^>]*href="https?://[^"]*"[^>]*>`).FindAllString(page, -1) {
			if !strings.Contains(external, `target="_blank"`) || !strings.Contains(external, "rel=") {
				t.Errorf("%s: %s leads away in this tab", at, external)
			}
		}
	}
}

// walk goes from page to page.
type walk struct {
	*program
	served map[string]string // what the server sends, by path

	mu       sync.Mutex
	followed map[string]bool // links by where they stand, what they say and where they lead
}

// isNew reports whether a link was not followed before from a page of the same make and
// size. What all chapters have is one thing: from each of them it would take the square of
// their number. Of a book's links to one page one is followed: that each has its anchor there,
// package site sees to.
func (w *walk) isNew(b *tab, from, name, to string, nth int) bool {
	key := fmt.Sprintf("%s %v %s", from, evaluate[int](b, `innerWidth`), to)
	if evaluate[bool](b, `document.querySelector(".shell") !== null`) {
		key = fmt.Sprintf("chapter %v %q %s %d", evaluate[int](b, `innerWidth`), name, to, nth)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	was := w.followed[key]
	w.followed[key] = true
	return !was
}

// agrees waits until the page is that of the path, in all that it says.
func (w *walk) agrees(b *tab, path string) {
	b.Helper()
	page := w.served[path]
	_, rest, _ := strings.Cut(page, "<title>")
	title, _, _ := strings.Cut(rest, "</title>")
	heading := regexp.MustCompile(`(?s)<h1[^>]*>(.*?)</h1>`).FindStringSubmatch(page)
	if heading == nil {
		b.Fatalf("%s has no heading", path)
	}
	b.until(fmt.Sprintf(`location.pathname === %q`, path))
	b.until(fmt.Sprintf(`document.title === %q`, html.UnescapeString(title)))
	b.until(fmt.Sprintf(`document.querySelector("h1")?.textContent.trim() === %q`, html.UnescapeString(strings.TrimSpace(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(heading[1], "")))))
	for _, c := range w.chapters(b.T) {
		if c.Path != path {
			continue
		}
		b.atRest()
		if got := b.labOf(w.program).Chapter; got != c.ID {
			b.Errorf("at %s the lab is in %s", path, got)
		}
		b.until(`document.querySelectorAll(".bands > .band").length === 0`)
	}
}

// leave follows each link in sight to another page, and comes back.
func (w *walk) leave(b *tab, path string) {
	b.Helper()
	const links = `a[href]:not([target]):not([href^="#"]):not([href*="glossary#"]):not([href*="troubleshooting?"])`
	type link struct{ Name, To string }
	found := evaluate[[]link](b, `[...document.querySelectorAll('`+links+`')].filter(e => e.checkVisibility())
		.map(e => ({Name: `+nameInPage+`, To: new URL(e.href).pathname})).filter(l => l.To !== "`+path+`")`)
	if len(found) == 0 {
		b.Errorf("no link leads away from %s", path)
	}
	type follow struct {
		link
		nth int // of those on the page that say the same, and lead to the same
	}
	var follows []follow
	seen := map[link]int{}
	for _, l := range found {
		if w.isNew(b, path, l.Name, l.To, seen[l]) {
			follows = append(follows, follow{l, seen[l]})
		}
		seen[l]++
	}
	for i, l := range follows {
		evaluate[bool](b, `window.isBefore = true`)
		b.pressNth(links, l.Name, l.nth)
		b.until(`!window.isBefore`)
		w.agrees(b, l.To)
		evaluate[bool](b, `(setTimeout(() => history.back()), true)`)
		w.agrees(b, path)
		if i == len(follows)-1 {
			evaluate[bool](b, `(setTimeout(() => history.forward()), true)`)
			w.agrees(b, l.To)
			evaluate[bool](b, `(setTimeout(() => history.back()), true)`)
			w.agrees(b, path)
		}
	}
}

// lookUp presses each link to a book on a chapter's page, which opens its entry.
func (w *walk) lookUp(b *tab) {
	b.Helper()
	if !evaluate[bool](b, `document.querySelector(".shell") !== null`) {
		return
	}
	const terms = `.shell a[href*="glossary#"], .shell a[href*="troubleshooting?"]`
	b.inEachColumn(func(column string) {
		names := evaluate[[]string](b, `[...document.querySelectorAll('`+terms+`')].filter(e => e.checkVisibility()).map(e => `+nameInPage+`)`)
		slices.Sort(names)
		for _, name := range slices.Compact(names) {
			b.pressNth(terms, name, 0)
			// The state of the parties is there itself, in its drawer.
			b.until(`document.querySelector("dialog[open], .drawer")?.innerText.trim().length > 20`)
			b.do("close it", chromedp.KeyEvent("\x1b"))
			b.until(`!document.querySelector("dialog[open], .drawer")`)
		}
	})
}

// Every switch, part and habit of every chapter is pressed there and back, and those of all in
// the last, on a desktop. After each press the page shows all of them as the API has them, and says what is off.
func TestEverySwitchSaysWhatIsSo(t *testing.T) {
	p := start(t, t.TempDir())
	protections := fromAPI[[]guard.Protection](t, p.lab+"/api/protections", "")
	onEachChapter(t, p, func(b *tab, c chapterOf) {
		b.unfoldThePanel()
		b.showsWhatIsSo(p, protections)
		pressed := 0
		onPhone := evaluate[bool](b, `innerWidth < 600`)
		for _, prot := range protections {
			if !p.news(b.T, c, prot.Chapter) || onPhone && prot.Chapter != c.Version {
				continue
			}
			for range 2 {
				b.pressSwitch(prot.Title)
				b.showsWhatIsSo(p, protections)
			}
			pressed++
			there := slices.DeleteFunc(slices.Clone(prot.Parts), func(part guard.Part) bool { return !(guard.Rules{Chapter: c.Version}).Has(part.ID) })
			for _, part := range there {
				name := partName(prot, part)
				switch {
				case len(there) == 1: // it is its protection's
				case !part.Refuses():
					for _, value := range append(slices.Clone(part.Values[1:]), part.Values[0]) {
						b.choose(name, value)
						b.showsWhatIsSo(p, protections)
					}
				default:
					for range 2 {
						b.pressSwitch(name)
						b.showsWhatIsSo(p, protections)
					}
				}
			}
		}
		if pressed == 0 && c.runs() {
			b.Errorf("chapter %s has no switch", c.ID)
		}
	})
}

// unfoldThePanel shows the panel, and opens in it the lines of earlier chapters and what
// has more parts.
func (b *tab) unfoldThePanel() {
	b.Helper()
	if evaluate[bool](b, `document.querySelector(".panebar button").getClientRects().length > 0`) {
		b.pressNth(".panebar button", "Switches", 0)
		b.until(`document.querySelector(".shows-panel") !== null`)
	}
	const folded = `[...document.querySelectorAll(".panel :is(.more, .fold-button)[aria-expanded=false]")].map(e => ` + nameInPage + `)`
	for names := evaluate[[]string](b, folded); len(names) > 0; names = evaluate[[]string](b, folded) {
		b.pressNth(`.panel :is(.more, .fold-button)[aria-expanded=false]`, names[0], 0)
		b.until(fmt.Sprintf(`%s.length !== %d || %s[0] !== %q`, folded, len(names), folded, names[0]))
	}
}

// partName is what the switch of a part is called.
func partName(p guard.Protection, part guard.Part) string {
	name := p.NameOf(part)
	return strings.ToUpper(name[:1]) + name[1:]
}

// pressSwitch presses a switch of the panel and waits until it has turned.
func (b *tab) pressSwitch(name string) {
	b.Helper()
	state := fmt.Sprintf(`[...document.querySelectorAll(".panel [role=switch]")].find(e => e.ariaLabel === %q)?.ariaChecked`, name)
	before := evaluate[string](b, state)
	b.pressNth(".panel [role=switch]", name, 0)
	b.until(fmt.Sprintf(`%s !== %q`, state, before))
}

// showsWhatIsSo holds the panel and the bar above against the API.
func (b *tab) showsWhatIsSo(p *program, protections []guard.Protection) {
	b.Helper()
	b.atRest()
	l := b.labOf(p)
	type shown struct{ Name, State string }
	got := map[string]string{}
	for _, s := range evaluate[[]shown](b, `[...document.querySelectorAll(".panel [role=switch]")].map(e => ({Name: e.ariaLabel, State: e.ariaChecked}))
		.concat([...document.querySelectorAll(".panel [role=radiogroup].habit")].map(e => ({Name: e.ariaLabel, State: e.querySelector("[aria-checked=true]")?.innerText})))
		.concat([...document.querySelectorAll(".panel select")].map(e => ({Name: e.ariaLabel, State: e.value})))`) {
		got[s.Name] = s.State
	}
	off := 0
	for _, prot := range protections {
		in, there := l.Protections[prot.ID]
		if !there {
			continue
		}
		if want := fmt.Sprint(in.On); got[prot.Title] != want {
			b.Errorf("%s is shown %q, and is %s", prot.Title, got[prot.Title], want)
		}
		safe := true
		for _, part := range prot.Parts {
			if !(guard.Rules{Chapter: l.Version}).Has(part.ID) {
				continue // it comes with a later chapter
			}
			is := fmt.Sprint(in.Parts[string(part.ID)])
			if part.Kind == guard.Setting {
				is = l.Settings[string(part.ID)]
			}
			safe = safe && (is == "true" || part.Kind == guard.Setting || part.Kind == guard.Habit && is == part.Values[0])
			if shows, drawn := got[partName(prot, part)]; drawn && shows != is {
				b.Errorf("%s: %s is shown %q, and is %s", prot.Title, part.Title, shows, is)
			}
		}
		if !safe {
			off++
		}
	}
	says := evaluate[string](b, `document.querySelector(".broken-text")?.innerText ?? ""`)
	if (says != "") != (off > 0) {
		b.Errorf("%d protections are off or changed, and the bar says %q", off, says)
	}
}

// Every button of every chapter is pressed once, as it comes in sight, and those that run an
// attack in the attack's own chapter. The page stays alive, in its chapter, and shows the switches
// as they are.
func TestEveryButtonIsPressed(t *testing.T) {
	p := start(t, t.TempDir())
	protections := fromAPI[[]guard.Protection](t, p.lab+"/api/protections", "")
	attacks := fromAPI[[]api.Attack](t, p.lab+"/api/attacks", "")
	onEachChapter(t, p, func(b *tab, c chapterOf) {
		b.forgive("Clipboard")
		for _, refusal := range []string{"400 (Bad Request)", "401 (Unauthorized)", "403 (Forbidden)"} {
			b.forgive("the server responded with a status of " + refusal) // some buttons send what is refused, in any order
		}
		pressed := map[string]bool{"Open in a tab": true} // a tab of its own has a test of its own
		for _, a := range attacks {
			pressed["Run the attack: "+a.Title] = a.Chapter != c.ID
		}
		for b.pressNewButton(pressed) {
			if evaluate[bool](b, `document.querySelector(".ended") !== null`) {
				b.Fatalf("the program ended after %v", pressed)
			}
		}
		if len(pressed) < 25 {
			b.Errorf("only %d buttons were found in %s: %v", len(pressed), c.ID, pressed)
		}
		b.atRest()
		if got := b.labOf(p).Chapter; got != c.ID {
			b.Errorf("after all that, the lab of %s is in %s", c.ID, got)
		}
		b.unfoldThePanel()
		b.showsWhatIsSo(p, protections)
	})
}

// pressNewButton presses a button in sight that was not pressed before, in the dialog that
// is open if one is. It reports whether there was one.
func (b *tab) pressNewButton(pressed map[string]bool) bool {
	b.Helper()
	const inSight = `[...(document.querySelector("dialog[open]") ?? document).querySelectorAll("button")]
		.filter(e => e.getClientRects().length && !e.disabled && e.ariaDisabled !== "true" && !e.closest("[inert]")).map(e => ` + nameInPage + `)`
	next := func() string {
		for _, name := range evaluate[[]string](b, inSight) {
			if name != "" && !pressed[name] {
				return name
			}
		}
		return ""
	}
	name := next()
	if name == "" && evaluate[bool](b, `document.querySelector("dialog[open]") !== null`) {
		b.do("close the dialog", chromedp.KeyEvent("\x1b"))
		b.until(`!document.querySelector("dialog[open]")`)
		return true
	}
	if name == "" && evaluate[bool](b, `document.querySelector(".topbar-run").ariaDisabled !== "false"`) {
		b.atRest()
		name = next()
	}
	if name == "" {
		return false
	}
	pressed[name] = true
	b.do("press "+name, chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		// It may be gone by now, or covered: then it is no button in sight.
		node, err := nodeOf(ctx, t, fmt.Sprintf(`[...document.querySelectorAll("button")].find(e => e.getClientRects().length && %s === %q)`, nameInPage, name), 1)
		if err == nil {
			click(ctx, t, node.BackendNodeID) //nolint:errcheck // see above
		}
		return ctx.Err()
	}), chromedp.Evaluate[chromedp.Void](redrawn, chromedp.EvalAwaitPromise))
	return true
}

// After each attack, with everything on and with nothing of what stops it, and at each
// step of its replay, Alice's browser, the diagram and the log agree.
func TestAlicesBrowserAgreesWithTheDiagram(t *testing.T) {
	p := start(t, t.TempDir())
	attacks := fromAPI[[]api.Attack](t, p.lab+"/api/attacks", "")
	for _, c := range p.chapters(t) {
		if !c.runs() {
			continue
		}
		t.Run(c.ID, func(t *testing.T) {
			t.Parallel() // in a lab of its own
			b := openTab(t)
			b.open(p.lab + c.Path)
			b.signIn() // its page must not stand under what comes
			b.until(`document.querySelector(".client-page, .account") !== null || document.querySelector(".alice.is-open") !== null && ` + isDone("run"))
			faulty := false // one has been played
			for _, a := range attacks {
				if a.Chapter != c.Version || faulty && isFault(a) {
					continue
				}
				faulty = faulty || isFault(a)
				b.playAndCompare(p, a, nil)
				off := map[string]string{}
				for _, id := range a.StoppedBy {
					off[id] = "false"
				}
				maps.Copy(off, a.Given)
				b.playAndCompare(p, a, off)
			}
		})
	}
}

// isFault reports whether an attack is a row of the table of faults: the same login with another
// thing wrong about it. One of them stands for all.
func isFault(a api.Attack) bool {
	for id := range a.Given {
		if strings.HasPrefix(id, "server-faults.") {
			return true
		}
	}
	return false
}

// asAttackNeeds is a change of the lab after which everything is on, and as in the chapter,
// but for what an attack needs otherwise.
func asAttackNeeds(l api.Lab, needs map[string]string) map[string]any {
	on, guards, settings := map[string]bool{}, map[string]any{}, map[string]string{}
	for id := range l.Protections {
		on[id] = true
	}
	rules := guard.Rules{Chapter: l.Version}
	for id := range l.Settings {
		settings[id] = rules.Value(guard.ID(id))
	}
	for id, value := range needs {
		switch part, _ := guard.FindPart(guard.ID(id)); {
		case !rules.Has(part.ID):
		case part.Kind == guard.Setting:
			settings[id] = value
		default:
			guards[id] = valueOf(value)
		}
	}
	return map[string]any{"protections": on, "guards": guards, "settings": settings}
}

// valueOf reads a setting of an attack: a switch or a habit's value.
func valueOf(text string) any {
	switch text {
	case "true", "false":
		return text == "true"
	}
	return text
}

// playAndCompare runs an attack by a press, with what it needs otherwise, and holds what Alice's
// browser shows against the log.
func (b *tab) playAndCompare(p *program, a api.Attack, needs map[string]string) {
	b.Helper()
	l := b.labOf(p)
	patch, err := json.Marshal(asAttackNeeds(l, needs))
	if err != nil {
		b.Fatal(err)
	}
	if status, body := call(b.T, http.MethodPatch, p.lab+"/api/labs/"+l.ID, l.Key, string(patch)); status != http.StatusOK {
		b.Fatalf("%s: %d %s", patch, status, body)
	}
	before := 0
	for _, e := range eventsOf(b.T, p.lab+"/api/labs/"+l.ID, l.Key) {
		before = int(e.Seq)
	}
	b.atRest()
	b.press("button", "Run the attack: "+a.Title)
	b.until(fmt.Sprintf(`[...document.querySelectorAll(".bands > .band:last-child [data-seq]")].some(e => Number(e.dataset.seq) > %d) && document.querySelector(".bands > .band:last-child .card")`, before))
	b.atRest()
	all := eventsOf(b.T, p.lab+"/api/labs/"+l.ID, l.Key) // the log drops its first events
	log := all[slices.IndexFunc(all, func(e event.Event) bool { return int(e.Seq) > before }):]
	b.sees(evaluate[seen](b, seenNow), log, a.ID)
	if needs == nil { // its replay would show less of the same
		return
	}

	b.do("replay it", clickOn(".bands > .band:last-child .band-replay", "Replay"))
	b.until(`document.querySelector(".replay-count")?.innerText.startsWith("1 of ")`)
	type part struct {
		Steps []seen
		Ended bool
	}
	isBrowsers := func(e event.Event) bool { return e.From == event.Browser || e.To == event.Browser }
	last := 0 // position behind which nothing of her browser changes
	for _, e := range log {
		if isBrowsers(e) {
			last = int(e.Seq)
		}
	}
	var steps []seen
	ended := false
	for !ended && (len(steps) == 0 || steps[len(steps)-1].Seq <= last) { // a few steps at a time: a replay may be long
		p := evaluate[part](b, `(async () => {
			const all = [];
			for (let i = 0; i < 10; i++) {
				await `+redrawn+`;
				all.push(`+seenNow+`);
				const on = document.querySelector(".replay-on"), count = document.querySelector(".replay-count").innerText;
				if (on.ariaDisabled === "true") return {Steps: all, Ended: true};
				on.click();
				while (document.querySelector(".replay-count").innerText === count) await `+redrawn+`;
			}
			return {Steps: all};
		})()`)
		steps, ended = append(steps, p.Steps...), p.Ended
	}
	for i, step := range steps {
		until := log
		if i < len(steps)-1 || !ended { // what happens until the next row belongs to it
			until = log[:step.Seq-before]
		}
		b.sees(step, until, fmt.Sprintf("%s, step %d", a.ID, i+1))
	}
	b.press("button", "Back to now")
	b.until(`!document.querySelector(".replay-count")`)
}

// seen is what the page shows: the position of the last row, and Alice's browser.
type seen struct {
	Seq           int
	Address, Page string
}

const seenNow = `({
	Seq: Math.max(...[...document.querySelectorAll(".bands > .band:last-child .row[data-seq]")].map(e => Number(e.dataset.seq))),
	Address: document.querySelector(".address").title,
	Page: document.querySelector(".alice iframe.alice-still") ? "server" : document.querySelector(".alice .client-page") ? "client" : "",
})`

// sees holds the page in Alice's browser against the last thing that it was given.
func (b *tab) sees(got seen, log []event.Event, when string) {
	b.Helper()
	address, page := lastPage(log)
	if got.Address != address || got.Page != page {
		b.Errorf("%s: Alice's browser shows a page of %q at %q, by the log one of %q at %q", when, got.Page, got.Address, page, address)
	}
}

// lastPage reads the log as a person would: where Alice's browser went last, and who gave
// it the page there.
func lastPage(log []event.Event) (address, page string) {
	asked := map[string]string{}
	for _, e := range log {
		switch {
		case e.Request != nil && e.From == "browser":
			asked[e.ID] = e.Request.URL
			address, page = e.Request.URL, ""
		case e.Response != nil && e.To == "browser" && e.Response.Status/100 != 3:
			address, page = asked[e.Re], "server"
		case e.Response != nil && e.To == "browser":
			for _, h := range e.Response.Header {
				if h.Name == "Location" {
					base, _ := url.Parse(asked[e.Re])
					if to, err := base.Parse(h.Value); err == nil {
						address = to.String()
					}
				}
			}
			page = ""
		case e.Note != nil && e.From == "browser" && e.Note.Name == "callback":
			address, page = e.Note.Get("url"), "client"
		case e.Note != nil && e.To == "browser" && (e.Note.Name == "open" || e.Note.Name == "mail"):
			address, page = e.Note.Get("url"), ""
		}
	}
	return address, page
}

// eventsOf reads the log of a lab.
func eventsOf(t *testing.T, lab, key string) (all []event.Event) {
	t.Helper()
	_, body := call(t, http.MethodGet, lab+"/events?after=0", key, "")
	for line := range strings.Lines(body) {
		var e event.Event
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		all = append(all, e)
	}
	return all
}
