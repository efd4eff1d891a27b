package e2e

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"

	"oauthlab/lessons/api"
)

// The verifier and challenge of RFC 7636 appendix B.
const (
	verifier  = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
	challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
)

// flow is a client nobody of the lab wrote: plain HTTP.
type flow struct {
	*testing.T
	program *program
	lab     api.Lab
	browser *http.Client
}

func newFlow(t *testing.T, p *program, l api.Lab) *flow {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &flow{T: t, program: p, lab: l, browser: &http.Client{
		Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// signIn goes through /authorize and the login and returns the code.
func (f *flow) signIn() string {
	f.Helper()
	at := f.send(http.MethodGet, f.authorizePath(), nil)
	at = f.send(http.MethodPost, "/login", asAlice(at.Query().Get("request")))
	return at.Query().Get("code")
}

// authorizePath is where the flow begins.
func (f *flow) authorizePath() string {
	return "/authorize?" + url.Values{
		"response_type": {"code"}, "client_id": {f.lab.ClientID}, "redirect_uri": {f.lab.RedirectURI},
		"code_challenge": {challenge}, "code_challenge_method": {"S256"}, "state": {"s"},
	}.Encode()
}

// asAlice is the login form with which Alice lets the request that waits go on.
func asAlice(request string) url.Values {
	return url.Values{"request": {request}, "pick": {"alice"}}
}

// send returns where the answer leads.
func (f *flow) send(method, path string, form url.Values) *url.URL {
	f.Helper()
	resp, err := f.browser.Do(f.request(method, path, form))
	if err != nil {
		f.Fatal(err)
	}
	resp.Body.Close()
	to, err := resp.Location()
	if err != nil {
		f.Fatalf("%s %s answered %d and leads nowhere", method, path, resp.StatusCode)
	}
	return to
}

// request makes a request to the authorization server; a form goes into its body.
func (f *flow) request(method, path string, form url.Values) *http.Request {
	f.Helper()
	req, err := http.NewRequestWithContext(f.Context(), method, f.program.auth+"/"+f.lab.ID+path, strings.NewReader(form.Encode()))
	if err != nil {
		f.Fatal(err)
	}
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return req
}

// redeem sends the code to the token endpoint.
func (f *flow) redeem(code string) (int, string) {
	f.Helper()
	return answerOf(f.T, f.tokenRequest(code))
}

func (f *flow) tokenRequest(code string) *http.Request {
	f.Helper()
	return f.request(http.MethodPost, "/token", url.Values{
		"grant_type": {"authorization_code"}, "client_id": {f.lab.ClientID}, "code": {code},
		"redirect_uri": {f.lab.RedirectURI}, "code_verifier": {verifier},
	})
}
