package e2e

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// The learner plays Alice: the link of Mallory's mail opens in the learner's own
// frame, with the session and the client of the page.
func TestTheLearnerOpensMallorysMail(t *testing.T) {
	p := start(t, t.TempDir())
	t.Run("a login link with Mallory's address", func(t *testing.T) {
		b := openTab(t)
		b.open(p.lab + "/v01-login-and-code?off=redirect-uri")
		b.press("button", "Be Alice: get Mallory's mail. Code sent to Mallory")
		b.press("button", "Delete it")
		b.until(`document.querySelector(".mail") === null && document.querySelector("#alice") === null`)
		b.press("button", "Be Alice: get Mallory's mail. Code sent to Mallory")
		b.press("button", "Open its link")
		b.pressInFrame("#alice", "Sign in as Alice")
		b.saysInFrame("Mallory")
		b.ended("Code sent to Mallory", "got in")
		b.says("Mallory holds a code of Alice's")
		b.shoot("code-at-mallory")
		b.mend()
		b.press("button", "Be Alice: get Mallory's mail. Code sent to Mallory")
		b.press("button", "Open its link")
		b.saysInFrame("redirect")
		b.ended("Code sent to Mallory", "stopped")
		b.says("Stopped by Exact redirect URI")
		b.shoot("refused")
		b.forgive("the server responded with a status of 400")
	})
	t.Run("a link to Mallory's own app, with a mistake", func(t *testing.T) {
		b := openTab(t)
		b.open(p.lab + "/v01-login-and-code?off=sign-in-first")
		b.press("button", "Be Alice: get Mallory's mail. An error before the sign-in")
		b.press("button", "Open its link")
		b.ended("An error before the sign-in", "got in")
		b.says("The real server sent Alice to Mallory")
		b.shoot("error-at-mallory")
		b.mend()
		b.press("button", "Be Alice: get Mallory's mail. An error before the sign-in")
		b.press("button", "Open its link")
		b.saysInFrame("This request cannot be granted.")
		b.ended("An error before the sign-in", "stopped")
		b.says("Stopped by Sign-in first")
		b.shoot("told-first")
	})
	t.Run("a callback with Mallory's code, during a login", func(t *testing.T) {
		b := openTab(t)
		b.open(p.lab + "/v02-state?off=state")
		b.press("button", "Be Alice: get Mallory's mail. Alice signed in as Mallory")
		b.press("button", "Open its link")
		b.says("The client took the code")
		b.ended("Alice signed in as Mallory", "got in")
		b.done("break") // by the learner's own hand
		b.shoot("taken")
		b.mend()
		b.press("button", "Be Alice: get Mallory's mail. Alice signed in as Mallory")
		b.press("button", "Open its link")
		b.says("The client gives up")
		b.ended("Alice signed in as Mallory", "stopped")
		b.shoot("refused")
	})
	t.Run("Mallory is refused before she has a link", func(t *testing.T) {
		b := openTab(t)
		b.open(p.lab + "/v03-pkce")
		b.press("button", "Be Alice: get Mallory's mail. PKCE taken out of the request")
		b.says("Mallory was refused before she had a link to send")
		b.ended("PKCE taken out of the request", "stopped")
	})
}

// ended waits until the attack is listed with what came of it.
func (b *tab) ended(attack, how string) {
	b.Helper()
	b.until(fmt.Sprintf(`[...document.querySelectorAll(".attack")].some(e => e.querySelector(".attack-title").innerText === %q && e.querySelector(".attack-verdict")?.innerText === %q)`, attack, how))
}

// saysInFrame waits until the page in Alice's browser says a text.
func (b *tab) saysInFrame(text string) {
	b.Helper()
	b.do("find "+text+" in the frame", retried(func(ctx context.Context, t *chromedp.Target) error {
		owner, err := nodeOf(ctx, t, `document.querySelector("#alice")`, -1)
		if err != nil || owner.ContentDocument == nil || !strings.Contains(textOf(owner.ContentDocument), text) {
			return errors.Join(errNotThere, err)
		}
		return nil
	}))
}
