package endpoint

import (
	"encoding/json"
	"strings"
	"testing"
)

// order is the body of a call that no server of ours has.
type order struct {
	Chapter *string                    `json:"chapter,omitempty"`
	Guards  map[string]json.RawMessage `json:"guards,omitempty"`
	On      map[string]bool            `json:"on,omitempty"`
}

func TestAJSONBodyIsTakenByTheLetter(t *testing.T) {
	for body, says := range map[string]string{
		`{"chapter":"v03"}`:                             "",
		"\n {\"on\":{\"Pkce\":true,\"pkce\":false}} \n": "", // keys of a map are data
		`{}`:                                "",
		``:                                  "The body is empty.",
		"  ":                                "The body is empty.",
		`{"chapter":"v03"} {}`:              "something follows the object",
		`{"chapter":"v03"}}`:                "something follows the object",
		`{"chapter":"v03"}]`:                "something follows the object",
		`{"chapter":"v03"} x`:               "something follows the object",
		`{"Chapter":"v03"}`:                 `the field "Chapter" is written "chapter"`,
		`{"chapter":"v03","chapter":"v01"}`: `the field "chapter" is there twice`,
		`{"on":{"pkce":true,"pkce":false}}`: `the field "pkce" is there twice`,
		`{"guards":{"x":[{"a":1,"a":2}]}}`:  `the field "a" is there twice`,
		`{"on":{"pkce":null}}`:              "null says nothing here",
		`{"guards":{"pkce.verify":null}}`:   "null says nothing here",
		`{"chapter":null}`:                  "null says nothing here",
		`null`:                              "null says nothing here",
		`[]`:                                "cannot unmarshal array",
		`{"chapter":"v03"`:                  "unexpected EOF",
		`{"on":{"pkce"`:                     "unexpected EOF",
		`{"chaptr":"v03"}`:                  `unknown field "chaptr"`,
		strings.Repeat("[", 5000):           "unexpected EOF",
		"{\"chapter\":\"v0\xff\"}":          "it is not UTF-8",
	} {
		var into order
		e := DecodeJSON(strings.NewReader(body), &into)
		if says == "" && e != nil || says != "" && (e == nil || !strings.Contains(e.Description, says) || e.Status != 400 || e.Code != InvalidJSON) {
			t.Errorf("%.60s is answered %+v, want %q", body, e, says)
		}
	}
}
