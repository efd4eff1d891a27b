package guard

import (
	"strings"
	"testing"
	"time"
)

// The verifier and challenge of RFC 7636 appendix B.
const (
	vectorVerifier  = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
	vectorChallenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
)

func TestGuards(t *testing.T) {
	noon := time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)
	tests := map[string]struct {
		err    error
		reason string // "" where it passes
	}{
		"pkce: the vector of RFC 7636 appendix B passes":       {PKCE(vectorChallenge, "S256", vectorVerifier), ""},
		"pkce: plain compares the verifier itself":             {PKCE(vectorVerifier, "plain", vectorVerifier), ""},
		"pkce: a code without a challenge passes":              {PKCE("", "", ""), ""},
		"pkce: another verifier is refused":                    {PKCE(vectorChallenge, "S256", vectorVerifier+"x"), "does not match"},
		"pkce: no verifier is refused":                         {PKCE(vectorChallenge, "S256", ""), "no code_verifier"},
		"pkce: the challenge is no verifier for S256":          {PKCE(vectorChallenge, "S256", vectorChallenge), "does not match"},
		"pkce: padding is not base64url without padding":       {PKCE(vectorChallenge+"=", "S256", vectorVerifier), "does not match"},
		"pkce required: a challenge passes":                    {PKCERequired(vectorChallenge), ""},
		"pkce required: no challenge is refused":               {PKCERequired(""), "no code_challenge"},
		"registered client: known passes":                      {RegisteredClient(true), ""},
		"registered client: unknown is refused":                {RegisteredClient(false), "not registered"},
		"sign-in first: who has signed in passes":              {SignInFirst(true), ""},
		"sign-in first: nobody is refused":                     {SignInFirst(false), "nobody has signed in"},
		"redirect URI: the registered one passes":              {RedirectURI([]string{"http://a/x", "http://a/callback"}, "http://a/callback"), ""},
		"redirect URI: a trailing slash is another URI":        {RedirectURI([]string{"http://a/callback"}, "http://a/callback/"), "not registered"},
		"redirect URI: another case is another URI":            {RedirectURI([]string{"http://a/callback"}, "http://A/callback"), "not registered"},
		"redirect URI: a query added is another URI":           {RedirectURI([]string{"http://a/callback"}, "http://a/callback?x=1"), "not registered"},
		"redirect URI: none registered is refused":             {RedirectURI(nil, ""), "not registered"},
		"state: the one sent passes":                           {State("s1", "s1", false), ""},
		"state: another is refused":                            {State("s1", "s2", true), "not the one"},
		"state: a missing one is refused":                      {State("s1", "", true), "has no state"},
		"state: nothing sent and nothing returned is refused":  {State("", "", false), "waits for no state"},
		"state: a state that nobody sent is refused":           {State("", "s1", true), "waits for no state"},
		"state: none, where PKCE ties the answer, passes":      {State("", "", true), ""},
		"single use: the first use passes":                     {CodeSingleUse(false), ""},
		"single use: the second is refused":                    {CodeSingleUse(true), "redeemed before"},
		"code client: the same client passes":                  {CodeClient("a", "a"), ""},
		"code client: another client is refused":               {CodeClient("a", "b"), "another client"},
		"code redirect URI: the same passes":                   {CodeRedirectURI("http://a/cb", "http://a/cb", false), ""},
		"code redirect URI: none sent passes":                  {CodeRedirectURI("http://a/cb", "", true), ""},
		"code redirect URI: none, and no PKCE, is refused":     {CodeRedirectURI("http://a/cb", "", false), "no PKCE in its place"},
		"code redirect URI: another is refused":                {CodeRedirectURI("http://a/cb", "http://a/cb/", true), "another redirect_uri"},
		"error shown: to a registered address it may go":       {ErrorShown(true), ""},
		"error shown: elsewhere it is refused":                 {ErrorShown(false), "nobody registered"},
		"state unused: the first return passes":                {StateUnused(false), ""},
		"state unused: the second is refused":                  {StateUnused(true), "came back before"},
		"state required: any passes":                           {StateRequired("x", false), ""},
		"state required: none is refused":                      {StateRequired("", false), "no state"},
		"state required: none, beside PKCE, passes":            {StateRequired("", true), ""},
		"plain: S256 passes":                                   {PKCEPlain(vectorChallenge, "S256"), ""},
		"plain: no challenge passes":                           {PKCEPlain("", ""), ""},
		"plain: plain is refused":                              {PKCEPlain(vectorVerifier, "plain"), "gives the verifier away"},
		"plain: no method means plain":                         {PKCEPlain(vectorVerifier, ""), "no code_challenge_method"},
		"downgrade: both pass":                                 {PKCEDowngrade(vectorChallenge, vectorVerifier), ""},
		"downgrade: neither passes":                            {PKCEDowngrade("", ""), ""},
		"downgrade: a challenge alone is pkce.verify's":        {PKCEDowngrade(vectorChallenge, ""), ""},
		"downgrade: a verifier alone is refused":               {PKCEDowngrade("", vectorVerifier), "no challenge was promised"},
		"reuse: the first use passes":                          {CodeReuse(false), ""},
		"reuse: the second is found":                           {CodeReuse(true), "second use"},
		"expiry: before its time passes":                       {CodeExpiry(noon, noon.Add(-time.Nanosecond)), ""},
		"expiry: the moment itself is too late":                {CodeExpiry(noon, noon), "expired"},
		"expiry: later is refused":                             {CodeExpiry(noon, noon.Add(time.Hour)), "expired"},
		"expiry: a code that never got a time is long expired": {CodeExpiry(time.Time{}, noon), "expired"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			switch {
			case tt.reason == "" && tt.err != nil:
				t.Errorf("refused: %v", tt.err)
			case tt.reason != "" && tt.err == nil:
				t.Errorf("passed, want a refusal with %q", tt.reason)
			case tt.reason != "" && !strings.Contains(tt.err.Error(), tt.reason):
				t.Errorf("refused with %q, want %q", tt.err, tt.reason)
			}
		})
	}
}

func TestChallengeIsTheVectorOfTheRFC(t *testing.T) {
	if got := Challenge("S256", vectorVerifier); got != vectorChallenge {
		t.Errorf("Challenge = %s, want %s (RFC 7636 appendix B)", got, vectorChallenge)
	}
}
