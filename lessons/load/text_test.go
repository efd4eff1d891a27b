package load_test

import (
	"encoding/binary"
	"strings"
	"testing"
	"testing/fstest"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"oauthlab/lessons/load"
)

// asUTF16 is a text as Notepad saves it when asked for Unicode.
func asUTF16(order binary.AppendByteOrder, text string) string {
	var raw []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		raw = order.AppendUint16(raw, unit)
	}
	return string(raw)
}

// However an editor saves a file, it is read as it was meant.
func TestFilesAreReadAsEditorsSaveThem(t *testing.T) {
	crlf := func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }
	tests := map[string]func(string) string{
		"as it is":                           func(s string) string { return s },
		"with Windows's line ends":           crlf,
		"with the line ends of an old Mac":   func(s string) string { return strings.ReplaceAll(s, "\n", "\r") },
		"with line ends of several systems":  func(s string) string { return strings.Replace(crlf(s), "\r\n", "\n", 3) },
		"with a byte order mark":             func(s string) string { return "\uFEFF" + s },
		"with two of them":                   func(s string) string { return "\uFEFF\uFEFF" + s },
		"as UTF-16 of Windows":               func(s string) string { return asUTF16(binary.LittleEndian, "\uFEFF"+crlf(s)) },
		"as UTF-16 of an old Mac":            func(s string) string { return asUTF16(binary.BigEndian, "\uFEFF"+s) },
		"as UTF-16 without a mark":           func(s string) string { return asUTF16(binary.LittleEndian, crlf(s)) },
		"as big-endian UTF-16 without one":   func(s string) string { return asUTF16(binary.BigEndian, s) },
		"with blanks behind the dashes":      func(s string) string { return strings.ReplaceAll(s, "---\n", "--- \t\n") },
		"with a no-break space behind them":  func(s string) string { return strings.ReplaceAll(s, "---\n", "---\u00A0\n") },
		"with empty lines before the dashes": func(s string) string { return "\n \n" + s },
		"with blanks behind every line":      func(s string) string { return strings.ReplaceAll(s, "\n", " \n") },
		"without an end of the last line":    func(s string) string { return strings.TrimSuffix(s, "\n") },
	}
	for name, save := range tests {
		t.Run(name, func(t *testing.T) {
			files := tree()
			edit{"1-run.md", "title: Run it", "title: Café, “Run” it"}.apply(t, files)
			edit{"1-run.md", "Press.", "Préss 🎓.\n\n- one\n- two"}.apply(t, files)
			for name, file := range files {
				files[name] = &fstest.MapFile{Data: []byte(save(string(file.Data)))}
			}
			chapters, err := load.Chapters(files)
			if err != nil {
				t.Fatal(err)
			}
			step := chapters[0].Steps[0]
			const want = "<div class=\"prose\"><p>Préss 🎓.</p>\n<ul>\n<li>one</li>\n<li>two</li>\n</ul>\n</div>"
			if step.Title != "Café, “Run” it" || step.Body != want {
				t.Errorf("the step is %q:\n%s", step.Title, step.Body)
			}
		})
	}
}

