package load_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"oauthlab/lessons"
	"oauthlab/lessons/content"
	"oauthlab/lessons/load"
)

// Books in which everything is right.
const (
	glossaryMD = `# Roles

Four of them.

---
id: client
title: Client
sections: [RFC 6749 §1.1]
see: [alice]
words: [client, clients]
parameters: [client_id]
---

The app, ` + "`her`" + ` own.

# Words

---
id: alice
title: Alice
sections: [this lab]
---

Has a browser.

And a mail box.
`
	troublesMD = `# Token

---
id: too-old
title: Too old
says:
  - This code has expired.
shows:
  - expired
guards: [code-expiry]
code: invalid_grant
status: 400
sections:
  - RFC 6749 §4.1.2
  - RFC 7636 appendix B
  - "[Fetch](https://fetch.spec.whatwg.org/#cors)"
cure: |
  Run it
  again.
---

It took too long.
`
)

func books(glossary, troubles string) fstest.MapFS {
	return fstest.MapFS{"glossary.md": {Data: []byte(glossary)}, "troubleshooting.md": {Data: []byte(troubles)}}
}

func TestTheGlossaryIsRead(t *testing.T) {
	got, err := load.Glossary(books(glossaryMD, ""))
	if err != nil {
		t.Fatal(err)
	}
	want := []load.TermGroup{
		{Title: "Roles", Intro: `<div class="prose"><p>Four of them.</p>` + "\n</div>", Terms: []lessons.Term{{
			ID: "client", Name: "Client", Body: `<div class="prose"><p>The app, <code>her</code> own.</p>` + "\n</div>",
			Sections: []lessons.Link{{Title: "RFC 6749 §1.1", URL: "https://www.rfc-editor.org/rfc/rfc6749#section-1.1"}},
			See:      []string{"alice"}, Words: []string{"client", "clients"}, Parameters: []string{"client_id"},
		}}},
		{Title: "Words", Terms: []lessons.Term{{
			ID: "alice", Name: "Alice",
			Body: `<div class="prose"><p>Has a browser.</p>` + "\n<p>And a mail box.</p>\n</div>",
		}}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the glossary (-want +got):\n%s", diff)
	}
}

func TestTroublesAreRead(t *testing.T) {
	got, err := load.Troubles(books("", strings.ReplaceAll(troublesMD, "\n", "\r\n")))
	if err != nil {
		t.Fatal(err)
	}
	want := []load.TroubleGroup{{Title: "Token", Troubles: []lessons.Trouble{{
		ID: "too-old", Name: "Too old", Says: []string{"This code has expired."}, Shows: []string{"expired"},
		Guards: []string{"code-expiry"},
		Code:   "invalid_grant", Status: "400",
		Causes: `<div class="prose"><p>It took too long.</p>` + "\n</div>",
		Cure:   `<div class="prose"><p>Run it` + "\nagain.</p>\n</div>",
		Sections: []lessons.Link{
			{Title: "RFC 6749 §4.1.2", URL: "https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2"},
			{Title: "RFC 7636 appendix B", URL: "https://www.rfc-editor.org/rfc/rfc7636#appendix-B"},
			{Title: "Fetch", URL: "https://fetch.spec.whatwg.org/#cors"},
		},
	}}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the troubles (-want +got):\n%s", diff)
	}
}

func TestMistakesInTheGlossaryAreNamedWithTheirLine(t *testing.T) {
	tests := map[string]struct{ from, to, want string }{
		"text before the first part":   {"# Roles", "Hello\n# Roles", `glossary.md:1: text before the first part: a part begins with "# Title"`},
		"a term in no part":            {"# Roles\n\nFour of them.\n", "", `glossary.md:2: text before the first part: a part begins with "# Title"`},
		"no id":                        {"id: alice\n", "", `glossary.md:18: id is missing`},
		"no title":                     {"title: Alice\n", "", `glossary.md:18: title is missing`},
		"an id that is no anchor":      {"id: alice", "id: Alice B", `glossary.md:19: id "Alice B": it has small letters, digits and single hyphens`},
		"the same id twice":            {"id: alice", "id: client", `glossary.md:19: id "client" is taken by line 6`},
		"a dead see also":              {"see: [alice]", "see: [alice, bob]", `glossary.md:9: see also "bob": there is no such entry`},
		"a see also of itself":         {"see: [alice]", "see: [alice, client]", `glossary.md:9: "Client" sends its reader to itself`},
		"no section":                   {"sections: [RFC 6749 §1.1]\n", "", `glossary.md:5: sections are missing: name one, or "this lab"`},
		"a section that is none":       {"RFC 6749 §1.1", `"RFC 6749, 1.1"`, `glossary.md:8: section "RFC 6749, 1.1": write "RFC 6749 §4.1.2", "RFC 7636 appendix B", "[title](https://…)" or "this lab"`},
		"a section over plain http":    {"RFC 6749 §1.1", `"[x](http://example.com)"`, `glossary.md:8: section "[x](http://example.com)": write "RFC 6749 §4.1.2", "RFC 7636 appendix B", "[title](https://…)" or "this lab"`},
		"a key that nobody knows":      {"see: [alice]", "hear: [alice]", `glossary.md:9: unknown key "hear": here may stand id, title, sections, see, words, parameters`},
		"a key that is nearly one":     {"see: [alice]", "sees: [alice]", `glossary.md:9: unknown key "sees": is see meant?`},
		"a key of another book":        {"see: [alice]", "says: [alice]", `glossary.md:9: unknown key "says": here may stand id, title, sections, see, words, parameters`},
		"text among the keys":          {"see: [alice]", "see alice", `glossary.md:9: there is no key in this line: write a key, a colon and a blank, such as title: Hello. A text of several lines stands below its key, indented, behind key: >`},
		"one where a list stands":      {"see: [alice]", "see: alice", `glossary.md:9: see is a list, and here is the text "alice": begin each value on a line of its own, with "- "`},
		"front matter without an end":  {"sections: [this lab]\n---\n", "sections: [this lab]\n", `glossary.md:18: the front matter does not end: its closing line --- is missing`},
		"no text":                      {"Has a browser.\n\nAnd a mail box.\n", "", `glossary.md:19: there is no text below the front matter: say what it is`},
		"raw HTML, in its place":       {"And a mail", "And <b>a</b> mail", "glossary.md:26: raw HTML is not rendered; write Markdown"},
		"a link to who knows where":    {"And a mail", "And [a](mailto:x) mail", `glossary.md:26: link to "mailto:x": begin it with "https://", "/" or "#"`},
		"a word of two terms":          {"Has a browser.", "Has a browser.\n\n---\nid: bob\ntitle: Bob\nsections: [this lab]\nwords: [bob, Clients]\n---\n\nToo.", `glossary.md:30: "Clients" stands in line 10 already`},
		"a parameter of two terms":     {"sections: [this lab]", "sections: [this lab]\nparameters:\n  - scope\n  - client_id", `glossary.md:24: "client_id" stands in line 11 already`},
		"an empty value":               {"[client, clients]", "[client, null]", `glossary.md:10: a value of the list words is empty`},
		"a part of which nothing came": {"# Words", "# Nothing\n\n# Words", `glossary.md:16: the part "Nothing" has no entries`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if !strings.Contains(glossaryMD, tt.from) {
				t.Fatalf("the glossary has no %q", tt.from)
			}
			_, err := load.Glossary(books(strings.Replace(glossaryMD, tt.from, tt.to, 1), ""))
			if err == nil || !strings.Contains(err.Error()+"\n", tt.want+"\n") {
				t.Errorf("error is\n\t%v\nwant\n\t%s", err, tt.want)
			}
		})
	}
}

func TestMistakesInTheTroublesAreNamedWithTheirLine(t *testing.T) {
	tests := map[string]struct{ from, to, want string }{
		"no words to find it by": {"says:\n  - This code has expired.\nshows:\n  - expired\n", "", `troubleshooting.md:3: there is neither says nor shows: by which words does one find this?`},
		"the same message twice": {"code has expired.", "code has expired.\n  - This code has expired.", `troubleshooting.md:8: the message "This code has expired." stands in line 7 already`},
		"no causes":              {"It took too long.\n", "", `troubleshooting.md:4: there is no text below the front matter: say what the usual causes are`},
		"no cure":                {"cure: |\n  Run it\n  again.\n", "", `troubleshooting.md:3: cure is missing`},
		"a status that is none":  {"status: 400", "status: 4000", `troubleshooting.md:12: status "4000" is not one of HTTP`},
		"a guard that is none":   {"[code-expiry]", "[code-age]", `troubleshooting.md:10: unknown guard "code-age"`},
		"a bad link in the cure": {"again.", "[again](x)", `troubleshooting.md:19: link to "x": begin it with "https://", "/" or "#"`},
		"and in one of one line": {"cure: |\n  Run it\n  again.", `cure: "Run it [again](x)"`, `troubleshooting.md:17: link to "x": begin it with "https://", "/" or "#"`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := load.Troubles(books("", strings.Replace(troublesMD, tt.from, tt.to, 1)))
			if err == nil || !strings.Contains(err.Error()+"\n", tt.want+"\n") {
				t.Errorf("error is\n\t%v\nwant\n\t%s", err, tt.want)
			}
		})
	}
}

func TestABookThatIsNotThere(t *testing.T) {
	if _, err := load.Glossary(fstest.MapFS{}); err == nil || !strings.Contains(err.Error(), "glossary.md") {
		t.Errorf("error is %v", err)
	}
	if _, err := load.Troubles(fstest.MapFS{}); err == nil || !strings.Contains(err.Error(), "troubleshooting.md") {
		t.Errorf("error is %v", err)
	}
}

func TestOurOwnBooksLoad(t *testing.T) {
	if _, err := load.Glossary(content.FS); err != nil {
		t.Error(err)
	}
	if _, err := load.Troubles(content.FS); err != nil {
		t.Error(err)
	}
}
