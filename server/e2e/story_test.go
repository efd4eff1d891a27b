package e2e

import (
	"fmt"
	"testing"
)

// The story of the lab's first minute, by clicking what a learner clicks: run the
// flow, switch PKCE off, let Mallory redeem a stolen code, switch PKCE on, and see
// her refused.
func TestRunBreakAndMendPKCE(t *testing.T) {
	p := start(t, t.TempDir())
	b := openTab(t)
	b.open(p.lab + "/v03-pkce")
	b.says("Is the one who redeems the code the one who asked for it?")

	b.runTheFlow()
	b.has("button", "Auth server: PKCE verifier passed.")
	b.shoot("run")

	// A message of the diagram, raw and decoded.
	b.do("choose the token request", clickOn(`[data-seq]`, "POST /token"))
	b.press("tab", "Decoded")
	b.says("code_verifier")
	b.says("RFC 7636 §4.5")
	b.press("tab", "Raw")
	b.says("grant_type=authorization_code")
	b.shoot("inspected")

	b.press("radio", "Nothing: state protects it")
	b.says("Not quite, and many think so")
	b.press("switch", "PKCE")
	b.says("PKCE is off in this lab")
	b.press("button", "Run the attack")
	b.done("break")
	b.says("Mallory holds Alice's token")
	b.has("button", "Auth server: PKCE verifier would refuse: the verifier does not match the challenge.")
	b.shoot("broken")

	b.mend()
	b.press("button", "Run the attack: Intercepted code redeemed")
	b.done("mend")
	b.says("stopped")
	b.shoot("mended")
}

// runTheFlow signs Alice in and waits until the lesson has ticked its first step.
func (b *tab) runTheFlow() {
	b.Helper()
	b.signIn()
	b.done("run")
}

// signIn starts the flow and signs Alice in.
func (b *tab) signIn() {
	b.Helper()
	b.press("button", "Run the flow")
	b.pressInFrame("#alice", "Sign in as Alice")
}

// done waits until the step of the lesson has ticked itself.
func (b *tab) done(step string) {
	b.Helper()
	b.until(isDone(step))
}

// mend switches on what is off, and waits until it is.
func (b *tab) mend() {
	b.Helper()
	b.press("button", "Mend it")
	b.until(`!document.body.innerText.includes("is off in this lab")`)
}

func isDone(step string) string {
	return fmt.Sprintf(`document.querySelector('[data-step="%s"]')?.dataset.done === "true"`, step)
}
