package lint_test

import (
	"errors"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"oauthlab/lessons/content"
	"oauthlab/lessons/lint"
	"oauthlab/lessons/load"
)

// our returns what lint.Ours says of the third chapter of the program, with its files
// changed, "" for nothing.
func our(t *testing.T, change func(files fstest.MapFS)) string {
	t.Helper()
	const folder = "03-pkce"
	files := fstest.MapFS{}
	names, err := fs.Glob(content.FS, folder+"/*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		text, err := fs.ReadFile(content.FS, name)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = &fstest.MapFile{Data: text}
	}
	change(files)
	chapters, err := load.Read(load.Tree{FS: files, Books: content.FS})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(lint.Ours(chapters)...); err != nil {
		return err.Error()
	}
	return ""
}

func TestOurChaptersAreWhole(t *testing.T) {
	chapters, err := load.Read(load.Tree{FS: content.FS})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(lint.Ours(chapters)...); err != nil {
		t.Error(err)
	}
}

// Each rule finds what was broken on purpose.
func TestFindingsInOurChapters(t *testing.T) {
	const mend, ask = "03-pkce/4-mend.md", "03-pkce/5-ask.md"
	long := strings.Repeat("much too long ", 13)
	replaced := func(name, old, new string) func(fstest.MapFS) {
		return func(files fstest.MapFS) {
			text := string(files[name].Data)
			if strings.Count(text, old) != 1 {
				t.Fatalf("%q stands %d times in %s", old, strings.Count(text, old), name)
			}
			files[name].Data = []byte(strings.Replace(text, old, new, 1))
		}
	}
	tests := map[string]struct {
		change func(fstest.MapFS)
		want   string // what is found, or its beginning
	}{
		"no step that mends": {
			func(files fstest.MapFS) {
				files[mend] = files[ask]
				delete(files, ask)
			},
			"03-pkce/chapter.md:1: the chapter has no step of kind mend",
		},
		"no questions": {
			func(files fstest.MapFS) { delete(files, ask) },
			"03-pkce/chapter.md:1: the chapter does not end with a step of kind ask",
		},
		"questions to choose from only": {
			func(files fstest.MapFS) {
				front, rest, _ := strings.Cut(string(files[ask].Data), "  - id: step\n")
				_, last, _ := strings.Cut(rest, "  - id: left\n")
				files[ask].Data = []byte(front + "  - id: left\n" + last)
			},
			"03-pkce/5-ask.md:5: the chapter ends with 3 to 5 questions, some to choose from and some to do; here are 3, 0 to do",
		},
		"a long reason": {
			replaced(ask, "It is dead.", "It is "+long+"."),
			"03-pkce/5-ask.md:61: a sentence has 189 characters, and may have 170: It is much",
		},
		"no script": {
			replaced("03-pkce/chapter.md", "script: sign-in\n", ""),
			"03-pkce/chapter.md:1: script is missing: what does the robot play where the flow is run?",
		},
		"no part of the course": {
			replaced("03-pkce/chapter.md", "part: Part I · The spine\n", ""),
			"03-pkce/chapter.md:1: part is missing: under which heading of the course does the chapter stand?",
		},
		"nothing to read": {
			func(files fstest.MapFS) {
				const about = "03-pkce/chapter.md"
				front, rest, _ := strings.Cut(string(files[about].Data), "sections:\n")
				_, prose, _ := strings.Cut(rest, "---\n")
				files[about].Data = []byte(front + "---\n" + prose)
			},
			"03-pkce/chapter.md:1: sections are missing",
		},
		"no things to try": {
			replaced(mend, "To try, here or later:", "Later:"),
			`03-pkce/4-mend.md:1: the last step before the questions has no list of things to try, below a line that begins with "To try"`,
		},
		"no summary": {
			replaced(mend, "**In three sentences.** ", ""),
			`03-pkce/4-mend.md:1: the last step before the questions has no summary, a paragraph that begins with "In three sentences."`,
		},
		"a summary of four sentences": {
			replaced(mend, "**In three sentences.** ", "**In three sentences.** Really? "),
			"the summary has 4 sentences, not 3",
		},
		"a long sentence": {
			replaced(mend, "But now the verdict counts.", "But now "+long+"."),
			"a sentence has 191 characters, and may have 170: But now much",
		},
		"a long reply": {
			replaced("03-pkce/2-break.md", "Until then she has it.", "Mallory is "+long+"."),
			"03-pkce/2-break.md:14: a sentence has 194 characters, and may have 170: Mallory is much",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := our(t, tt.change); !strings.Contains(got, tt.want) {
				t.Errorf("(-want +got):\n%s", cmp.Diff(tt.want, got))
			}
		})
	}
}
