package guard

import "testing"

func TestFeaturesComeWithTheirChapters(t *testing.T) {
	tests := map[string]struct {
		chapter string
		feature Feature
		want    bool
	}{
		"before its chapter":                    {"v02", TokenEndpoint, false},
		"in its chapter":                        {"v03", TokenEndpoint, true},
		"after it":                              {"v09", TokenEndpoint, true},
		"in the last chapter that is there":     {"", TokenEndpoint, true},
		"of a chapter that is not there":        {"", PushedRequests, false},
		"of two digits":                         {"v10", Revocation, false},
		"one that nobody knows":                 {"v99", Feature("nonsense"), false},
		"a chapter far on has what came before": {"v20", JWKS, true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := (Rules{Chapter: tt.chapter}).Offers(tt.feature); got != tt.want {
				t.Errorf("%s in %q: %v, want %v", tt.feature, tt.chapter, got, tt.want)
			}
		})
	}
}
