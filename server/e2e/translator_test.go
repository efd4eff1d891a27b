package e2e

import (
	"net/http"
	"strings"
	"testing"
)

// translator does to a page what translators of browsers do: each text is replaced by
// elements with another, and what comes later too. The polite ones leave alone what says so.
const translator = `(polite => {
	const foreign = new WeakSet(), skip = polite ? "[translate=no], [translate=no] *" : ":not(*)";
	function translate(node) {
		const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT), texts = [];
		for (let t = node.nodeType === 3 ? node : walker.nextNode(); t; t = walker.nextNode()) texts.push(t);
		for (const t of texts) {
			if (!t.nodeValue.trim() || foreign.has(t) || !t.parentElement || t.parentElement.closest("script, style, textarea, .ended") || t.parentElement.matches(skip)) continue;
			const outer = document.createElement("font"), inner = document.createElement("font");
			const text = document.createTextNode(t.nodeValue);
			foreign.add(text);
			inner.append(text);
			outer.append(inner);
			t.parentNode.insertBefore(outer, t);
			t.remove();
		}
	}
	translate(document.body);
	new MutationObserver(records => { for (const r of records) { r.addedNodes.forEach(translate); if (r.type === "characterData") translate(r.target); } })
		.observe(document.body, {subtree: true, childList: true, characterData: true});
	return document.querySelectorAll("font").length > 0;
})`

// A page that is translated while it is used stays alive, and says what is so.
func TestATranslatedPageLives(t *testing.T) {
	p := start(t, t.TempDir())
	for name, polite := range map[string]string{"by one that heeds translate=no": "true", "by one that does not": "false"} {
		t.Run(name, func(t *testing.T) {
			b := openTab(t)
			b.open(p.lab + "/v03-pkce")
			b.has("button", "Run the flow")
			if !evaluate[bool](b, translator+`(`+polite+`)`) {
				t.Fatal("nothing is translated")
			}
			b.runTheFlow()
			b.done("run")
			b.press("button", "Next: Guess, then break it")
			b.press("radio", "Redeem it for a token to Alice's account")
			b.press("switch", "PKCE")
			b.says("PKCE is off in this lab")
			b.press("button", "Run the attack")
			b.done("break")
			b.says("Mallory holds Alice's token")
			b.shoot("translated")
			b.mend()
			b.until(`!document.body.innerText.includes("is off in this lab")`)
			b.press("button", "Run the attack: Intercepted code redeemed")
			b.says("Stopped by PKCE")
			b.press("button", "Replay: Alice signs in")
			b.press("button", "One message on")
			b.says("2 of ")
			b.press("button", "Back to now")
			b.press("button", "Reset the lab")
			b.press("button", "Yes, reset the lab")
			b.says("Nothing has happened here yet")
			b.runTheFlow()
		})
	}
}

// Elements that an extension puts into the page are no reason to end.
func TestAPageWithStrangersInItLives(t *testing.T) {
	p := start(t, t.TempDir())
	b := openTab(t)
	b.open(p.lab + "/v03-pkce")
	b.has("button", "Run the flow")
	evaluate[bool](b, `(() => {
		for (const e of document.querySelectorAll("main, .center, .panel, .bands, .rows, .lesson, .notices")) {
			e.prepend(Object.assign(document.createElement("aside"), {className: "stranger"}));
			e.append(Object.assign(document.createElement("aside"), {className: "stranger"}));
		}
		document.querySelector(".diagram-empty").remove();
		return true;
	})()`)
	b.runTheFlow()
	b.press("switch", "PKCE")
	b.says("PKCE is off in this lab")
	b.mend()
	b.press("button", "Reset the lab")
	b.press("button", "Yes, reset the lab")
	b.says("Nothing has happened here yet")
}

// endTheProgram has it panic.
func (b *tab) endTheProgram() {
	b.Helper()
	for _, said := range []string{"panic", "goroutine", "exit code", "Go program has already exited"} {
		b.forgive(said)
	}
	evaluate[bool](b, `(goappNav(), true)`) // without the address that it takes
}

// A program that ended says so, and nothing pretends that it goes on.
func TestAProgramThatEndedSaysSo(t *testing.T) {
	p := start(t, t.TempDir())
	b := openTab(t)
	b.open(p.lab + "/v03-pkce")
	b.runTheFlow()
	b.endTheProgram()
	b.says("The program of this page has ended")
	b.until(`document.querySelector(".shell").inert`)
	b.shoot("ended")
	b.press("button", "Reload the page")
	b.runTheFlow()
}

// The program does not start before the scripts that protect it from other programs:
// they may be the last to come.
func TestTheProgramWaitsForThePagesScripts(t *testing.T) {
	compiled := make(chan struct{})
	late := func(r *http.Request) bool {
		return strings.HasSuffix(r.URL.Path, "/foreign.js") || r.URL.Path == "/compiled"
	}
	p := startBehind(t, late, func(_ string, pass http.Handler) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/compiled" {
				close(compiled)
				return
			}
			select {
			case <-compiled:
			case <-r.Context().Done():
			}
			pass.ServeHTTP(w, r)
		}
	})
	b := openTab(t)
	b.before(`const {compileStreaming} = WebAssembly;
		WebAssembly.compileStreaming = async source => {
			const program = await compileStreaming.call(WebAssembly, source);
			(async () => { // some frames in which it could start
				for (let frames = 0; frames < 9; frames++) await new Promise(requestAnimationFrame);
				fetch("/compiled");
			})();
			return program;
		}`)
	b.open(p.lab + "/v03-pkce")
	b.has("button", "Run the flow")
	b.endTheProgram()
	b.says("The program of this page has ended")
}
