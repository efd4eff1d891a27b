package ui

import (
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/app/browser"
	"oauthlab/app/client"
	"oauthlab/app/tag"
	"oauthlab/app/timeline"
	"oauthlab/lessons/guard"
	"oauthlab/lessons/param"
)

// benchTitle is what the workbench is called, wherever it can be opened.
const benchTitle = "PKCE workbench"

// The ids of the workbench's fields.
const (
	verifierField  = "bench-verifier"
	challengeField = "bench-challenge"
)

// maxBench bounds what is typed, in characters: enough to break the rules.
const maxBench = 256

// bench is what lies on the workbench.
type bench struct {
	Verifier  string
	Challenge string // to hold against the verifier
}

// appendixB is the example of RFC 7636.
var appendixB = bench{"dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"}

// benchOpener is a button that opens the workbench: at the place that is named so, with
// the parameter that stands there, if one does.
func (d *desk) benchOpener(place string, p *timeline.Param) app.UI {
	id, class, value := "bench-"+place, "button button-small", ""
	if p != nil {
		class, value = "more", p.Value
	}
	return pressable(tag.Button(class).ID(id).Text(benchTitle).Aria("haspopup", "dialog"),
		!app.IsServer, func() {
			d.screen.Opener = id
			d.openBench(p)
		}, id, value)
}

// openBench opens the workbench with the parameter on it, or else with something to
// look at.
func (d *desk) openBench(p *timeline.Param) {
	b := &d.screen.Bench
	switch {
	case p != nil && p.Name == "code_verifier":
		b.Verifier = p.Value
	case p != nil:
		b.Challenge = p.Value
	}
	for _, other := range []bench{d.latestPair(), appendixB} {
		if *b == (bench{}) {
			*b = other
		}
	}
	d.screen.Laid = *b
	d.openDialog(dialogBench)
}

// latestPair returns verifier and challenge of the learner's latest flow.
func (d *desk) latestPair() bench {
	verifier, challenge := timeline.LatestPair(d.log.Events())
	return bench{verifier, challenge}
}

// lay puts something else on the bench.
func (d *desk) lay(b bench) {
	d.screen.Bench = b
	browser.Fill(verifierField, b.Verifier)
	browser.Fill(challengeField, b.Challenge)
}

// generate makes a verifier as the client does, and leaves the challenge where it is:
// it does not fit any more.
func (d *desk) generate() {
	if verifier, err := client.NewVerifier(browser.Random()); err == nil {
		d.lay(bench{verifier, d.screen.Bench.Challenge})
	}
}

// workbench shows how a challenge comes out of its verifier, by the client's own code,
// and whether the two belong together, by the server's.
func (d *desk) workbench() app.UI {
	b, laid, flow := &d.screen.Bench, d.screen.Laid, d.latestPair()
	return tag.Div("bench").Body(
		tag.P("modal-lead").Text("From verifier to challenge, by the code that the client runs. Nothing leaves this page."),
		tag.Div("modal-actions").Body(
			benchButton("Generate", true, d.generate),
			benchButton("RFC 7636 appendix B", true, func() { d.lay(appendixB) }),
			benchButton("Take this flow's values", flow != bench{}, func() { d.lay(d.latestPair()) }),
		),
		benchField(verifierField, "Code verifier", laid.Verifier, &b.Verifier),
		tag.P("bench-said").Role("status").Text(verdictOn(b.Verifier)),
		tag.Dl("bench-way").Body(way(b.Verifier)...),
		benchField(challengeField, "A challenge to hold against it", laid.Challenge, &b.Challenge),
		tag.P("bench-said").Role("status").Text(meets(*b)),
		tag.P("bench-note").Text("There is no way back: SHA-256 cannot be undone. From a challenge one can only guess verifiers and hash each, and 256 bits of chance are beyond guessing (RFC 7636 §7.1)."),
	)
}

func benchButton(text string, ready bool, press func()) app.UI {
	return pressable(tag.Button("button", "button-small").Text(text), ready, press, text)
}

// benchField is a text of the learner's, who may type faster than the page is drawn:
// what is drawn is therefore what lay there first, and what is typed is only read.
func benchField(id, label, laid string, typed *string) app.UI {
	return tag.Div().Body(
		tag.Label("field-label").Attr("for", id).Text(label),
		tag.Textarea("field-input", "field-long", "mark", markClass(param.MarkPKCE)).ID(id).Attr("rows", 2).
			Attr("spellcheck", "false").Attr("maxlength", maxBench).Text(laid).
			OnInput(func(ctx app.Context, _ app.Event) { *typed = ctx.JSSrc().Get("value").String() }, app.EventScope(id)),
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
func meets(b bench) string {
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
