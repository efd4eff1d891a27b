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

const inYourAppMD = `# In your app

---
id: exact
title: Compare it whole
sections: [RFC 9700 §2.1]
asvs: [10.4.1]
libraries:
  - name: fosite
    does: "Set ` + "`it`" + `."
---

Ask.
`

// withChecks is the tree with checks for an app of one's own, in which old is replaced.
func withChecks(t *testing.T, old, new string) fstest.MapFS {
	t.Helper()
	if strings.Count(inYourAppMD, old) != 1 {
		t.Fatalf("%q stands %d times in the file", old, strings.Count(inYourAppMD, old))
	}
	files := tree()
	files["03-pkce/in-your-app.md"] = &fstest.MapFile{Data: []byte(strings.Replace(inYourAppMD, old, new, 1))}
	return files
}

func TestChecksForAnAppOfOnesOwn(t *testing.T) {
	chapters, err := load.Read(load.Tree{FS: withChecks(t, "Ask.", "Ask [it](/glossary).")})
	if err != nil {
		t.Fatal(err)
	}
	c := load.Checks(chapters)["v03"]
	if len(c) != 1 || c[0].File.Links[0].URL != "/glossary" {
		t.Fatalf("%+v", c)
	}
	got := c[0]
	got.File = nil
	want := load.Check{
		ID: "exact", Title: "Compare it whole", ASVS: []string{"10.4.1"},
		Sections:  []lessons.Link{{Title: "RFC 9700 §2.1", URL: "https://www.rfc-editor.org/rfc/rfc9700#section-2.1"}},
		Libraries: []load.Library{{Name: `<div class="prose"><p>fosite</p>` + "\n</div>", Does: `<div class="prose"><p>Set <code>it</code>.</p>` + "\n</div>"}},
		Test:      `<div class="prose"><p>Ask <a href="/glossary">it</a>.</p>` + "\n</div>",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestBadChecks(t *testing.T) {
	tests := map[string]struct{ old, new, want string }{
		"no such number":      {"10.4.1", "10.4.17", "03-pkce/in-your-app.md:7: ASVS 5.0 has no number \"10.4.17\" in V10"},
		"no section":          {"sections: [RFC 9700 §2.1]\n", "", "03-pkce/in-your-app.md:3: sections are missing"},
		"no test":             {"\nAsk.\n", "", "03-pkce/in-your-app.md:4: there is no text below the front matter: say how one sees that it holds"},
		"a library that does": {"    does: \"Set `it`.\"\n", "", "03-pkce/in-your-app.md:9: does is missing"},
		"raw HTML":            {"Ask.", "<b>Ask.</b>", "03-pkce/in-your-app.md:13: raw HTML is not rendered"},
		"no title":            {"# In your app\n\n", "", "text before the first part"},
		"nothing":             {inYourAppMD, "", "03-pkce/in-your-app.md: the file is empty"},
		"far too long":        {"Ask.", strings.Repeat("Ask. ", 10000), "03-pkce/in-your-app.md: the file has 49 KB of text, and may have 32"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := load.Chapters(withChecks(t, tt.old, tt.new))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("it says\n%v\nwant\n%s", err, tt.want)
			}
		})
	}
}

// The book of ASVS has each number of its chapter V10 once.
func TestRequirements(t *testing.T) {
	text, err := content.FS.ReadFile("asvs.md")
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct{ old, new, want string }{
		"a number that is missing": {"id: 10-7-3", "id: 10-7-2", "asvs.md:1: 10.7.3 of ASVS 5.0 is missing"},
		"a number twice":           {"id: 10-7-3", "id: 10-7-2", "id \"10-7-2\" is taken by line "},
		"a number of nothing":      {"id: 10-7-3", "id: 10-7-4", "ASVS 5.0 has no number \"10.7.4\" in V10"},
		"a level of nothing":       {"level: 2\nchapters: [v04, v25]", "level: 4\nchapters: [v04, v25]", "level is 1, 2 or 3"},
		"no chapter":               {"chapters: [v04, v25]\n", "", "chapters are missing"},
		"an unknown protection":    {"protections: [code-expiry]", "protections: [code-expires]", "unknown protection \"code-expires\""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if strings.Count(string(text), tt.old) != 1 {
				t.Fatalf("%q stands %d times in the book", tt.old, strings.Count(string(text), tt.old))
			}
			_, err := load.Requirements(fstest.MapFS{"asvs.md": {Data: []byte(strings.Replace(string(text), tt.old, tt.new, 1))}})
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("it says\n%v\nwant\n%s", err, tt.want)
			}
		})
	}
}
