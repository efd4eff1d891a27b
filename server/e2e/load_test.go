package e2e

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// loaded is how often the page has asked for what, by the end of its address.
func (b *tab) loaded(end string) int {
	b.Helper()
	return evaluate[int](b, fmt.Sprintf(`performance.getEntriesByType("resource").filter(e => e.name.endsWith(%q)).length`, end))
}

// streamed notes what is compiled: the browser keeps compiled code for the next visit
// only of an answer of its own, which has an address, and not of one that a script put
// together.
const streamed = `window.compiled = [];
for (const name of ["compileStreaming", "instantiateStreaming"]) {
	const native = WebAssembly[name];
	WebAssembly[name] = async (source, ...rest) => {
		compiled.push((await source).url);
		return native.call(WebAssembly, source, ...rest);
	};
}`

// A page asks once for each thing that it needs: one style sheet, the program, which
// is compiled as it comes, and the lab. The second visit has the program already, and
// finds the lab again.
func TestThePageLoadsAsOne(t *testing.T) {
	p := start(t, t.TempDir())
	b := openTab(t)
	b.before(streamed)
	for _, visit := range []string{"first", "second"} {
		b.open(p.lab + "/v03-pkce")
		b.has("button", "Run the flow")
		for _, one := range []string{".css", "/app.wasm"} {
			if n := b.loaded(one); n != 1 {
				t.Errorf("the %s visit asks %d times for %s", visit, n, one)
			}
		}
		if compiled := evaluate[[]string](b, `compiled`); len(compiled) != 1 || !strings.HasPrefix(compiled[0], p.lab+"/web/") {
			t.Errorf("the %s visit compiles %q, want one answer of the server", visit, compiled)
		}
		lab := evaluate[string](b, `JSON.parse(localStorage.getItem("oauthlab.lab")).id`)
		made, read := b.loaded("/api/labs"), b.loaded("/api/labs/"+lab)
		switch {
		case visit == "first" && (made != 1 || read != 0):
			t.Errorf("the first visit makes %d labs and reads its own %d times", made, read)
		case visit == "second" && (made != 0 || read != 1):
			t.Errorf("the second visit makes %d labs and reads its own %d times", made, read)
		}
	}
	if sent := evaluate[float64](b, `performance.getEntriesByType("resource").find(e => e.name.endsWith("/app.wasm")).transferSize`); sent != 0 {
		t.Errorf("the second visit is sent the program again: %.0f bytes", sent)
	}

	beside := openTabBeside(t, b)
	beside.open(p.lab + "/v03-pkce")
	beside.has("button", "Run the flow")
	if made := beside.loaded("/api/labs"); made != 0 {
		t.Errorf("another tab makes %d labs of its own", made)
	}
}

// What the page asked for before the program ran is of no use where the lab that the
// browser keeps is gone, or what it keeps is none: the program makes a new one.
func TestALabThatIsGoneAtTheStart(t *testing.T) {
	p := start(t, t.TempDir())
	for name, kept := range map[string]string{
		"gone":         `{"id":"00000000-0000-4000-8000-000000000000","key":"no-key"}`,
		"no key":       `{"id":"00000000-0000-4000-8000-000000000000"}`,
		"not JSON":     `{"id"`,
		"not a lab":    `null`,
		"not a string": `{"id":1,"key":2}`,
	} {
		t.Run(name, func(t *testing.T) {
			b := openTab(t)
			b.forgive("Failed to load resource") // 404, or 401
			text, err := json.Marshal(kept)
			if err != nil {
				t.Fatal(err)
			}
			b.before(fmt.Sprintf(`if (!localStorage.getItem("seen")) { localStorage.setItem("oauthlab.lab", %s); localStorage.setItem("seen", "1") }`, text))
			b.open(p.lab + "/v03-pkce")
			b.has("button", "Run the flow")
			b.runTheFlow()
			if now := evaluate[string](b, `localStorage.getItem("oauthlab.lab")`); now == kept {
				t.Errorf("the browser still keeps %s", now)
			}
		})
	}
}

