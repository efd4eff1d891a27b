package load_test

import (
	"strings"
	"testing"

	"oauthlab/lessons"
	"oauthlab/lessons/load"
)

func TestAnErrorFindsItsEntry(t *testing.T) {
	finder := load.NewTroubleFinder([]load.TroubleGroup{{Troubles: []lessons.Trouble{
		{ID: "expired", Says: []string{"This code has expired."}, Guards: []string{"code-expiry"}},
		{ID: "missing", Says: []string{"No code_verifier was sent."}, Guards: []string{"pkce.verify"}},
		{ID: "wrong", Says: []string{"The verifier does not match the challenge."}, Guards: []string{"pkce.verify"}},
		{ID: "any-parameter", Says: []string{"The parameter … is sent more than once.", "The parameter … is missing."}},
		{ID: "code-missing", Says: []string{"The parameter code is missing."}},
		{ID: "takes", Says: []string{"… takes …."}},
		{ID: "refused", Says: []string{"The token endpoint refused: …"}},
		{ID: "down", Shows: []string{"Failed to fetch"}},
		{ID: "blocked", Shows: []string{"has been blocked by CORS policy"}},
		{ID: "wait", Says: []string{"Too many. Wait … seconds."}},
	}}})
	tests := map[string]struct{ says, guard, want string }{
		"the words of the entry":                   {"This code has expired.", "", "expired"},
		"a reason, in small letters":               {"this code has expired", "", "expired"},
		"behind an error code":                     {"invalid_grant: This code has expired.", "", "expired"},
		"within another entry's words":             {"The token endpoint refused: invalid_grant: This code has expired.", "", "expired"},
		"with a hint behind it":                    {"This code has expired. Run the flow again.", "", "expired"},
		"the words, and not another's of a guard":  {"the verifier does not match the challenge", "pkce.verify", "wrong"},
		"a guard whose words nobody knows":         {"nobody says so", "pkce.verify", "missing"},
		"a gap":                                    {"The parameter state is sent more than once.", "", "any-parameter"},
		"words before a gap":                       {"The parameter code is missing.", "", "code-missing"},
		"a gap, and no entry of its own":           {"The parameter x is missing.", "", "any-parameter"},
		"what stands in the gap is nobody's words": {"The token endpoint refused: because.", "", "refused"},
		"two gaps":                 {"state.method takes random or nothing", "", "takes"},
		"two sentences with a gap": {"Too many. Wait 10 seconds. Or try this.", "", "wait"},
		"what a browser shows":     {"TypeError: failed to fetch", "", "down"},
		"a word of that":           {"cors", "", "blocked"},
		"a small word of that":     {"to", "", ""},
		"nothing":                  {"", "", ""},
		"a full stop":              {".", "", ""},
		"nobody's words":           {"All is well.", "", ""},
		"very many sentences":      {strings.Repeat("a. ", 5000), "code-expiry", "expired"},
		"cut within a letter":      {strings.Repeat("é: ", 5000), "", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, found := finder.Find(tt.says, tt.guard)
			if got != tt.want || found != (tt.want != "") {
				t.Errorf("Find(%.80q, %q) = %q, %v; want %q", tt.says, tt.guard, got, found, tt.want)
			}
		})
	}
}
