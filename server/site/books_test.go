package site

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"oauthlab/lessons/api"
	"oauthlab/lessons/content"
	"oauthlab/lessons/guard"
	"oauthlab/lessons/load"
)

// entryAt asks the lab's API for an entry of a book.
func entryAt(t *testing.T, path string) api.Entry {
	t.Helper()
	resp, body := ask(t, origin, "GET", path)
	var e api.Entry
	if err := json.Unmarshal([]byte(body), &e); err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%s is answered %d %s", path, resp.StatusCode, body)
	}
	return e
}

// Whatever our code can say when something is wrong leads to the entry that has these
// words, from the API and from the page, however the words are told on.
func TestEveryErrorLeadsToItsEntry(t *testing.T) {
	groups, err := load.Troubles(content.FS)
	if err != nil {
		t.Fatal(err)
	}
	told := map[string]string{}
	for _, g := range groups {
		for _, trouble := range g.Troubles {
			for _, says := range trouble.Says {
				told[said(says)] = trouble.ID
			}
		}
	}
	for message := range collectErrors(t).messages {
		want := troubleshootingPath + "#" + told[message]
		plain := strings.ReplaceAll(message, "…", "x1")
		for how, text := range map[string]string{
			"as it is":             plain,
			"behind an error code": "invalid_grant: " + plain,
			"with a hint":          plain + " Try something else.",
			"as a reason":          strings.TrimSuffix(strings.ToLower(plain[:1])+plain[1:], "."),
			"in a description":     strings.Map(asDescription, plain),
		} {
			query := "?" + url.Values{"says": {text}}.Encode()
			if got := entryAt(t, "/api/troubleshooting"+query).Address; got != want {
				t.Errorf("%q, %s, leads to %s, not to %s", text, how, got, want)
			}
		}
		resp, _ := ask(t, origin, "GET", troubleshootingPath+"?"+url.Values{"says": {plain}}.Encode())
		if got := resp.Header.Get("Location"); resp.StatusCode != http.StatusSeeOther || got != want {
			t.Errorf("the page asked for %q answers %d and leads to %s, not to %s", plain, resp.StatusCode, got, want)
		}
	}
}

// asDescription leaves what an error_description may have (RFC 6749 §5.2).
func asDescription(r rune) rune {
	switch {
	case r == '"':
		return '\''
	case r > 0x7e:
		return '?'
	}
	return r
}

// Every check that gives a verdict has an entry of its own, and each of its reasons
// stands in one of them.
func TestEveryVerdictLeadsToItsGuardsEntry(t *testing.T) {
	groups, err := load.Troubles(content.FS)
	if err != nil {
		t.Fatal(err)
	}
	guards := map[string][]string{} // by entry
	for _, g := range groups {
		for _, trouble := range g.Troubles {
			guards[trouble.ID] = trouble.Guards
		}
	}
	checked := 0
	for _, p := range guard.Catalogue() {
		for _, part := range p.Parts {
			if !part.Refuses() {
				continue
			}
			id := string(part.ID)
			alone := entryAt(t, "/api/troubleshooting?guard="+url.QueryEscape(id))
			if _, entry, _ := strings.Cut(alone.Address, "#"); !slices.Contains(guards[entry], id) {
				t.Errorf("%s alone leads to %s", id, alone.Address)
			}
			for _, reason := range reasonsOf(t, part.ID) {
				checked++
				e := entryAt(t, "/api/troubleshooting?"+url.Values{"guard": {id}, "says": {reason}}.Encode())
				if _, entry, _ := strings.Cut(e.Address, "#"); !slices.Contains(guards[entry], id) {
					t.Errorf("%s: %q leads to %s, whose entry does not name the guard", id, reason, e.Address)
				}
			}
		}
	}
	if checked < 17 {
		t.Errorf("only %d reasons were found", checked)
	}
}

// reasonsOf reads what a guard says out of its source.
func reasonsOf(t *testing.T, id guard.ID) (reasons []string) {
	t.Helper()
	book, err := ReadCode()
	if err != nil {
		t.Fatal(err)
	}
	code, found := book[id]
	if !found {
		t.Fatalf("there is no source of %s", id)
	}
	tree, err := parser.ParseFile(token.NewFileSet(), code.Source.File, "package guard\n"+code.Source.Text, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(tree, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok && calls(call) == "New" && len(call.Args) == 1 {
			if text, ok := literal(call.Args[0]); ok {
				reasons = append(reasons, text)
			}
		}
		return true
	})
	if len(reasons) == 0 {
		t.Errorf("%s says nothing in %s", id, code.Source.File)
	}
	return reasons
}

