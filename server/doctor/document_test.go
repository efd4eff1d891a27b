package doctor

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
)

func TestBodiesThatAreNoDocument(t *testing.T) {
	deep := strings.Repeat(`{"a":`, 40) + "1" + strings.Repeat("}", 40)
	for body, want := range map[string]said{
		`{"issuer":"a","a":[{"b":[1,2,"c"]},null]}`: "",
		" \n{} ":                               "",
		"":                                     "is empty",
		" \n":                                  "is empty",
		"<!doctype html><p>Hello":              `is a page of HTML or XML: "<!doctype html><p>Hello"`,
		"<?xml version='1.0'?>":                `is a page of HTML or XML: "<?xml version='1.0'?>"`,
		"\ufeff{}":                             "begins with a byte order mark, which JSON must not (RFC 8259 §8.1)",
		"{\"a\":\"\xff\"}":                     "is not UTF-8 (RFC 8259 §8.1)",
		`["issuer"]`:                           "is an array, and not an object",
		`"issuer"`:                             "is a text, and not an object",
		"5":                                    "is a number, and not an object",
		"null":                                 "is null, and not an object",
		"true":                                 "is true or false, and not an object",
		`{"issuer":"https://a.exam`:            "breaks off in the middle, after 25 bytes",
		`{"issuer":`:                           "breaks off in the middle, after 10 bytes",
		`{"issuer":"a"`:                        "breaks off in the middle, after 13 bytes",
		`{"issuer":"a"} {"issuer":"b"}`:        `goes on behind its end: "{\"issuer\":\"b\"}"`,
		`{issuer:"a"}`:                         `is no JSON: "invalid character 'i'"`,
		`{"a":1,}`:                             `is no JSON: "invalid character '}' looking for beginning of object key string"`,
		`{"a":01}`:                             `is no JSON: "invalid character '1' after object key:value pair"`,
		"Service unavailable":                  `is no JSON: "invalid character 'S' looking for beginning of value"`,
		deep:                                   "is nested deeper than 32 levels",
		strings.Repeat("[", 100_000):           "is an array, and not an object",
		`{"a":` + strings.Repeat("[", 100_000): "is nested deeper than 32 levels",
	} {
		if _, wrong := readDocument(answer{body: []byte(body)}); wrong != want {
			t.Errorf("%.60q: It %s\nwant: It %s", body, wrong, want)
		}
	}
	if _, wrong := readDocument(answer{body: []byte("{}"), more: true}); wrong != "is larger than 256 KiB, and was not read to its end" {
		t.Errorf("one that is too large: It %s", wrong)
	}
	if _, wrong := readDocument(answer{body: []byte("\x1f\x8b"), header: http.Header{"Content-Encoding": {"gzip"}}}); wrong != "is packed with gzip, which nobody asked for" {
		t.Errorf("one that is packed: It %s", wrong)
	}
}

func TestNamesThatAreThereTwice(t *testing.T) {
	for body, want := range map[string][]string{
		`{"a":1,"b":{"a":2,"a":3},"c":["a","a"]}`:    nil,
		`{"a":1,"b":2,"a":3,"a":4,"\u0062":{"a":1}}`: {"a", "b"},
	} {
		if d, wrong := readDocument(answer{body: []byte(body)}); wrong != "" || !slices.Equal(d.twice, want) {
			t.Errorf("%s has %q twice (%s), want %q", body, d.twice, wrong, want)
		}
	}
}

func TestKindsOfMembers(t *testing.T) {
	for value, want := range map[string][]kind{
		`"a"`: {aText}, `""`: {aText}, `["a","b"]`: {aList}, `[]`: {aList}, `true`: {aFlag}, `false`: {aFlag},
		`5`: nil, `null`: nil, `{}`: nil, `["a",5]`: nil, `["a",null]`: nil, `[["a"]]`: nil, `"true"`: {aText},
	} {
		d := document{members: map[string]json.RawMessage{"m": json.RawMessage(value)}}
		var got []kind
		for _, k := range []kind{aText, aList, aFlag} {
			if d.is("m", k) {
				got = append(got, k)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s is %q, want %q", value, got, want)
		}
	}
}
