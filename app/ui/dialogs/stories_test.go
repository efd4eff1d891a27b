//go:build !js

package dialogs

import (
	"strings"
	"testing"

	"oauthlab/app/ui/uitest"
)

// What is told is under its own heading, and what is not told is said.
func TestWhoKnowsWhat(t *testing.T) {
	for _, s := range Stories() {
		if !strings.HasPrefix(s.Name, "who knows what") {
			continue
		}
		page := strings.Join(strings.Fields(uitest.HTML(s.UI)), " ")
		want := []string{">ID token<", ">UserInfo<", ">API profile<", "alice@example.com", "29 November 2026, 21:18:18 UTC", ">not told<", "Nobody asked for it in this login.", "1 photo, 0 notes"}
		if s.Name == "who knows what, of nobody" {
			want = []string{"Press “Run the flow” and sign in as Alice"}
		}
		for _, text := range want {
			if !strings.Contains(strings.ReplaceAll(strings.ReplaceAll(page, "> ", ">"), " <", "<"), text) {
				t.Errorf("%s lacks %s: %s", s.Name, text, page)
			}
		}
	}
}

// The workbench has the token in its parts, and says what the API made of it.
func TestTheJWTWorkbench(t *testing.T) {
	for _, s := range Stories() {
		if !strings.HasPrefix(s.Name, "JWT workbench") {
			continue
		}
		page := strings.Join(strings.Fields(uitest.HTML(s.UI)), " ")
		for _, text := range []string{"jwt-header", "jwt-signature", "{&#34;sub&#34;: &#34;alice&#34;}", "no signature", "The API refuses it, and answers 401."} {
			if !strings.Contains(page, text) {
				t.Errorf("%s lacks %s: %s", s.Name, text, page)
			}
		}
	}
}