// What has no words of its own is explained by its code, or by its status.
func TestAnErrorOfOtherWordsLeadsToItsCode(t *testing.T) {
	for query, want := range map[string]string{
		"error=invalid_grant&says=nobody+says+so":                            "/glossary#invalid-grant",
		"error=no_such_code&status=404":                                      "/glossary#status-404",
		"status=421":                                                         "/glossary#status-421",
		"error=invalid_grant&says=This+code+has+expired.":                    "/troubleshooting#code-expired",
		"error=invalid_grant&says=The+verifier+does+not+match+the+challenge": "/troubleshooting#verifier-wrong",
	} {
		if got := entryAt(t, "/api/troubleshooting?"+query).Address; got != want {
			t.Errorf("%s leads to %s, not to %s", query, got, want)
		}
	}
	for _, path := range []string{
		"/api/troubleshooting", "/api/troubleshooting?says=all+is+well", "/api/troubleshooting/no-such", "/api/glossary/no-such",
		"/api/troubleshooting?error=../../x", "/api/glossary/verifier-wrong",
	} {
		if resp, body := ask(t, origin, "GET", path); resp.StatusCode != http.StatusNotFound || !strings.Contains(body, "unknown_entry") {
			t.Errorf("%s is answered %d %s", path, resp.StatusCode, body)
		}
	}
	for _, query := range []string{"?says=all+is+well", "?error=//evil.example", "?x=y"} {
		if resp, _ := ask(t, origin, "GET", troubleshootingPath+query); resp.StatusCode != http.StatusOK {
			t.Errorf("the page with %s is answered %d", query, resp.StatusCode)
		}
	}
}

// Every entry is served alone, in words of its own, with its sections; and its links
// lead somewhere.
func TestEveryEntryIsServedAlone(t *testing.T) {
	read, err := ReadBooks()
	if err != nil {
		t.Fatal(err)
	}
	if len(read.entries) < 150 {
		t.Errorf("only %d entries", len(read.entries))
	}
	for address, e := range read.entries {
		got := entryAt(t, "/api"+strings.Replace(address, "#", "/", 1))
		if got != e || got.Name == "" || got.Address != address {
			t.Errorf("%s is %+v", address, got)
		}
		root := parse(t, e.Body)
		if len(words(root)) < 30 {
			t.Errorf("%s says %q", address, words(root))
		}
		for _, href := range hrefs(root) {
			_, isEntry := read.entries[href]
			if strings.HasPrefix(href, "/") && strings.Contains(href, "#") && !isEntry && !strings.HasPrefix(href, "/reference#") {
				t.Errorf("%s links to %s, where there is no such entry", address, href)
			}
			if strings.HasPrefix(href, "#") {
				t.Errorf("%s links to %s, which is nowhere but on its page", address, href)
			}
		}
	}
}

// The parameters of OAuth that the inspector or the reference explain are words of the
// glossary, and the page of a chapter knows which.
func TestTheGlossaryKnowsTheParameters(t *testing.T) {
	read, err := ReadBooks()
	if err != nil {
		t.Fatal(err)
	}
	r, err := newReference(nil)
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	for _, m := range r.Messages {
		switch strings.TrimPrefix(m.ID, "message-") {
		case "authorization-request", "authorization-response", "token-request", "code-grant", "token-response", "error":
		default:
			continue // the lab's own, and metadata, which the reference explains
		}
		for _, p := range m.Parameters {
			if p.Section == "" {
				continue // the lab's own
			}
			checked++
			if read.parameters[p.Name] == "" {
				t.Errorf("the glossary has no entry for the parameter %s: no line Parameter: %s", p.Name, p.Name)
			}
		}
	}
	if checked < 15 {
		t.Errorf("only %d parameters were found", checked)
	}
	_, page := ask(t, origin, "GET", "/v03-pkce")
	if !strings.Contains(page, `"code_verifier":"code-verifier"`) {
		t.Error("the page does not know which term a parameter is")
	}
}
