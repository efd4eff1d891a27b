package load_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"oauthlab/lessons/load"
)

// A glossary whose words overlap.
const wordsMD = `# Words

---
id: code
title: Code
sections: [this lab]
words: [code, codes]
---

A text.

---
id: code-verifier
title: Code verifier
sections: [this lab]
words: [code verifier, verifier]
---

A secret.

---
id: pkce
title: PKCE
sections: [this lab]
words: [PKCE]
---

A proof.

---
id: plain
title: plain
sections: [this lab]
---

A method that no word leads to.
`

// lesson is a chapter whose first step says text, on line 12 of its file.
func lesson(text string) fstest.MapFS {
	files := tree()
	files["glossary.md"] = &fstest.MapFile{Data: []byte(wordsMD)}
	files["troubleshooting.md"] = &fstest.MapFile{Data: []byte(troublesMD)}
	files["03-pkce/1-run.md"] = &fstest.MapFile{Data: []byte(strings.Replace(runMD, "Press.", text, 1))}
	return files
}

func TestWordsOfTheGlossaryBecomeLinks(t *testing.T) {
	const code, verifier, pkce = `<a href="/glossary#code" class="term">`, `<a href="/glossary#code-verifier" class="term">`, `<a href="/glossary#pkce" class="term">`
	tests := map[string]struct{ text, want string }{
		"a word":                          {"The code is good.", "<p>The " + code + "code</a> is good.</p>"},
		"the first time only":             {"A code, and a code.", "<p>A " + code + "code</a>, and a code.</p>"},
		"the first time in the step":      {"A code.\n\nA code.", "<p>A " + code + "code</a>.</p>\n<p>A code.</p>"},
		"in a list too":                   {"- a code\n- a verifier", "<ul>\n<li>a " + code + "code</a></li>\n<li>a " + verifier + "verifier</a></li>\n</ul>"},
		"the longest phrase":              {"A code verifier.", "<p>A " + verifier + "code verifier</a>.</p>"},
		"the longest, where it was said":  {"A verifier, a code verifier, a code.", "<p>A " + verifier + "verifier</a>, a code verifier, a " + code + "code</a>.</p>"},
		"another form of it":              {"Two codes.", "<p>Two " + code + "codes</a>.</p>"},
		"in capital letters":              {"Code! Pkce!", "<p>" + code + "Code</a>! " + pkce + "Pkce</a>!</p>"},
		"across lines":                    {"A code\nverifier is", "<p>A " + verifier + "code\nverifier</a> is</p>"},
		"at the end of a line":            {"A code\nis good", "<p>A " + code + "code</a>\nis good</p>"},
		"at the beginning of a line":      {"A\ncode is", "<p>A\n" + code + "code</a> is</p>"},
		"two in a line, and the next":     {"code PKCE\nverifier", "<p>" + code + "code</a> " + pkce + "PKCE</a>\n" + verifier + "verifier</a></p>"},
		"before a hard break":             {"A code\\\nis", "<p>A " + code + "code</a><br>\nis</p>"},
		"the whole text":                  {"code", "<p>" + code + "code</a></p>"},
		"a genitive":                      {"The code's end", "<p>The " + code + "code</a>'s end</p>"},
		"in quotation marks":              {"A “code”…", "<p>A “" + code + "code</a>”…</p>"},
		"emphasised":                      {"The **code verifier** is", "<p>The <strong>" + verifier + "code verifier</a></strong> is</p>"},
		"emphasised before plain":         {"The **code**, a code", "<p>The <strong>" + code + "code</a></strong>, a code</p>"},
		"plain before emphasised":         {"A code, the **code**", "<p>A " + code + "code</a>, the <strong>code</strong></p>"},
		"no part of a word":               {"Encode, codex, décode, code_challenge, code-like", "<p>Encode, codex, décode, code_challenge, code-like</p>"},
		"no code":                         {"The `code` and\n\n    code\n", "<p>The <code>code</code> and</p>\n<pre><code>code\n</code></pre>"},
		"no heading":                      {"## The code\n\nIt", "<h2>The code</h2>\n<p>It</p>"},
		"no link":                         {"[The code](https://example.com/)", `<p><a href="https://example.com/" rel="noreferrer" target="_blank">The code</a></p>`},
		"no picture":                      {"![code](/web/x.png)", `<p><img src="/web/x.png" alt="code"></p>`},
		"what no word leads to":           {"In plain words", "<p>In plain words</p>"},
		"what the author linked":          {"[Here](/glossary#code), a code", `<p>` + code + `Here</a>, a code</p>`},
		"what the author links later":     {"A code, [here](/glossary#code)", `<p>A code, ` + code + `here</a></p>`},
		"another book":                    {"[Too old](/troubleshooting#too-old)", `<p><a href="/troubleshooting#too-old" class="term">Too old</a></p>`},
		"the book itself":                 {"[All](/glossary)", `<p><a href="/glossary">All</a></p>`},
		"in a table, not in its headings": {"| code |\n|---|\n| a code |", box("code") + "<thead>\n<tr>\n<th scope=\"col\">code</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<th scope=\"row\">a " + code + "code</a></th>\n</tr>\n</tbody>\n</table></div>"},
		"letters of more than one byte":   {"é İ code ẞ", "<p>é İ " + code + "code</a> ẞ</p>"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			chapters, err := load.Chapters(lesson(tt.text))
			if err != nil {
				t.Fatal(err)
			}
			want := `<div class="prose">` + tt.want + "\n</div>"
			if got := chapters[0].Steps[0].Body; got != want {
				t.Errorf("the prose is\n\t%s\nwant\n\t%s", got, want)
			}
		})
	}
}

