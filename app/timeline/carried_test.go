package timeline

import (
	"encoding/base64"
	"net/url"
	"testing"

	"oauthlab/lessons/event"
	"oauthlab/lessons/param"
)

func TestSignedStateIsOpened(t *testing.T) {
	encode := base64.RawURLEncoding.EncodeToString
	tests := map[string]struct {
		state string
		want  []string // names of what it carries
	}{
		"a signed state":        {encode([]byte(`{"flow":"f-1","code_verifier":"dBjftJeZ"}`)) + ".c2ln", []string{"code_verifier", "flow"}},
		"a random one":          {"kJ3nq9sVbT0pX", nil},
		"a payload alone":       {encode([]byte(`{"flow":"f-1"}`)), nil},
		"without its signature": {encode([]byte(`{"flow":"f-1"}`)) + ".", nil},
		"three parts":           {encode([]byte(`{"alg":"none"}`)) + ".e30.c2ln", nil},
		"no JSON":               {encode([]byte("nothing")) + ".c2ln", nil},
		"no object":             {encode([]byte(`["a"]`)) + ".c2ln", nil},
		"no base64url":          {"%.%", nil},
		"empty":                 {"", nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := ParamsOf(event.Event{Request: &event.Request{
				Method: "GET", URL: as + "/authorize?client_id=c&state=" + url.QueryEscape(tt.state) + "&code_challenge_method=S256",
			}})
			if len(got) != 3+len(tt.want) || got[1].Name != "state" || got[len(got)-1].Name != "code_challenge_method" {
				t.Fatalf("parameters %+v", got)
			}
			for i, name := range tt.want {
				if p := got[2+i]; p.Name != name || p.Place() != "inside the state" {
					t.Errorf("%d: %+v, want %s inside the state", i, p, name)
				}
			}
			if signed := got[1].Section == "RFC 9700 §4.7.1"; signed != (tt.want != nil) {
				t.Errorf("the state is explained as %q", got[1].Means)
			}
		})
	}
}

// The arrow shows that the verifier passes through the browser.
func TestVerifierInAStateIsMarked(t *testing.T) {
	state := base64.RawURLEncoding.EncodeToString([]byte(`{"code_verifier":"dBjftJeZ"}`)) + ".c2ln"
	marks := marksOf(event.Event{Request: &event.Request{Method: "GET", URL: "http://localhost:8080/callback?code=c&state=" + state}})
	if len(marks) != 3 || marks[1].Name != "code_verifier" || marks[1].Value != "dBjftJeZ" || marks[1].Kind != param.MarkPKCE {
		t.Errorf("marks %+v", marks)
	}
}
