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

## Client {#client}
Section: RFC 6749 §1.1
See: alice
Words: client, clients
Parameter: client_id

The app, ` + "`her`" + ` own.

# Words

## Alice {#alice}
Section: this lab

Has a browser.

And a mail box.
`
	troublesMD = `# Token

## Too old {#too-old}
Says: This code has expired.
Shows: expired
Guard: code-expiry
Code: invalid_grant
Status: 400
Section: RFC 6749 §4.1.2
Section: RFC 7636 appendix B
Section: [Fetch](https://fetch.spec.whatwg.org/#cors)

It took too long.

Cure: Run it
again.
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
		"a term in no part":            {"# Roles\n\nFour of them.\n", "", `glossary.md:2: "Client" stands in no part: a part begins with "# Title"`},
		"no anchor":                    {"Alice {#alice}", "Alice", `glossary.md:15: "Alice" has no anchor: write "## Alice {#anchor}"`},
		"an anchor that is no anchor":  {"{#alice}", "{#Alice B}", `glossary.md:15: anchor "Alice B": it has small letters, digits and single hyphens`},
		"the same anchor twice":        {"{#alice}", "{#client}", `glossary.md:15: anchor "client" is taken by line 5`},
		"a dead see also":              {"See: alice", "See: alice, bob", `glossary.md:7: see also "bob": there is no such entry`},
		"a see also of itself":         {"See: alice", "See: alice,client", `glossary.md:7: "Client" sends its reader to itself`},
		"no section":                   {"Section: RFC 6749 §1.1\n", "", `glossary.md:5: "Client" has no section`},
		"a section that is none":       {"RFC 6749 §1.1", "RFC 6749, 1.1", `glossary.md:6: section "RFC 6749, 1.1": write "RFC 6749 §4.1.2", "RFC 7636 appendix B", "[title](https://…)" or "this lab"`},
		"a section over plain http":    {"RFC 6749 §1.1", "[x](http://example.com)", `glossary.md:6: section "[x](http://example.com)": write "RFC 6749 §4.1.2", "RFC 7636 appendix B", "[title](https://…)" or "this lab"`},
		"a fact that nobody knows":     {"See: alice", "Sees: alice", `glossary.md:7: unknown fact "Sees"`},
		"a fact of another book":       {"See: alice", "Says: alice", `glossary.md:7: unknown fact "Says"`},
		"text among the facts":         {"See: alice", "see alice", `glossary.md:7: "see alice" is no fact: below a heading stand lines "Name: value", then an empty line`},
		"no text":                      {"Has a browser.\n\nAnd a mail box.\n", "", `glossary.md:15: "Alice" lacks a text`},
		"raw HTML, in its place":       {"And a mail", "And <b>a</b> mail", "glossary.md:20: raw HTML is not rendered; write Markdown"},
		"a link to who knows where":    {"And a mail", "And [a](mailto:x) mail", `glossary.md:20: link to "mailto:x": begin it with "https://", "/" or "#"`},
		"a word of two terms":          {"Has a browser.", "Has a browser.\n\n## Bob {#bob}\nSection: this lab\nWords: bob, Clients\n\nToo.", `glossary.md:22: "Clients" stands in line 8 already`},
		"a parameter of two terms":     {"Section: this lab", "Section: this lab\nParameter: client_id", `glossary.md:17: "client_id" stands in line 9 already`},
		"a comma too many":             {"client, clients", "client,", `glossary.md:8: Words of "Client" has a comma too many`},
		"a part of which nothing came": {"# Words", "# Nothing\n\n# Words", `glossary.md:13: the part "Nothing" has no entries`},
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
		"no words to find it by": {"Says: This code has expired.\nShows: expired\n", "", `troubleshooting.md:3: "Too old" has neither Says nor Shows: by which words does one find it?`},
		"the same message twice": {"Shows: expired", "Says: This code has expired.", `troubleshooting.md:5: the message "This code has expired." stands in line 4 already`},
		"no causes":              {"It took too long.\n", "", `troubleshooting.md:3: "Too old" lacks its usual causes`},
		"no cure":                {"Cure: ", "", `troubleshooting.md:3: "Too old" lacks its cure, from a line that begins with "Cure:" on`},
		"a status that is none":  {"Status: 400", "Status: 4000", `troubleshooting.md:3: status "4000" of "Too old" is not one of HTTP`},
		"a guard that is none":   {"Guard: code-expiry", "Guard: code-age", `troubleshooting.md:6: unknown guard "code-age"`},
		"a bad link in the cure": {"again.", "[again](x)", `troubleshooting.md:16: link to "x": begin it with "https://", "/" or "#"`},
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
