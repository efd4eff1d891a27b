package session

import (
	"oauthlab/app/browser"
	"oauthlab/app/client"
	"oauthlab/app/timeline"
)

// Bench is what lies on the workbench.
type Bench struct {
	Verifier  string
	Challenge string // to hold against the verifier
}

// The ids of the workbench's fields.
const (
	VerifierField  = "bench-verifier"
	ChallengeField = "bench-challenge"
)

// appendixB is the example of RFC 7636.
var appendixB = Bench{"dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"}

// OpenBench opens the workbench with the parameter on it, or else with something to
// look at. opener is the id of the button that was pressed.
func (c *Controller) OpenBench(opener string, p *timeline.Param) {
	c.screen.Opener = opener
	b := &c.screen.Bench
	switch {
	case p != nil && p.Name == "code_verifier":
		b.Verifier = p.Value
	case p != nil:
		b.Challenge = p.Value
	}
	for _, other := range []Bench{c.latestPair(), appendixB} {
		if *b == (Bench{}) {
			*b = other
		}
	}
	c.screen.Laid = *b
	c.OpenDialog(DialogBench)
}

// latestPair returns verifier and challenge of the learner's latest flow.
func (c *Controller) latestPair() Bench {
	verifier, challenge := timeline.LatestPair(c.log.Events())
	return Bench{Verifier: verifier, Challenge: challenge}
}

// lay puts something else on the bench.
func (c *Controller) lay(b Bench) {
	c.screen.Bench = b
	browser.Fill(VerifierField, b.Verifier)
	browser.Fill(ChallengeField, b.Challenge)
}

// Generate makes a verifier as the client does, and leaves the challenge where it is:
// it does not fit any more.
func (c *Controller) Generate() {
	if verifier, err := client.NewVerifier(browser.Random()); err == nil {
		c.lay(Bench{Verifier: verifier, Challenge: c.screen.Bench.Challenge})
	}
}

// LayAppendixB puts the RFC's example on the bench.
func (c *Controller) LayAppendixB() { c.lay(appendixB) }

// LayLatestPair puts what the learner's latest flow used on the bench.
func (c *Controller) LayLatestPair() { c.lay(c.latestPair()) }

// HasPair reports whether the learner's latest flow used a verifier or a challenge.
func (c *Controller) HasPair() bool { return c.latestPair() != Bench{} }

// TypeVerifier takes what the learner typed.
func (c *Controller) TypeVerifier(text string) { c.screen.Bench.Verifier = text }

// TypeChallenge takes what the learner typed.
func (c *Controller) TypeChallenge(text string) { c.screen.Bench.Challenge = text }
