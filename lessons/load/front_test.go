package load_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"oauthlab/lessons/load"
)

// stepFrom is a tree whose first step has the front matter; its first line is line 2.
func stepFrom(front string) fstest.MapFS {
	files := tree()
	files["03-pkce/1-run.md"] = &fstest.MapFile{Data: []byte("---\n" + front + "---\n\nPress.\n")}
	return files
}

// rightStep is front matter in which everything is right.
const rightStep = `id: run
kind: run
title: Run it
goals:
  - text: A request
    kind: request
    method: GET
    path: /authorize
  - text: A note
    kind: note
    name: callback
hint: Look up.
`

// Each mistake of YAML is named at its own line, in an author's words, and nothing
// that only follows from it.
func TestMistakesOfYAML(t *testing.T) {
	tests := map[string]struct {
		old, new string
		want     []string // below the file's name
	}{
		"nothing": {"", "", nil},
		"a colon in a text": {"title: Run it", "title: Why: the reason", []string{
			`:4: a text with a colon in it needs quotes, since a colon ends a key: put the whole text in quotes: title: "Why: the reason"`}},
		"a colon in a text, with quotes within": {"title: Run it", `title: Say: "yes"`, []string{
			`:4: a text with a colon in it needs quotes, since a colon ends a key: put the whole text in quotes`}},
		"a colon in typographic quotes": {"title: Run it", "title: “Why: the reason”", []string{
			`:4: a text with a colon in it needs quotes, since a colon ends a key: put the whole text in quotes: title: "“Why: the reason”"`}},
		"a colon in a text of a list": {"text: A note", "text: A note: this", []string{
			`:10: a text with a colon in it needs quotes, since a colon ends a key: put the whole text in quotes: text: "A note: this"`}},
		"a colon at the end": {"hint: Look up.", "hint: Look up:", []string{
			`:13: a text with a colon in it needs quotes, since a colon ends a key: put the whole text in quotes: hint: "Look up:"`}},
		"a colon in quotes is none": {"title: Run it", `title: "Why: the reason"`, nil},
		"a quote that does not close": {"title: Run it", `title: "Run it`, []string{
			`:4: this text begins with a quote " and has none at its end`}},
		"a quote that closes lines later": {"title: Run it", "title: \"Run\n  it\"", nil},
		"a text behind a quote": {"title: Run it", `title: "Run" it`, []string{
			`:4: the text goes on behind its closing quote ": put the whole text in quotes of the other kind`}},
		"an apostrophe in single quotes": {"title: Run it", `title: 'It's it'`, []string{
			`:4: the text goes on behind its closing quote ': put the whole text in quotes of the other kind`}},
		"a backslash in double quotes": {"title: Run it", `title: "C:\dir"`, []string{
			`:4: within double quotes a backslash \ begins an abbreviation: write two, or put the text in single quotes`}},
		"a text that begins with a bracket": {"title: Run it", "title: [Run] it", []string{
			`:4: a text that begins with [ needs quotes, since it begins a list otherwise: put the whole text in quotes: title: "[Run] it"`}},
		"a bracket that does not close": {"title: Run it", "title: [Run it", []string{
			`:4: a text that begins with [ needs quotes, since it begins a list otherwise: put the whole text in quotes: title: "[Run it"`}},
		"a text that begins with an at": {"hint: Look up.", "hint: @alice", []string{
			`:13: a text that begins with @ needs quotes: put the whole text in quotes: hint: "@alice"`}},
		"a text that begins with a percent sign": {"hint: Look up.", "hint: %20", []string{
			`:13: a text that begins with % needs quotes: put the whole text in quotes: hint: "%20"`}},
		"a text in stars, an alias to YAML": {"title: Run it", "title: *Run* it", []string{
			`:4: a text that begins with * needs quotes: put the whole text in quotes: title: "*Run* it"`}},
		"an anchor": {"title: Run it", "title: &run Run it", []string{`:4: a text that begins with & needs quotes`}},
		"an anchor with its alias": {"title: Run it", "title: &run Run it\ntool: *run", []string{
			`:4: a text that begins with & needs quotes`, `:5: a text that begins with * needs quotes`}},
		"a tag":              {"title: Run it", "title: !Important", []string{`:4: a text that begins with ! needs quotes`}},
		"a tag that decodes": {"title: Run it", "title: !!binary AAAA", []string{`:4: a text that begins with ! needs quotes`}},
		"a merge":            {"title: Run it", "title: Run it\n<<: {id: x}", []string{`:5: unknown key "<<"`}},
		"a tab": {"    method: GET", "\t method: GET", []string{
			`:8: this line is indented with a tab: indent it with blanks, as many as its neighbours have`}},
		"tabs": {"    method: GET\n    path", "\tmethod: GET\n\tpath", []string{
			`:8: this line is indented with a tab: indent it with blanks, as many as its neighbours have`,
			`:9: this line is indented with a tab: indent it with blanks, as many as its neighbours have`}},
		"a no-break space for a blank": {"    method: GET", "  \u00A0 method: GET", []string{
			`:8: a no-break space stands here, which looks like a blank and is none: write an ordinary blank`}},
		"a no-break space behind a colon": {"title: Run it", "title:\u00A0Run it", []string{
			`:4: a no-break space stands here, which looks like a blank and is none: write an ordinary blank`}},
		"no blank behind a colon": {"title: Run it", "title:Run it", []string{
			`:4: a blank is missing behind the colon: write title: Run it`}},
		"no blank behind the first colon": {"id: run", "id:run", []string{
			`:2: a blank is missing behind the colon: write id: run`}},
		"no colon": {"title: Run it", "title Run it", []string{
			`:4: there is no key in this line: write a key, a colon and a blank, such as title: Hello. A text of several lines stands below its key, indented, behind key: >`}},
		"a second line of a text": {"hint: Look up.", "hint: Look up.\nAnd down.", []string{
			`:14: there is no key in this line: write a key, a colon and a blank, such as title: Hello. A text of several lines stands below its key, indented, behind key: >`}},
		"a second line, indented": {"hint: Look up.", "hint: Look up.\n  And down.", nil},
		"no blank behind a dash": {"  - text: A note", "  -text: A note", []string{
			`:10: a blank is missing behind the dash: write "- " before each value of a list`}},
		"a key in another column": {"    method: GET", "   method: GET", []string{
			`:8: this line does not go with those above it: keys that belong together begin in the same column, with a colon and a blank behind each`}},
		"a dash in another column": {"  - text: A note", " - text: A note", []string{
			`:10: this line does not go with those above it: the dashes "- " of one list stand below each other`}},
		"an early end": {"title: Run it", "...\ntitle: Run it", []string{`:4: a line of the front matter cannot begin with "..."`}},
		"more dashes":  {"title: Run it", "----\ntitle: Run it", []string{`:4: a line of the front matter cannot begin with "---"`}},
		"a text with a hash": {"title: Run it", "title: Lesson #1", []string{
			`:4: what stands behind a blank and # is a comment, and is not shown: put the whole text in quotes`}},
		"a comment": {"title: Run it", "title: Run it # the title\n# a line", nil},
		"only a list": {rightStep, "- id: run\n", []string{
			`:2: the front matter begins with a key, and here is a list`}},
		"only a word": {rightStep, "run\n", []string{
			`:2: there is no key in this line: write a key, a colon and a blank, such as title: Hello. A text of several lines stands below its key, indented, behind key: >`}},
		"several, all at once": {"title: Run it", "title: Why: it\nswitch: @on\nkeind: run", []string{
			`:4: a text with a colon in it needs quotes, since a colon ends a key: put the whole text in quotes: title: "Why: it"`,
			`:5: a text that begins with @ needs quotes: put the whole text in quotes: switch: "@on"`,
			`:6: unknown key "keind": here may stand id, kind, title, goals, prediction, protection, switch, attack, guard, tool, questions, hint`}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) { findStep(t, tt.old, tt.new, tt.want) })
	}
}

