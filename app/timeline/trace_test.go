package timeline

import (
	"slices"
	"strings"
	"testing"

	"oauthlab/lessons/guard"

	"oauthlab/lessons/param"
)

func TestValuesThatBelongTogetherShareATrace(t *testing.T) {
	const verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk" // RFC 7636, appendix B
	challenge := guard.Challenge(guard.S256, verifier)
	tests := map[string]struct {
		name, value, otherName, other string
		share                         bool
	}{
		"a code and itself":                 {"code", "abc", "code", "abc", true},
		"two codes":                         {"code", "abc", "code", "abd", false},
		"a code and a state of one text":    {"code", "abc", "state", "abc", false},
		"a verifier and its challenge":      {"code_verifier", verifier, "code_challenge", challenge, true},
		"a verifier and a plain challenge":  {"code_verifier", verifier, "code_challenge", verifier, true},
		"a verifier and another challenge":  {"code_verifier", "made-up", "code_challenge", challenge, false},
		"what is not followed":              {"client_id", "x", "client_id", "x", false},
		"an error is a word, and no value":  {"error", "invalid_grant", "error", "invalid_grant", false},
		"nothing":                           {"code", "", "code", "", false},
		"markup, quotes, spaces, and so on": {"state", `"]<b> x`, "state", `"]<b> x`, true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			one, other := TraceOf(tt.name, tt.value), strings.Fields(TraceOf(tt.otherName, tt.other))
			share := slices.ContainsFunc(strings.Fields(one), func(n string) bool { return slices.Contains(other, n) })
			if share != tt.share {
				t.Errorf("%q and %q: shared %v, want %v", one, other, share, tt.share)
			}
			if strings.ContainsAny(one, `"'<>[]\`) {
				t.Errorf("the trace %q cannot stand in a selector", one)
			}
		})
	}
}

func TestATextIsCutAtTheValuesInIt(t *testing.T) {
	params := []Param{
		{Name: "code", Value: "SplxlO", Kind: param.MarkCode},
		{Name: "state", Value: "af0if", Kind: param.MarkState},
		{Name: "client_id", Value: "demo"},
		{Name: "code", Value: "x", Kind: param.MarkCode}, // too short to be told from other text
	}
	tests := map[string][]string{
		"GET /callback?code=SplxlO&state=af0if": {"GET /callback?code=", "[SplxlO]", "&state=", "[af0if]"},
		"SplxlO SplxlO":                         {"[SplxlO]", " ", "[SplxlO]"},
		"x demo":                                {"x demo"},
		"":                                      nil,
	}
	for text, want := range tests {
		var got []string
		for _, p := range Cut(text, params) {
			if p.Kind != "" {
				p.Text = "[" + p.Text + "]"
			}
			got = append(got, p.Text)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q is cut into %q, want %q", text, got, want)
		}
	}
}
