package client

import (
	"encoding/hex"
	"strings"
	"testing"

	"oauthlab/lessons/guard"
)

func TestDerivationOfTheRFC(t *testing.T) {
	d := Derive(vectorVerifier) // RFC 7636 appendix B
	if string(d.Octets) != vectorVerifier || len(d.Octets) != 43 {
		t.Errorf("octets %x", d.Octets)
	}
	if got, want := hex.EncodeToString(d.Hash), "13d31e961a1ad8ec2f16b10c4c982e0876a878ad6df144566ee1894acb70f9c3"; got != want {
		t.Errorf("hash %s, want %s", got, want)
	}
	if d.Challenge != vectorChallenge {
		t.Errorf("challenge %q, want %q", d.Challenge, vectorChallenge)
	}
}

// Client and server derive each for itself, and must agree.
func TestDerivationIsTheServers(t *testing.T) {
	for _, verifier := range []string{"", vectorVerifier, strings.Repeat("~", 128), "ü"} {
		if got, want := Derive(verifier).Challenge, guard.Challenge(guard.S256, verifier); got != want {
			t.Errorf("%q makes %q here and %q at the server", verifier, got, want)
		}
	}
}

func TestVerifierFaults(t *testing.T) {
	tests := map[string]struct {
		verifier string
		want     []string // what each sentence contains
	}{
		"that of the RFC":          {vectorVerifier, nil},
		"the shortest":             {strings.Repeat("a", 43), nil},
		"one too short":            {strings.Repeat("a", 42), []string{"Too short: 42"}},
		"the longest":              {strings.Repeat("a", 128), nil},
		"one too long":             {strings.Repeat("a", 129), []string{"Too long: 129"}},
		"every character":          {unreserved, nil},
		"empty":                    {"", []string{"Too short: 0"}},
		"padding":                  {strings.Repeat("a", 43) + "=", []string{"'=' may not"}},
		"a plus":                   {strings.Repeat("a", 43) + "+", []string{"'+' may not"}},
		"a space":                  {strings.Repeat("a", 43) + " ", []string{"' ' may not"}},
		"a line break":             {strings.Repeat("a", 43) + "\n", []string{`'\n' may not`}},
		"characters, not octets":   {strings.Repeat("a", 127) + "ü", []string{"'ü' may not"}},
		"two rules at once":        {"é", []string{"Too short: 1", "'é' may not"}},
		"what is not UTF-8 at all": {strings.Repeat("a", 43) + "\xff", []string{"may not"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := VerifierFaults(tt.verifier)
			if len(got) != len(tt.want) {
				t.Fatalf("faults %q, want %q", got, tt.want)
			}
			for i, part := range tt.want {
				if !strings.Contains(got[i], part) {
					t.Errorf("fault %q, want %q in it", got[i], part)
				}
			}
		})
	}
}

func TestNewVerifierBreaksNoRule(t *testing.T) {
	d := newDesk(t, nil)
	verifier, err := NewVerifier(d.Random)
	if err != nil || verifier != vectorVerifier || VerifierFaults(verifier) != nil {
		t.Errorf("NewVerifier = %q, %v", verifier, err)
	}
	if _, err := NewVerifier(strings.NewReader("short")); err == nil {
		t.Error("too little chance makes a verifier all the same")
	}
}
