package load_test

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
	"unicode"
	"unicode/utf8"

	"oauthlab/lessons/load"
)

// Whatever bytes a file has, reading it ends; what is said is lines that can be
// printed, each with a place in the file; and what is not named can be shown.
func FuzzFile(f *testing.F) {
	for _, seed := range []string{
		runMD, breakMD, chapterMD, strings.ReplaceAll(runMD, "\n", "\r\n"), "\uFEFF" + runMD, "\xff\xfe-\x00-\x00-\x00", "---\n---\n", "---\na: [b\n---\n\nx",
		"---\n" + rightStep + "---\n\n[a]: /b\n\n[a] *b* > - `c` &#0; <d>\n", "---\n? a\n: &b c\n<<: *b\n---\nx", "---\n\ta: \"\\0\"\n...\n---\nx",
		"---\nid:run\n  - a\n \u00A0b: c #d\n---\nx",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		files := tree()
		files["03-pkce/1-run.md"] = &fstest.MapFile{Data: content}
		chapters, err := load.Read(load.Tree{FS: files})
		if err == nil {
			step := chapters[0].Steps[0]
			for _, text := range []string{step.ID, step.Title, step.Hint, step.Body} {
				if !utf8.ValidString(text) || strings.ContainsAny(text, "\x00\uFFFD\u2028") {
					t.Errorf("%q is shown", text)
				}
			}
			return
		}
		lines := 1 + strings.Count(string(content), "\n") + strings.Count(string(content), "\r")
		for _, one := range err.(interface{ Unwrap() []error }).Unwrap() {
			found, is := one.(load.Finding)
			if !is || found.Line > lines || !utf8.ValidString(one.Error()) {
				t.Errorf("%#v, of a file of %d lines", one, lines)
			}
			if strings.ContainsFunc(one.Error(), unicode.IsControl) {
				t.Errorf("%q cannot be printed", one)
			}
		}
	})
}

// Whatever bytes a book has, reading it ends, and what is said has its place in the file.
func FuzzBook(f *testing.F) {
	for _, seed := range []string{glossaryMD, troublesMD, wordsMD, "# A\n---\n---", "---\n# A\n---\nid: a\n---\n```\n---\n# B\n", "# A\n\n---\nid: [\n", "\r\n# A\r\n---\r\nsee: *a\r\n---\r\n"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		lines := 1 + strings.Count(string(content), "\n")
		for name, read := range map[string]func(fs.FS) error{
			"glossary.md":        func(books fs.FS) error { _, err := load.Glossary(books); return err },
			"troubleshooting.md": func(books fs.FS) error { _, err := load.Troubles(books); return err },
		} {
			err := read(fstest.MapFS{name: {Data: content}})
			if err == nil {
				continue
			}
			for _, one := range err.(interface{ Unwrap() []error }).Unwrap() {
				if found, is := one.(load.Finding); !is || found.Line > lines || found.File != name {
					t.Errorf("%#v, of a file of %d lines", one, lines)
				}
			}
		}
	})
}

// Whatever a file is called, what is said of it is one line.
func FuzzName(f *testing.F) {
	for _, seed := range []string{"1-run.md", "4 run.md", "he\nllo.md", "\x1b[31m1-a.md", "chapter.md", "#a#", "Icon\r", "\xff.md", "4-\u202E.md", "00001-a.md"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		if strings.Contains(name, "/") || name == "" || name == "." || name == ".." {
			t.Skip()
		}
		files := tree()
		files["03-pkce/"+name] = &fstest.MapFile{Data: []byte(runMD)}
		files[name+"/chapter.md"] = &fstest.MapFile{Data: []byte(chapterMD)}
		_, err := load.Chapters(files)
		if err == nil {
			return
		}
		for line := range strings.SplitSeq(err.Error(), "\n") {
			if !strings.Contains(line, ": ") || strings.ContainsFunc(line, unicode.IsControl) {
				t.Errorf("it says %q", line)
			}
		}
	})
}
