package ui

import (
	"strings"
	"testing"
)

func TestWhatTheWorkbenchSaysOfAPair(t *testing.T) {
	v, c := appendixB.Verifier, appendixB.Challenge
	tests := map[string]struct {
		bench bench
		want  string
	}{
		"the RFC's own":              {appendixB, "✓ They meet"},
		"with white space around":    {bench{v, " " + c + "\n"}, "✓ They meet"},
		"one character of another":   {bench{v, "F" + c[1:]}, "✗ They do not meet"},
		"another verifier":           {bench{strings.Repeat("a", 43), c}, "✗ They do not meet"},
		"with padding":               {bench{v, c + "="}, "✗ All but the padding"},
		"the verifier itself":        {bench{v, v}, "by the method plain alone"},
		"no challenge":               {bench{v, ""}, "Paste a challenge"},
		"no verifier":                {bench{"", c}, "Paste a challenge"},
		"nothing":                    {bench{}, "Paste a challenge"},
		"a challenge of white space": {bench{v, " "}, "Paste a challenge"},
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
