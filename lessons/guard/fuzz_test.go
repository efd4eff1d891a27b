package guard

import (
	"encoding/json"
	"math"
	"testing"
	"time"
)

// Guards take whatever comes, and let pass only what is equal, or in time: expires and
// now are in nanoseconds since 1970.
func FuzzGuards(f *testing.F) {
	f.Add(vectorChallenge, "S256", vectorVerifier, int64(1), int64(0))
	f.Add("", "", "", int64(0), int64(0))
	f.Add("x", "plain", "x", int64(0), int64(1))
	f.Add("\x00", "\xff", "\n", int64(math.MinInt64), int64(math.MaxInt64))
	f.Fuzz(func(t *testing.T, a, b, c string, expires, now int64) {
		if PKCE(a, b, c) == nil && a != "" && Challenge(b, c) != a {
			t.Errorf("PKCE passes %q by %q for %q", c, b, a)
		}
		for _, tied := range []bool{false, true} {
			if State(a, b, tied) == nil && (a != b || a == "" && !tied) {
				t.Errorf("state passes %q for %q", b, a)
			}
		}
		if RedirectURI([]string{a}, b) == nil && a != b {
			t.Errorf("redirect URI passes %q for %q", b, a)
		}
		if CodeClient(a, b) == nil && a != b {
			t.Errorf("client passes %q for %q", b, a)
		}
		for _, optional := range []bool{false, true} {
			if CodeRedirectURI(a, b, optional) == nil && a != b && (b != "" || !optional) {
				t.Errorf("bound redirect URI passes %q for %q", b, a)
			}
		}
		if PKCEDowngrade(a, b) == nil && a == "" && b != "" {
			t.Errorf("a verifier %q passes without challenge", b)
		}
		if PKCEPlain(a, b) == nil && a != "" && b != "S256" {
			t.Errorf("the method %q passes", b)
		}
		if err := CodeExpiry(time.Unix(0, expires), time.Unix(0, now)); (err == nil) != (now < expires) {
			t.Errorf("a code that expires at %d is judged at %d: %v", expires, now, err)
		}
	})
}

// A switch takes its values and nothing else, and what it took it gives back.
func FuzzSwitchesWith(f *testing.F) {
	for _, p := range Catalogue() {
		for _, part := range p.Parts {
			f.Add(string(part.ID), `false`)
			f.Add(string(part.ID), `"nothing"`)
		}
	}
	f.Add("nonsense", `{}`)
	f.Fuzz(func(t *testing.T, id, value string) {
		s, err := Switches(nil).With(ID(id), json.RawMessage(value))
		if err != nil {
			return
		}
		part, known := FindPart(ID(id))
		if !known {
			t.Fatalf("%q is switched and not in the catalogue", id)
		}
		text, err := json.Marshal(s.Setting(part))
		if err != nil {
			t.Fatal(err)
		}
		again, err := Switches(nil).With(ID(id), text)
		if err != nil || len(again) != len(s) || again[part.ID] != s[part.ID] {
			t.Errorf("%s given back as %s is %v, was %v (%v)", id, text, again, s, err)
		}
	})
}
