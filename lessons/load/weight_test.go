package load_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"oauthlab/lessons/content"
	"oauthlab/lessons/load"
)

// filled repeats a text until a step is as long as it may be, in paragraphs as long as
// they may be.
func filled(text string) string {
	const step, paragraph = 31 << 10, 8000
	block := strings.Repeat(text, paragraph/len(text)) + "\n\n"
	return strings.Repeat(block, step/len(block))
}

// stepSaying is a tree whose first step says a text, which begins on line 12.
func stepSaying(text string) fstest.MapFS {
	files := tree()
	files["03-pkce/1-run.md"] = &fstest.MapFile{Data: []byte(strings.Replace(runMD, "Press.", text, 1))}
	return files
}

// Text that would take long to read, or become a large page, is named, with its line.
func TestTextBeyondABoundIsNamed(t *testing.T) {
	indented := func(levels int) string {
		var b strings.Builder
		for i := range levels {
			b.WriteString(strings.Repeat("  ", i) + "- a\n")
		}
		return b.String()
	}
	const nested = ": quotes and lists are nested in each other more than 8 times here: nest them less"
	tests := map[string]struct {
		text string
		want string // below the file's name; "" where nothing is wrong
	}{
		"a long file":                  {strings.Repeat("Press it.\n\n", 3200), ": the file has 35 KB of text, and may have 32: make several steps of it"},
		"a file that is no lesson":     {strings.Repeat("x", 5<<20), ": the file has 5121 KB of text, and may have 32: make several steps of it"},
		"a long paragraph":             {"Short.\n\n" + strings.Repeat("Press it.\n", 900), ":14: here begin 8 KB of text without a blank line, and there may be no more: put blank lines between"},
		"a long line":                  {strings.Repeat("[", 9000), ":12: here begin 8 KB of text without a blank line, and there may be no more: put blank lines between"},
		"text of a common length":      {strings.Repeat("Press it.\n\n", 2800), ""},
		"quotes in quotes":             {"Press.\n\n" + strings.Repeat(">", 9) + " it", ":14" + nested},
		"quotes with blanks":           {strings.Repeat("> ", 3000), ":12" + nested},
		"lists in a line":              {strings.Repeat("- ", 4000) + "a\n" + strings.Repeat("\n", 20000), ":12" + nested},
		"numbers in a line":            {strings.Repeat("1) ", 2000) + "a", ":12" + nested},
		"lists in quotes":              {strings.Repeat("> - ", 5), ":12" + nested},
		"lists by their indentation":   {indented(26) + strings.Repeat("\n", 20000), ":37" + nested},
		"lists in lists, as one reads": {indented(7), ""},
		"quotes in quotes, as mailed":  {strings.Repeat("> ", 8) + "it", ""},
		"a line across the page":       {"Press.\n\n* * *\n\n---------------------------------------", ""},
		"emphasis in emphasis":         {strings.Repeat("*a ", 40) + strings.Repeat(" a*", 40), ":12: this stands within more than 24 things: quotes, lists, links or emphasis"},
		"an address repeated by its name": {"[a]: /" + strings.Repeat("x", 7000) + "\n\n" + strings.Repeat("[a] ", 100),
			":1: the addresses of the links have 683 KB together, and may have 64: a long one is repeated wherever its name stands"},
		"a picture's address, repeated": {"[a]: /" + strings.Repeat("x", 7000) + "\n\n" + strings.Repeat("![a] ", 100),
			":1: the addresses of the links have 683 KB together, and may have 64: a long one is repeated wherever its name stands"},
		"text that becomes a large page": {filled("-\n+\n"), ""},
		"links that become one":          {filled("<https://a>\n"), ""},
		"quotes that become one":         {strings.Repeat(">a\n\n", 7800), ":1: the text becomes a page of 274 KB, and may become one of 256: make several steps of it"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := load.Chapters(stepSaying(tt.text))
			if want := "03-pkce/1-run.md" + tt.want; tt.want == "" && err != nil || tt.want != "" && (err == nil || err.Error() != want) {
				t.Errorf("error is\n\t%.300v\nwant\n\t%s", err, want)
			}
		})
	}
}

// Whatever Markdown is repeated until a file is full, the page that it becomes has a
// bound, and so has what is said of it. Times are measured elsewhere: the bounds of
// size and depth are what holds them.
func TestNoTextBecomesALargePage(t *testing.T) {
	for _, text := range []string{
		"[a](", "*a_ ", "<b>", "&", "\"", "a\n\n", ">a\n\n", "-\n+\n", "1)\n2.\n", "> a\n\n1. b\n\n", "# \n",
		"[](/)", "![](/)", "<https://a>", "[a](/glossary#pkce) ", "code pkce state ", "x\n\n[a]: /b\n\n", "[a]: b '\n",
	} {
		t.Run(fmt.Sprintf("%q", text), func(t *testing.T) {
			chapters, err := load.Read(load.Tree{FS: stepSaying("Press.\n\n" + filled(text)), Books: content.FS})
			if size := len(chapters[0].Steps[0].Body); size > 256<<10 {
				t.Errorf("the page has %d bytes", size)
			}
			if err != nil && len(err.Error()) > 41*600 {
				t.Errorf("what is said has %d bytes", len(err.Error()))
			}
		})
	}
}

// Whatever is repeated until the front matter is full, no more is said than is read.
func TestFrontMatterOfMistakesOnly(t *testing.T) {
	for _, text := range []string{
		"[", "- ", "? ", "\"", "a: \"b\n", "*a\n", "x: {a: b, \n", "<<: ", "  - a: b: c\n", "b: &b [*a, *a, *a]\n", "Title: x\n", "goals: [{}]\n",
	} {
		t.Run(fmt.Sprintf("%q", text), func(t *testing.T) {
			front := strings.Repeat(text, 16000/len(text))
			if lines := strings.SplitAfter(front, "\n"); len(lines) > 390 {
				front = strings.Join(lines[:390], "")
			}
			_, err := load.Chapters(stepFrom(strings.TrimSuffix(front, "\n") + "\n"))
			if err == nil {
				t.Fatal("it is content")
			}
			if n := strings.Count(err.Error(), "\n") + 1; n > 41 || len(err.Error()) > 41*600 {
				t.Errorf("%d findings in %d bytes", n, len(err.Error()))
			}
		})
	}
}

// The text of a whole folder has a bound.
func TestAFolderOfTooMuchText(t *testing.T) {
	files := fstest.MapFS{}
	empty := &fstest.MapFile{Data: []byte(strings.Repeat(" ", 32<<10))}
	for c := range 4 {
		for n := 1; n <= 50; n++ {
			files[fmt.Sprintf("%d-a/%d-b.md", c, n)] = empty
		}
	}
	_, err := load.Chapters(files)
	const want = "2-a/29-b.md: there are more than 4 MB of text in this folder, and from here on nothing is read"
	if lines := strings.Split(fmt.Sprint(err), "\n"); !slices.Contains(lines, want) || strings.Contains(err.Error(), "2-a/30-b.md") {
		t.Errorf("error is\n\t%.5000v\nwant\n\t%s", err, want)
	}
}