// findStep compares the findings of a step, whose front matter is changed at one
// place, with those wanted.
func findStep(t *testing.T, old, new string, want []string) {
	t.Helper()
	if !strings.Contains(rightStep, old) {
		t.Fatalf("there is no %q", old)
	}
	_, err := load.Chapters(stepFrom(strings.Replace(rightStep, old, new, 1)))
	var got []string
	if err != nil {
		got = strings.Split(strings.ReplaceAll(err.Error(), "03-pkce/1-run.md", ""), "\n")
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A value of another form than its key has is named, and the others are read.
func TestValuesOfAnotherForm(t *testing.T) {
	tests := map[string]struct {
		old, new string
		want     []string
	}{
		"a number for a text":  {"title: Run it", "title: 1", nil},
		"a truth for a text":   {"title: Run it", "title: yes", nil},
		"a date for a text":    {"title: Run it", "title: 2026-01-31", nil},
		"a number for an id":   {"id: run", "id: 1", nil},
		"nothing for a text":   {"title: Run it", "title:", []string{`:4: title is missing`}},
		"the word for nothing": {"title: Run it", "title: null", []string{`:4: null means nothing at all: if it is the text of title, put it in quotes`}},
		"a list for a text": {"title: Run it", "title:\n  - Run\n  - it", []string{
			`:5: title is one text, and here is a list: write one text behind the colon`}},
		"keys for a text": {"title: Run it", "title:\n  Run: it", []string{
			`:5: title is one text, and here is keys with values: write one text behind the colon`}},
		"keys in braces for a text": {"title: Run it", "title: {name}", []string{
			`:4: title is one text, and here is keys with values: a text that begins with [ or { needs quotes`}},
		"a text for a list": {"hint:", "prediction:\n  question: q\n  options: yes\nhint:", []string{
			`:15: options is a list, and here is the text "yes": begin each value on a line of its own, with "- "`}},
		"keys for a list": {"  - text: A request\n    kind: request\n    method: GET\n    path: /authorize\n  - text: A note\n    kind: note\n    name: callback\n", "  text: A\n  kind: note\n", []string{
			`:6: goals is a list, and here is keys with values: begin each value on a line of its own, with "- "`}},
		"a text for keys": {"  - text: A note\n    kind: note\n    name: callback\n", "  - A note\n", []string{
			`:10: under goals stand keys with values, such as text: …, and here is the text "A note"`}},
		"an empty value of a list": {"  - text: A note\n    kind: note\n    name: callback\n", "  -\n", []string{
			`:10: a value of the list goals is empty`}},
		"a text for a number": {"kind: request\n    method: GET\n    path: /authorize", "kind: response\n    status: found", []string{
			`:8: status is a whole number without quotes, and here is the text "found"`}},
		"a number in quotes": {"kind: request\n    method: GET\n    path: /authorize", "kind: response\n    status: \"303\"", []string{
			`:8: status is a whole number without quotes, and here is the text "303"`}},
		"a number that is too large": {"kind: request\n    method: GET\n    path: /authorize", "kind: response\n    status: 99999999999999999999", []string{
			`:8: status is a whole number without quotes, and here is the text "99999999999999999999"`}},
		"a list for names with values": {"    name: callback", "    fields: [a]", []string{
			`:12: under fields stand names with values, such as outcome: stopped, and here is a list`}},
		"a list for a value with a name": {"    name: callback", "    fields:\n      by: [a]", []string{
			`:13: by is one text, and here is a list: a text that begins with [ or { needs quotes`}},
		"a key that is no word": {"title: Run it", "title: Run it\n[a]: b", []string{
			`:5: a key is a word, and here is a list: a text that begins with [ or { needs quotes`}},
		"a key in capital letters":   {"title: Run it", "Title: Run it", []string{`:4: unknown key "Title": is title meant?`}},
		"a letter too many":          {"title: Run it", "titlle: Run it", []string{`:4: unknown key "titlle": is title meant?`}},
		"a letter too few":           {"goals:", "goal:", []string{`:5: unknown key "goal": is goals meant?`}},
		"another letter":             {"hint:", "hind:", []string{`:13: unknown key "hind": is hint meant?`}},
		"two that changed places":    {"title: Run it", "titel: Run it", []string{`:4: unknown key "titel": is title meant?`}},
		"a near key beside the true": {"title: Run it", "title: Run it\nTitle: X", []string{`:5: unknown key "Title": here may stand id, kind, title, goals, prediction, protection, switch, attack, guard, tool, questions, hint`}},
		"a value of a near key is judged": {"kind: run", "knid: walk", []string{
			`:3: unknown key "knid": is kind meant?`, `:3: unknown kind "walk": a step is run, break, why, mend, ask or read`}},
		"a name given twice": {"    name: callback", "    name: callback\n    fields:\n      by: a\n      by: b", []string{
			`:15: the key "by" stands in line 14 already`}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) { findStep(t, tt.old, tt.new, tt.want) })
	}
}

// What is not front matter at all.
func TestMistakesOfTheFences(t *testing.T) {
	tests := map[string]struct{ content, want string }{
		"no front matter":     {"Press.\n", `:1: the file does not begin with front matter, between two lines ---`},
		"four dashes":         {"----\n" + rightStep + "----\n\nPress.\n", `:1: the front matter begins with a line of three dashes, ---, and here are 4`},
		"a long dash":         {"—\n" + rightStep + "—\n\nPress.\n", `:1: the front matter begins with a line of three dashes, ---: here an editor has made others of them`},
		"a long dash and one": {"—-\n" + rightStep + "—-\n\nPress.\n", `:1: the front matter begins with a line of three dashes, ---: here an editor has made others of them`},
		"no end":              {"---\n" + rightStep, `:1: the front matter does not end: its closing line --- is missing`},
		"no text":             {"---\n" + rightStep + "---\n \n", `:1: there is no text below the front matter`},
		"many lines":          {"---\n" + rightStep + strings.Repeat("#\n", 400) + "---\n\nPress.\n", `:1: the front matter has 412 lines and 1 KB, and may have 400 lines and 16 KB`},
		"long lines":          {"---\n" + rightStep + strings.Repeat("#", 20000) + "\n---\n\nPress.\n", `:1: the front matter has 13 lines and 20 KB, and may have 400 lines and 16 KB`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			files := tree()
			files["03-pkce/1-run.md"] = &fstest.MapFile{Data: []byte(tt.content)}
			_, err := load.Chapters(files)
			if want := "03-pkce/1-run.md" + tt.want; err == nil || err.Error() != want {
				t.Errorf("error is\n\t%v\nwant\n\t%s", err, want)
			}
		})
	}
}

// A chapter that could not be read in parts leaves its steps unjudged where they rest
// on it, and only there.
func TestAStepIsJudgedBesideABrokenChapter(t *testing.T) {
	files := tree()
	edit{"chapter.md", "  - stolen", "  - [stolen]"}.apply(t, files)
	edit{"3-why.md", "kind: why", "kind: wy"}.apply(t, files)
	_, err := load.Chapters(files)
	want := strings.Join([]string{
		`03-pkce/chapter.md:11: attacks is one text, and here is a list: a text that begins with [ or { needs quotes`,
		`03-pkce/3-why.md:3: unknown kind "wy": a step is run, break, why, mend, ask or read`,
	}, "\n")
	if err == nil || err.Error() != want {
		t.Errorf("error is\n%v\nwant\n%s", err, want)
	}
}
