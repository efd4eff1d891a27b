package doctor

import (
	"encoding/json"
	"strings"
	"testing"
)

// What is read as a document is one JSON object; nothing makes the reader panic, and whatever it
// says is printable.
func FuzzReadDocument(f *testing.F) {
	for _, body := range []string{`{"issuer":"a","keys":[{"kty":"RSA"}]}`, `{"a":{"b":[1,{"c":null}]},"a":2}`, "<html>", `["a"]`, `{"a":`, "{}{}", "\ufeff{}"} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		d, wrong := readDocument(answer{body: body})
		if isObject := json.Unmarshal(body, new(map[string]json.RawMessage)) == nil && strings.TrimSpace(string(body)) != "null"; wrong == "" && !isObject {
			t.Errorf("%q is taken for a document", body)
		}
		for _, name := range d.twice {
			if !d.has(name) {
				t.Errorf("%q is there twice, and not once", name)
			}
		}
		for name, value := range d.members {
			readKey(value)
			d.is(name, aList)
		}
		wantPrintable(t, wrong+list(d.twice))
	})
}

func FuzzReadChallenges(f *testing.F) {
	for _, header := range []string{`Bearer realm="a", error=b`, `Negotiate YQ==, Basic realm="\""`, `,=,"`, "Bearer \x00"} {
		f.Add(header)
	}
	f.Fuzz(func(t *testing.T, header string) {
		for _, c := range readChallenges([]string{header, header}) {
			if c.scheme == "" || strings.ContainsAny(c.scheme, " ,=\"\x00") {
				t.Errorf("%q has the scheme %q", header, c.scheme)
			}
		}
	})
}

func FuzzWebAddress(f *testing.F) {
	for _, text := range []string{"https://a.example/b?c#d", "http://[::1]:80", "javascript:alert(1)", "a:b@c", "https://a:b@c", "a@b://c", "//", "\u202e"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		u, wrong := webAddress(text)
		wantPrintable(t, wrong.is+wrong.do+wrong.section+shown(withoutUser(text)))
		if (u == nil) != (wrong.is != "") {
			t.Errorf("%q is %v, and %q", text, u, wrong.is)
		}
		if u == nil {
			return
		}
		for _, form := range append(issuerForms, resourceForm) {
			if again, wrong := webAddress(form.of(u)); wrong.is != "" && wrong.is != "is longer than 2048 bytes" || again != nil && hostOf(again) != hostOf(u) {
				t.Errorf("%q has its metadata at %q, which %s", text, form.of(u), wrong.is)
			}
		}
		readTarget(text, u)
	})
}

func wantPrintable(t *testing.T, text said) {
	t.Helper()
	for _, c := range string(text) {
		if c != '§' && (c < ' ' || c > '~') {
			t.Errorf("it says %q", text)
			return
		}
	}
}
