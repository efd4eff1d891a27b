package e2e

import "testing"

// Each chapter is run, broken and mended by clicking what its lesson says.
func TestEachChapterByClicking(t *testing.T) {
	p := start(t, t.TempDir())
	chapters := map[string]struct {
		path, guess, protection, title, attack, harm, stopped string
	}{
		"v01": {
			"/v01-login-and-code", "The server sends Alice's code to Mallory", "Exact redirect URI",
			"How does an app get in without your password?", "Code sent to Mallory", "Mallory holds a code of Alice's", "Exact redirect URI",
		},
		"v02": {
			"/v02-state", "Alice's client takes it, and goes on as Mallory", "State",
			"Did this browser start this login?", "Alice signed in as Mallory", "Alice's client took what was issued to Mallory", "State",
		},
		"v03": {
			"/v03-pkce", "Redeem it for a token to Alice's account", "PKCE",
			"Is the one who redeems the code the one who asked for it?", "Intercepted code redeemed", "Mallory holds Alice's token", "PKCE",
		},
	}
	for id, c := range chapters {
		t.Run(id, func(t *testing.T) {
			b := openTab(t)
			b.open(p.lab + c.path)
			b.says(c.title)
			b.runTheFlow()
			b.shoot("run")
			b.press("button", "Next: Guess, then break it")
			b.press("radio", c.guess)
			b.until(`document.querySelector('[role="radio"][aria-checked="true"].option-button') !== null`)
			b.press("switch", c.protection)
			b.says(c.protection + " is off in this lab")
			b.press("button", "Run the attack")
			b.done("break")
			b.says(c.harm)
			b.shoot("broken")
			b.mend()
			b.press("button", "Run the attack: "+c.attack)
			b.done("mend")
			b.says("Stopped by " + c.stopped)
			b.shoot("mended")
		})
	}
}