// Each step begins anew, and so does the problem.
func TestEachStepLinksItsOwnFirstWord(t *testing.T) {
	files := lesson("The code.")
	files["03-pkce/2-break.md"] = &fstest.MapFile{Data: []byte(strings.Replace(breakMD, "Guess.", "A code.", 1))}
	files["03-pkce/chapter.md"] = &fstest.MapFile{Data: []byte(strings.Replace(chapterMD, "*problem*", "code", 1))}
	chapters, err := load.Chapters(files)
	if err != nil {
		t.Fatal(err)
	}
	for name, html := range map[string]string{
		"the problem": chapters[0].Problem, "step 1": chapters[0].Steps[0].Body, "step 2": chapters[0].Steps[1].Body,
	} {
		if !strings.Contains(html, `class="term">code</a>`) {
			t.Errorf("%s is %s", name, html)
		}
	}
}

// A teacher's folder has no books of its own.
func TestWordsLeadToTheBooksOfAnotherFolder(t *testing.T) {
	books := lesson("")
	mine := lesson("A code, [too old](/troubleshooting#too-old).")
	delete(mine, "glossary.md")
	delete(mine, "troubleshooting.md")
	chapters, err := load.Read(load.Tree{FS: mine, Books: books})
	if err != nil {
		t.Fatal(err)
	}
	const want = `<p>A <a href="/glossary#code" class="term">code</a>, <a href="/troubleshooting#too-old" class="term">too old</a>.</p>`
	if got := chapters[0].Steps[0].Body; !strings.Contains(got, want) {
		t.Errorf("the prose is\n\t%s\nwant\n\t%s", got, want)
	}
}

func TestAReferenceToNothingIsRefused(t *testing.T) {
	tests := map[string]struct{ text, want string }{
		"an unknown term":       {"See\n[it](/glossary#nonce).", `03-pkce/1-run.md:13: link to "/glossary#nonce": there is no such entry`},
		"an unknown error":      {"[It](/troubleshooting#code).", `03-pkce/1-run.md:12: link to "/troubleshooting#code": there is no such entry`},
		"no term":               {"[It](/glossary#).", `03-pkce/1-run.md:12: link to "/glossary#": there is no such entry`},
		"a term in other cases": {"[It](/glossary#PKCE).", `03-pkce/1-run.md:12: link to "/glossary#PKCE": there is no such entry`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := load.Chapters(lesson(tt.text))
			if err == nil || err.Error() != tt.want {
				t.Errorf("error is\n\t%v\nwant\n\t%s", err, tt.want)
			}
		})
	}
}
