package dialogs

import (
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/client"
	"oauthlab/app/tag"
	"oauthlab/app/ui/session"
	"oauthlab/app/ui/widget"
	"oauthlab/lessons/guard"
	"oauthlab/lessons/param"
)

// maxBench bounds what is typed, in characters: enough to break the rules.
const maxBench = "256"

// workbench shows how a challenge comes out of its verifier, by the client's own code,
// and whether the two belong together, by the server's.
func workbench(c *session.Controller, s session.Screen) app.UI {
	b, laid := s.Bench, s.Laid // laid is what lay there when it was opened
	return tag.Div("bench").Body(
		tag.P("modal-lead").Text("From verifier to challenge, by the code that the client runs. Nothing leaves this page."),
		tag.Div("modal-actions").Body(
			benchButton("Generate", true, c.Generate),
			benchButton("RFC 7636 appendix B", true, c.LayAppendixB),
			benchButton("Take this flow's values", c.HasPair(), c.LayLatestPair),
		),
		benchField(session.VerifierField, "Code verifier", laid.Verifier, c.TypeVerifier),
		tag.P("bench-said").Role("status").Text(verdictOn(b.Verifier)),
		tag.Dl("bench-way").Body(way(b.Verifier)...),
		benchField(session.ChallengeField, "A challenge to hold against it", laid.Challenge, c.TypeChallenge),
		tag.P("bench-said").Role("status").Text(meets(b)),
		tag.P("modal-note").Text("There is no way back: SHA-256 cannot be undone. From a challenge one can only guess verifiers and hash each, and 256 bits of chance are beyond guessing (RFC 7636 §7.1)."),
	)
}

func benchButton(text string, ready bool, press func()) app.UI {
	return widget.Pressable(tag.Button("button", "button-small").Text(text), ready, press, text)
}

// benchField is a text of the learner's, who may type faster than the page is drawn:
// what is drawn is therefore what lay there first, and what is typed is only read.
func benchField(id, label, laid string, typed func(text string)) app.UI {
	return tag.Div().Body(
		tag.Label("field-label").Attr("for", id).Text(label),
		tag.Textarea("field-input", "field-long", "mark", widget.MarkClass(param.MarkPKCE)).ID(id).Attr("rows", "2").
			Attr("spellcheck", "false").Attr("maxlength", maxBench).Text(laid).
			On("input", func(ctx app.Context, _ app.Event) { typed(ctx.JSSrc().Get("value").String()) }, app.EventScope(id)),
	)
}

// verdictOn says which rules a verifier breaks, or that it keeps them.
func verdictOn(verifier string) string {
	if verifier == "" {
		return "Type one, or have one made."
	}
	if faults := client.VerifierFaults(verifier); len(faults) > 0 {
		return "✗ " + strings.Join(faults, " ") + " (RFC 7636 §4.1)"
	}
	return "✓ 43 to 128 characters, all of them allowed (RFC 7636 §4.1)."
}

// way shows the steps from a verifier to its challenge.
func way(verifier string) []app.UI {
	if verifier == "" {
		return nil
	}
	d := client.Derive(verifier)
	var items []app.UI
	for _, step := range [][2]string{
		{"ASCII, in hex", fmt.Sprintf("% x", d.Octets)},
		{"SHA-256 of these octets, in hex", fmt.Sprintf("% x", d.Hash)},
		{"The same in base64", base64.StdEncoding.EncodeToString(d.Hash)},
		{"And in base64url, without padding: the challenge", d.Challenge},
	} {
		items = append(items, tag.Dt("bench-name").Text(step[0]), tag.Dd("bench-value").Text(step[1]))
	}
	return items
}

// meets says whether a challenge and a verifier belong together.
func meets(b session.Bench) string {
	challenge := strings.TrimSpace(b.Challenge)
	fits := func(challenge, method string) bool { return guard.PKCE(challenge, method, b.Verifier) == nil }
	switch {
	case challenge == "" || b.Verifier == "":
		return "Paste a challenge, such as one out of an address, to see whether this verifier opens it."
	case fits(challenge, guard.S256):
		return "✓ They meet: for a code of this challenge, the server accepts this verifier (RFC 7636 §4.6)."
	case fits(challenge, guard.Plain):
		return "✗ This is the verifier itself. They meet by the method plain alone, which hides nothing (RFC 7636 §4.2)."
	case fits(strings.TrimSuffix(challenge, "="), guard.S256):
		return "✗ All but the padding: a challenge has no “=” at its end (RFC 7636 appendix A)."
	}
	return "✗ They do not meet: the server answers invalid_grant (RFC 7636 §4.6)."
}
