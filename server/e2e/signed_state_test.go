package e2e

import (
	"testing"

	"github.com/chromedp/chromedp"
)

// A client that keeps its verifier in a signed state shows it to everybody: the learner
// reads it in the address, Mallory redeems with it while every guard is on, and what
// mends it is the habit turned back.
func TestVerifierInASignedState(t *testing.T) {
	p := start(t, t.TempDir())
	b := openTab(t)
	b.open(p.lab + "/v03-pkce")
	b.press("radio", "signed-state")
	b.says("A habit of PKCE is changed")
	b.runTheFlow()

	b.do("choose the authorization request", clickOn(`[data-seq]`, "GET /authorize"))
	b.says("inside the state")
	inside := `[...document.querySelectorAll(".param")].find(e => e.innerText.startsWith("code_verifier"))?.querySelector(".param-value").innerText`
	b.until(inside)
	read := evaluate[string](b, inside)
	b.shoot("inspected")
	b.do("choose the token request", clickOn(`[data-seq]`, "POST /token"))
	b.until(`document.querySelector(".inspector").innerText.includes("code_verifier") && ` + inside + ` === "` + read + `"`)

	b.press("button", "Run the attack: The verifier read in the state")
	b.says("Mallory holds Alice's token")
	b.until(`[...document.querySelectorAll(".attack")].some(e => e.innerText.includes("The verifier read in the state") && e.innerText.includes("got in"))`)
	b.has("button", "Auth server: PKCE verifier passed.")
	b.shoot("broken")

	b.press("radio", "tab")
	b.until(`!document.body.innerText.includes("A habit of PKCE is changed")`)
	b.press("button", "Run the attack: The verifier read in the state")
	b.until(`[...document.querySelectorAll(".attack")].some(e => e.innerText.includes("The verifier read in the state") && e.innerText.includes("stopped"))`)
	b.says("Stopped by PKCE")
	b.forgive("Failed to load resource")
}

// A reload in the middle of such a login is no end to it: the state has all it takes.
func TestSignedStateOutlivesAReload(t *testing.T) {
	p := start(t, t.TempDir())
	b := openTab(t)
	b.open(p.lab + "/v03-pkce?set=pkce.keep:signed-state")
	b.says("A habit of PKCE is changed")
	b.press("button", "Run the flow")
	b.until(`[...document.querySelectorAll('[data-seq] button')].some(e => e.textContent.includes("GET /login"))`)
	b.do("forget what the login left in the tab", chromedp.Evaluate[chromedp.Void](`sessionStorage.removeItem("oauthlab.login")`))
	b.pressInFrame("#alice", "Sign in as Alice")
	b.done("run")
}
