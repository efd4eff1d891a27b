package e2e

import "testing"

// The story of the lab's first minute, by clicking what a learner clicks: run the
// flow, switch PKCE off, let Mallory redeem a stolen code, switch PKCE on, and see
// her refused.
func TestRunBreakAndMendPKCE(t *testing.T) {
	p := start(t, t.TempDir())
	b := openTab(t)
	b.open(p.lab + "/v03-pkce")
	b.shoot("1-opened")

	b.press("button", "Run the flow")
	b.pressInFrame("#alice", `button[value="alice"]`)
	b.until(`document.querySelector('[data-step="run"]').dataset.done === "true"`)
	b.shoot("2-run")
}
