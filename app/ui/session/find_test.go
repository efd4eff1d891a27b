package session

import (
	"testing"

	"oauthlab/lessons/api"
	"oauthlab/lessons/guard"
)

func TestFinds(t *testing.T) {
	pkce, _ := guard.Find("pkce")
	status := statusOf(pkce, api.Protection{On: true}, guard.Rules{Chapter: "v03"}, nil)
	for query, want := range map[string]bool{
		"":                 true,
		"pkce":             true,
		"  PKCE  verifier": true,
		"v03":              true,
		"rfc 7636":         true, // where a part is specified
		"downgrade":        true, // a part's own name
		"nonce":            false,
		"pkce nonce":       false, // each word must be there
	} {
		if got := status.Finds(query); got != want {
			t.Errorf("%q finds PKCE: %v", query, got)
		}
	}
}
