package dialogs

import (
	"strings"
	"testing"

	"oauthlab/app/ui/session"
)

// appendixB is the example of RFC 7636.
var appendixB = session.Bench{Verifier: "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", Challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"}

func TestWhatTheWorkbenchSaysOfAPair(t *testing.T) {
	v, c := appendixB.Verifier, appendixB.Challenge
	of := func(verifier, challenge string) session.Bench {
		return session.Bench{Verifier: verifier, Challenge: challenge}
	}
	tests := map[string]struct {
		bench session.Bench
		want  string
	}{
		"the RFC's own":              {appendixB, "✓ They meet"},
		"with white space around":    {of(v, " "+c+"\n"), "✓ They meet"},
		"one character of another":   {of(v, "F"+c[1:]), "✗ They do not meet"},
		"another verifier":           {of(strings.Repeat("a", 43), c), "✗ They do not meet"},
		"with padding":               {of(v, c+"="), "✗ All but the padding"},
		"the verifier itself":        {of(v, v), "by the method plain alone"},
		"no challenge":               {of(v, ""), "Paste a challenge"},
		"no verifier":                {of("", c), "Paste a challenge"},
		"nothing":                    {of("", ""), "Paste a challenge"},
		"a challenge of white space": {of(v, " "), "Paste a challenge"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := meets(tt.bench); !strings.Contains(got, tt.want) {
				t.Errorf("%q, want %q in it", got, tt.want)
			}
		})
	}
}

func TestWhatTheWorkbenchSaysOfAVerifier(t *testing.T) {
	for verifier, want := range map[string]string{
		"":                 "Type one",
		appendixB.Verifier: "✓",
		"ü":                "✗ Too short: 1 of at least 43 characters. 'ü' may not stand in it",
	} {
		if got := verdictOn(verifier); !strings.HasPrefix(got, want) {
			t.Errorf("of %q it says %q, want %q", verifier, got, want)
		}
	}
}
