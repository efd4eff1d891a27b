package endpoint

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"unicode/utf8"

	"oauthlab/lessons/guard"
)

// fuzzed is a request as a server of ours has it.
type fuzzed struct {
	ClientID  string `form:"client_id"`
	State     string `form:"state"`
	Challenge string `form:"code_challenge" feature:"pkce"`
}

// What is let through is bounded, valid UTF-8 and free of control characters, whatever
// came and however it came; what is not, is said in words that help.
func FuzzForm(f *testing.F) {
	const form = "application/x-www-form-urlencoded"
	for _, seed := range []string{
		"", "client_id=demo-client&state=s", "client_id=a&client_id=b", "client_id=%ff", "state=%00", "state=\xe2\x80\xae",
		"code_challenge=" + strings.Repeat("x", 3000), "client_id=%zz", ";;;&=&=",
	} {
		f.Add(http.MethodPost, form, seed)
		f.Add(http.MethodGet, "", seed)
	}
	f.Add(http.MethodPost, "application/json", `{}`)
	f.Add(http.MethodPost, "", "client_id=x")
	f.Add(http.MethodPost, form+"; charset=\xff", "client_id=x")
	f.Fuzz(func(t *testing.T, method, contentType, sent string) {
		r := httptest.NewRequest(http.MethodPost, "/token", strings.NewReader(sent))
		if method == http.MethodGet {
			r = httptest.NewRequest(http.MethodGet, "/authorize", nil)
			r.URL.RawQuery = sent
		}
		r.Header["Content-Type"] = []string{contentType}
		values, e := Values(r)
		wantHelp(t, e)
		req, wrong := Decode[fuzzed](values, guard.Rules{})
		wantHelp(t, wrong.First())
		for name, value := range map[string]string{"client_id": req.ClientID, "state": req.State, "code_challenge": req.Challenge} {
			if len(value) > MaxParameter || !utf8.ValidString(value) || strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r == 0x7f }) {
				t.Errorf("%s is let through as %q", name, value)
			}
			if len(values[name]) > 1 && wrong.Of(name) == nil {
				t.Errorf("%s is repeated and nobody says so", name)
			}
		}
	})
}

func wantHelp(t *testing.T, e *Error) {
	t.Helper()
	if e != nil && (e.Status == 0 || e.Code == "" || e.Description == "" || e.Hint == "") {
		t.Errorf("the error does not help: %+v", e)
	}
}

// An error_description has the characters of RFC 6749 §5.2 and no other.
func FuzzSpoken(f *testing.F) {
	f.Add("The \"client\" \\ is unknown…\n")
	f.Fuzz(func(t *testing.T, s string) {
		for _, r := range (&Error{Description: s}).Spoken("").Description {
			if r < 0x20 || r > 0x7e || r == '"' || r == '\\' {
				t.Fatalf("%q is spoken with %q", s, r)
			}
		}
	})
}
