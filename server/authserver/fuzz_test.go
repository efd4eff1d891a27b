package authserver

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"oauthlab/lessons/guard"
)

// What a parser lets through is bounded, valid UTF-8 and free of control characters,
// whatever came.
func FuzzParseAuthorize(f *testing.F) {
	for _, seed := range []string{
		"", "response_type=code&client_id=demo-client&state=s", "client_id=a&client_id=b", "client_id=%ff", "state=%00",
		"code_challenge=" + strings.Repeat("x", 3000), "redirect_uri=javascript%3Aalert(1)", "client_id=%zz", ";;;&=&=", "state=\xe2\x80\xae",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, query string) {
		values, _ := url.ParseQuery(query)
		req, target, rest := parseAuthorize(values, guard.Rules{})
		for name, value := range map[string]string{
			"client_id": req.ClientID, "redirect_uri": req.RedirectURI, "state": req.State,
			"response_type": req.ResponseType, "scope": req.Scope,
			"code_challenge": req.CodeChallenge, "code_challenge_method": req.CodeChallengeMethod,
		} {
			wantSane(t, name, value)
			if len(values[name]) > 1 && target == nil && rest == nil {
				t.Errorf("%s is repeated and nobody says so", name)
			}
		}
		if e := checkChallenge(req); e == nil && req.CodeChallenge != "" && !isUnreserved(req.CodeChallenge, 43, 128) {
			t.Errorf("the challenge %q is let through", req.CodeChallenge)
		}
	})
}

func FuzzParseToken(f *testing.F) {
	for _, seed := range []string{
		"", "grant_type=authorization_code&client_id=demo-client&code=c&code_verifier=v", "code=a&code=b", "code=%ff", "%zz", "grant_type=%00",
	} {
		f.Add("application/x-www-form-urlencoded", seed)
	}
	f.Add("application/json", `{}`)
	f.Add("", "grant_type=x")
	f.Add("application/x-www-form-urlencoded; charset=\xff", "grant_type=x")
	f.Fuzz(func(t *testing.T, contentType, body string) {
		r := httptest.NewRequest(http.MethodPost, "/token", strings.NewReader(body))
		r.Header["Content-Type"] = []string{contentType}
		req, problem := parseToken(r)
		for name, value := range map[string]string{
			"grant_type": req.GrantType, "client_id": req.ClientID, "code": req.Code,
			"redirect_uri": req.RedirectURI, "code_verifier": req.CodeVerifier,
		} {
			wantSane(t, name, value)
		}
		if problem != nil && (problem.Code == "" || problem.Description == "" || problem.Hint == "") {
			t.Errorf("the error does not help: %+v", problem)
		}
	})
}

func wantSane(t *testing.T, name, value string) {
	t.Helper()
	if len(value) > maxParameter || !utf8.ValidString(value) || strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		t.Errorf("%s is let through as %q", name, value)
	}
}

// An error_description has the characters of RFC 6749 §5.2 and no other.
func FuzzDescribable(f *testing.F) {
	f.Add("The \"client\" \\ is unknown…\n")
	f.Fuzz(func(t *testing.T, s string) {
		for _, r := range describable(s) {
			if r < 0x20 || r > 0x7e || r == '"' || r == '\\' {
				t.Fatalf("%q becomes %q", s, describable(s))
			}
		}
	})
}
