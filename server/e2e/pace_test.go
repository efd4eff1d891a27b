package e2e

import (
	"strings"
	"testing"
)

// atPace has the page tell attacks at a pace, "" for what a new browser does.
func (b *tab) atPace(pace string) {
	b.Helper()
	b.before(`if ("` + pace + `") localStorage.setItem("oauthlab.pace", "` + pace + `"); else localStorage.removeItem("oauthlab.pace");`)
}

// storyTo steps through a story until it has come to a message.
func (b *tab) storyTo(at string) {
	b.Helper()
	b.until(count + ` !== ""`)
	for !strings.HasPrefix(evaluate[string](b, count), at) {
		was := evaluate[string](b, count)
		b.press("button", "One message on")
		b.until(count + ` !== "` + was + `"`)
	}
}

// count is where a story has come to: "2 of 13"; "" where none is told.
const count = `(document.querySelector(".replay-count")?.innerText ?? "")`

// What the lab plays is told a message at a time, and what is not told yet is nowhere.
func TestAnAttackIsToldAtReadingPace(t *testing.T) {
	p := start(t, t.TempDir())
	b := openTab(t)
	b.atPace("")
	b.open(p.lab + "/v03-pkce")
	b.press("button", "Run the attack: Intercepted code redeemed")
	b.says("Alice's client makes a verifier")
	b.until(count + `.startsWith("2 of ")`) // by itself
	b.press("button", "Pause")
	at := evaluate[string](b, count)
	if told := evaluate[string](b, `document.querySelector(".attack-verdict")?.innerText ?? ""`); told != "" || strings.Contains(b.text(), "Stopped by PKCE") {
		t.Errorf("at %s the end is told: %q", at, told)
	}
	b.press("button", "One message on")
	b.until(count + ` !== "` + at + `"`)
	b.press("button", "One message back")
	b.until(count + ` === "` + at + `"`)
	b.shoot("paused")
	b.storyTo("11 of ")
	b.says("Mallory brings Alice's code to the token endpoint, with a verifier. PKCE verifier refused: the verifier does not match the challenge.")
	b.shoot("told")
	b.press("button", "Skip")
	b.until(count + ` === "" && document.querySelector(".attack-verdict").innerText === "stopped"`)
	b.says("Stopped by PKCE")
	b.says("she has no verifier: worth nothing to her")
	b.until(`document.querySelector("[role=tab][aria-selected=true]").innerText === "Why"`)
}

// A story ends in the present by itself; what the learner does meanwhile goes before it.
func TestAStoryHoldsNothingBack(t *testing.T) {
	p := start(t, t.TempDir())
	b := openTab(t)
	b.atPace("fast")
	b.open(p.lab + "/v03-pkce")
	b.press("button", "Run the attack: Intercepted code redeemed")
	b.storyTo("13 of 13")
	b.says("Stopped by PKCE. The verifier does not match the challenge.")
	b.until(`document.querySelector(".card-sides").innerText.includes("Alice's code, unused")`)
	b.press("button", "Play")
	b.until(count + ` === "" && document.querySelector(".attack-verdict")?.innerText === "stopped"`)

	b.press("button", "Run the attack: Intercepted code redeemed")
	b.until(count + `.startsWith("1 of ")`)
	b.runTheFlow()
	b.until(count + ` === ""`)

	b.press("button", "More")
	b.press("button", "Show attacks at once")
	b.press("button", "Run the attack: Intercepted code redeemed")
	b.until(`document.querySelectorAll(".band.is-attack, .is-attack").length >= 3`)
	if at := evaluate[string](b, count); at != "" {
		t.Errorf("at once is %q", at)
	}
}

// Who asks for less motion has it at once, and may choose otherwise.
func TestLessMotionTellsAtOnce(t *testing.T) {
	p := start(t, t.TempDir())
	b := openTab(t)
	b.atPace("")
	b.before(`const {matchMedia} = window; window.matchMedia = q => q.includes("reduced-motion") ? {matches: true} : matchMedia.call(window, q)`)
	b.open(p.lab + "/v03-pkce")
	b.press("button", "Run the attack: Intercepted code redeemed")
	b.says("Stopped by PKCE")
	if at := evaluate[string](b, count); at != "" {
		t.Errorf("it is told, at %q", at)
	}
	b.press("button", "More")
	b.press("button", "Tell attacks message by message")
	b.press("button", "Run the attack: Intercepted code redeemed")
	b.until(count + `.startsWith("1 of ")`)
}
