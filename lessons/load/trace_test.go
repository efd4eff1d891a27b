package load_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"oauthlab/lessons/load"
)

// The word for a value that the page follows is marked as the value is.
func TestWordsForValuesCarryTheirTrace(t *testing.T) {
	files := lesson("A code verifier, a code, PKCE.")
	files["glossary.md"] = &fstest.MapFile{Data: []byte(strings.NewReplacer(
		"words: [code verifier, verifier]", "words: [code verifier, verifier]\nparameters: [code_verifier]",
		"words: [PKCE]", "words: [PKCE]\nparameters: [scope]",
	).Replace(wordsMD))}
	chapters, err := load.Chapters(files)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range chapters {
		if c.ID != "v03" {
			continue
		}
		const want = `<p>A <a href="/glossary#code-verifier" class="term" data-trace="pkce">code verifier</a>, a ` +
			`<a href="/glossary#code" class="term">code</a>, <a href="/glossary#pkce" class="term">PKCE</a>.</p>`
		if got := c.Steps[0].Body; !strings.Contains(got, want) {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
		return
	}
	t.Error("the chapter is not there")
}