// Of two tabs that are opened at once, the second takes the lab that the first has kept
// while it was loading, though it has made one of its own.
func TestTwoTabsAtOnceHaveOneLab(t *testing.T) {
	p := start(t, t.TempDir())
	first := openTab(t)
	first.open(p.lab + "/glossary") // of the same origin, without a lab
	second := openTabBeside(t, first)
	// The program of the second comes when the first has its lab.
	second.before(`const {compileStreaming} = WebAssembly;
		WebAssembly.compileStreaming = source => new Promise(done => { window.goOn = done }).then(() => compileStreaming.call(WebAssembly, source))`)
	second.open(p.lab + "/v03-pkce")
	if !evaluate[bool](second, `oauthlabAhead.answer.then(answer => answer.status === 201)`) {
		t.Fatal("the second tab has made no lab")
	}
	first.open(p.lab + "/v02-state")
	first.has("button", "Run the flow")
	evaluate[bool](second, `(goOn(), true)`)
	second.has("button", "Run the flow")
	labs := map[string]bool{}
	for _, b := range []*tab{first, second} {
		b.says("Run the flow")
		labs[evaluate[string](b, `performance.getEntriesByType("resource").map(e => e.name.match(/\/api\/labs\/([0-9a-f-]+)/)?.[1]).find(Boolean) ?? ""`)] = true
	}
	delete(labs, "") // the first made its lab, and asked nothing more
	kept := evaluate[string](second, `JSON.parse(localStorage.getItem("oauthlab.lab")).id`)
	if len(labs) != 1 || !labs[kept] {
		t.Errorf("the tabs have the labs %v, the browser keeps %s", labs, kept)
	}
}

// A program that cannot be had is told on the loader's card, in the browser's words, and
// the page can be read; nothing pretends that it is still coming.
func TestAProgramThatDoesNotCome(t *testing.T) {
	p := start(t, t.TempDir())
	for name, tt := range map[string]struct {
		answer string // JavaScript: what comes in the place of the program
		says   string
	}{
		"no answer":      {`Promise.reject(new TypeError("Failed to fetch"))`, "Failed to fetch"},
		"a refusal":      {`Promise.resolve(new Response("", {status: 503}))`, "answered 503"},
		"another thing":  {`Promise.resolve(new Response("<!doctype html>".repeat(9999), {headers: {"Content-Type": "application/wasm"}}))`, "CompileError"},
		"the wrong type": {`Promise.resolve(new Response("\0asm", {headers: {"Content-Type": "text/html"}}))`, "MIME type"},
		"half of it":     {`fetch(address).then(r => new Response(r.body.pipeThrough(new TransformStream({start(c) { this.n = 0 }, transform(chunk, c) { (this.n += chunk.length) > 1e6 ? c.error(new TypeError("network error")) : c.enqueue(chunk) }})), {headers: r.headers}))`, "Network error"},
	} {
		t.Run(name, func(t *testing.T) {
			b := openTab(t)
			b.forgive("loading wasm failed")
			b.before(fmt.Sprintf(`const fetched = window.fetch;
				window.fetch = (address, ...rest) => { const fetch = fetched; return String(address).endsWith("/app.wasm") ? %s : fetched(address, ...rest) };`, tt.answer))
			b.open(p.lab + "/v03-pkce")
			b.until(`getComputedStyle(document.querySelector("#app-wasm-loader .goapp-label"), "::before").content.includes("could not be started")`)
			b.says("Is the one who redeems")
			evaluate[bool](b, redrawn+`.then(() => true)`)
			if label := evaluate[string](b, `document.querySelector("#app-wasm-loader .goapp-label").textContent`); !strings.Contains(label, tt.says) {
				t.Errorf("the loader says %q, want %q in it", label, tt.says)
			}
			b.shoot("failed")
		})
	}
}

// While the program comes, the loader says how much of it has.
func TestTheLoaderShowsHowFarItIs(t *testing.T) {
	p := start(t, t.TempDir())
	b := openTab(t)
	b.before(`window.shown = new Set();
		const add = text => {
			const percent = text?.match(/(\d+)%/);
			if (percent) shown.add(Number(percent[1]));
		};
		new MutationObserver(records => { // the loader may be gone with its last step already
			for (const r of records) {
				if (r.target.className === "goapp-label") for (const n of r.addedNodes) add(n.textContent);
			}
			add(document.querySelector("#app-wasm-loader .goapp-label")?.textContent);
		}).observe(document, {subtree: true, childList: true, characterData: true});`)
	b.open(p.lab + "/v03-pkce")
	b.has("button", "Run the flow")
	shown := evaluate[[]int](b, `[...shown]`)
	if len(shown) < 3 || shown[0] != 0 || shown[len(shown)-1] != 100 {
		t.Errorf("the loader showed %v, want some steps from 0 to 100", shown)
	}
	for i := 1; i < len(shown); i++ {
		if shown[i] < shown[i-1] {
			t.Errorf("the loader went back: %v", shown)
		}
	}
}
