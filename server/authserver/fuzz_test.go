package authserver

import (
	"net/url"
	"strings"
	"testing"

	"oauthlab/lessons/guard"
	"oauthlab/server/endpoint"
)

// A challenge that is let through has the form of RFC 7636 §4.2, whatever came.
func FuzzCheckChallenge(f *testing.F) {
	for _, seed := range []string{
		"", "code_challenge=" + challenge + "&code_challenge_method=S256", "code_challenge=" + strings.Repeat("x", 3000),
		"code_challenge=%ff", "code_challenge=a&code_challenge=b", "code_challenge=" + challenge + "=&code_challenge_method=plain",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, query string) {
		values, _ := url.ParseQuery(query)
		req, _ := endpoint.Decode[AuthorizationRequest](values, guard.Rules{})
		if e := checkChallenge(req); e == nil && req.CodeChallenge != "" && !isUnreserved(req.CodeChallenge, 43, 128) {
			t.Errorf("the challenge %q is let through", req.CodeChallenge)
		}
	})
}