// What no page can show is named, and never shown.
func TestWhatIsNoTextIsNamed(t *testing.T) {
	const file = "03-pkce/1-run.md"
	replaced := func(old, new string) string { return strings.Replace(runMD, old, new, 1) }
	tests := map[string]struct{ content, want string }{
		"a letter of Windows-1252": {
			replaced("Run it", "Caf\xe9"),
			file + `:4: "Café" is not saved as UTF-8: save the file with the encoding UTF-8`,
		},
		"quotes of Windows-1252": {
			replaced("Press.", "\x93Press\x94 it\x85"),
			file + `:12: "“Press”" is not saved as UTF-8: save the file with the encoding UTF-8`,
		},
		"two lines in another encoding": {
			replaced("Press.", "Pr\xe9ss.\n\nPr\xe9ss."),
			file + `:12: "Préss." is not saved as UTF-8, and one more line is not: save the file with the encoding UTF-8`,
		},
		"a whole file in another encoding": {
			replaced("Press.", strings.Repeat("\xe9\n", 9)),
			file + `:12: "é" is not saved as UTF-8, and 8 more lines are not: save the file with the encoding UTF-8`,
		},
		"an id in another encoding, which is said once": {
			replaced("id: run", "id: caf\xe9"),
			file + `:2: "café" is not saved as UTF-8: save the file with the encoding UTF-8`,
		},
		"UTF-32": {
			"\xff\xfe\x00\x00-\x00\x00\x00",
			file + `: the file is saved as UTF-32: save it with the encoding UTF-8`,
		},
		"half a character at the end of UTF-16": {
			asUTF16(binary.LittleEndian, "\uFEFF"+runMD) + "x",
			file + `:13: a letter was lost at the beginning of this line: there is only its replacement, �. Write it again, and save the file with the encoding UTF-8`,
		},
		"half of a pair in UTF-16": {
			asUTF16(binary.LittleEndian, "\uFEFF"+replaced("Press.", "Press ")) + "\x00\xd8.\x00",
			file + `:13: a letter was lost at the beginning of this line: there is only its replacement, �. Write it again, and save the file with the encoding UTF-8`,
		},
		"a byte 0": {
			replaced("Press", "Pr\x00ss"),
			file + `:12: here stands a byte 0, which no text has: is the file Markdown, saved with the encoding UTF-8?`,
		},
		"a picture": {
			"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
			file + `:3: here stands a byte 0, which no text has: is the file Markdown, saved with the encoding UTF-8?`,
		},
		"nothing": {"", file + `: the file is empty`},
		"blanks":  {"\uFEFF \r\n\t\n", file + `: the file is empty`},
		"a control character": {
			replaced("Press.", "Press\x07."),
			file + `:12: an invisible character (U+0007) stands behind "Press": delete it`,
		},
		"a control character at the beginning of a line": {
			replaced("Press.", "\x1b[31mPress."),
			file + `:12: an invisible character (U+001B) stands at the beginning of this line: delete it`,
		},
		"a control character of Latin-1": {
			replaced("Run it", "Run\u0085it"),
			file + `:4: an invisible character (U+0085) stands behind "title: Run": delete it`,
		},
		"a byte order mark within": {
			replaced("id: run", "\uFEFFid: run"),
			file + `:2: an invisible character (U+FEFF) stands at the beginning of this line: delete it`,
		},
		"a line end of a word processor": {
			replaced("Press.", "Press\u2028it."),
			file + `:12: an invisible line end stands behind "Press", as word processors make it: delete it, and press Enter`,
		},
		"what was lost before": {
			replaced("Run it", "Caf\uFFFD"),
			file + `:4: a letter was lost behind "title: Caf": there is only its replacement, �. Write it again, and save the file with the encoding UTF-8`,
		},
		"what is no character": {
			replaced("Press.", "Press\uFFFE."),
			file + `:12: an invisible character (U+FFFE) stands behind "Press": delete it`,
		},
		"an abbreviation of YAML for a byte 0": {
			replaced("title: Run it", `title: "Run\0it"`),
			file + `:4: an invisible character (U+0000) stands behind "Run": delete it`,
		},
		"an abbreviation of YAML for half of a pair": {
			replaced("title: Run it", `title: "Run\uFFFDit"`),
			file + `:4: a letter was lost behind "Run": there is only its replacement, �. Write it again, and save the file with the encoding UTF-8`,
		},
		"an entity for a byte 0": {
			replaced("Press.", "Press\n&#0;."),
			file + `:13: &#0; stands for no character that a page can show: write another`,
		},
		"an entity for a control character": {
			replaced("Press.", "[Press](/ \"&#x7;\")."),
			file + `:12: &#x7; stands for no character that a page can show: write another`,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			files := tree()
			files[file] = &fstest.MapFile{Data: []byte(tt.content)}
			_, err := load.Chapters(files)
			if err == nil {
				t.Fatal("it is content")
			}
			if diff := cmp.Diff(tt.want, err.Error()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// Text in any script, and an entity that is text, are nothing to mend.
func TestTextOfAnyScriptIsShown(t *testing.T) {
	const text = "Ünï‑cödé, 日本語, עברית, e\u0301, 👩‍🏫, a\u00A0b, tab\there"
	files := tree()
	edit{"1-run.md", "title: Run it", "title: " + text}.apply(t, files)
	edit{"1-run.md", "Press.", text + " `&#0;` &#233;"}.apply(t, files)
	chapters, err := load.Chapters(files)
	if err != nil {
		t.Fatal(err)
	}
	want := `<div class="prose"><p>` + text + " <code>&amp;#0;</code> é</p>\n</div>"
	if got := chapters[0].Steps[0]; got.Title != text || got.Body != want {
		t.Errorf("the step is %q:\n%s\nwant\n%s", got.Title, got.Body, want)
	}
}
