package load

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// maxText is how long a file of a chapter may be, in bytes of UTF-8. The longest
// step of the lab's own has a tenth of it.
const maxText = 32 << 10

// What a file in another encoding than UTF-8 begins with: its byte order mark; or,
// without one, the dashes with which every file of a chapter begins.
var (
	markUTF8    = []byte("\xEF\xBB\xBF")
	marksUTF32  = [][]byte{{0xFF, 0xFE, 0, 0}, {0, 0, 0xFE, 0xFF}}
	marksLittle = [][]byte{{0xFF, 0xFE}, []byte("-\x00-\x00-\x00")}
	marksBig    = [][]byte{{0xFE, 0xFF}, []byte("\x00-\x00-\x00-")}
)

// text returns what a file says, in UTF-8, with a line feed at the end of each line,
// whatever system it was written on. What stands there and is no text is named, and
// becomes a question mark, so that the rest can be read. Where nothing can, it
// returns "".
func (f *File) text(raw []byte) string {
	switch {
	case begins(raw, marksUTF32):
		f.complain(0, "the file is saved as UTF-32: save it with the encoding UTF-8")
		return ""
	case begins(raw, marksLittle):
		raw = fromUTF16(raw, unicode.LittleEndian)
	case begins(raw, marksBig):
		raw = fromUTF16(raw, unicode.BigEndian)
	}
	for bytes.HasPrefix(raw, markUTF8) { // two where one program marked what another had
		raw = raw[len(markUTF8):]
	}
	raw = bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n"))
	raw = bytes.ReplaceAll(raw, []byte("\r"), []byte("\n"))
	switch {
	case len(bytes.TrimSpace(raw)) == 0:
		f.complain(0, "the file is empty")
		return ""
	case bytes.IndexByte(raw, 0) >= 0:
		f.complain(1+bytes.Count(raw[:bytes.IndexByte(raw, 0)], []byte("\n")),
			"here stands a byte 0, which no text has: is the file Markdown, saved with the encoding UTF-8?")
		return ""
	case len(raw) > maxText:
		f.tooLarge(len(raw))
		return ""
	}
	return f.clean(string(raw))
}

// tooLarge names a file that is longer than any step should be.
func (f *File) tooLarge(size int) {
	f.complain(0, "the file has %d KB of text, and may have %d: make several steps of it", (size+1023)>>10, maxText>>10)
}

func begins(raw []byte, marks [][]byte) bool {
	for _, mark := range marks {
		if bytes.HasPrefix(raw, mark) {
			return true
		}
	}
	return false
}

// fromUTF16 decodes what Notepad calls Unicode. What is no character becomes U+FFFD.
func fromUTF16(raw []byte, order unicode.Endianness) []byte {
	decoded, err := unicode.UTF16(order, unicode.UseBOM).NewDecoder().Bytes(raw)
	if err != nil { // half a character at the end
		decoded = append(decoded, string(utf8.RuneError)...)
	}
	return decoded
}

// clean names each line in which something stands that is no text, and puts question
// marks there.
func (f *File) clean(source string) string {
	lines := strings.Split(source, "\n")
	var first, others int // lines that are not UTF-8
	var word string       // in the first of them
	for i, line := range lines {
		if !utf8.ValidString(line) {
			if others++; first == 0 {
				first, word = i+1, foreignWord(line)
			}
			f.spoil(i+1, i+1)
			line = strings.ToValidUTF8(line, "?")
		}
		if what := noText(line); what != "" {
			f.complain(i+1, "%s", what)
			f.spoil(i+1, i+1)
			line = strings.Map(func(r rune) rune {
				if isNoText(r) {
					return '?'
				}
				return r
			}, line)
		}
		lines[i] = line
	}
	switch {
	case others == 1:
		f.complain(first, "%q is not saved as UTF-8: save the file with the encoding UTF-8", word)
	case others == 2:
		f.complain(first, "%q is not saved as UTF-8, and one more line is not: save the file with the encoding UTF-8", word)
	case others > 2:
		f.complain(first, "%q is not saved as UTF-8, and %d more lines are not: save the file with the encoding UTF-8", word, others-1)
	}
	return strings.Join(lines, "\n")
}

// foreignWord returns the first word of a line that is not UTF-8, as it reads in
// Windows-1252, which is what such files are mostly saved in.
func foreignWord(line string) string {
	for word := range strings.FieldsSeq(line) {
		if !utf8.ValidString(word) {
			read, _ := charmap.Windows1252.NewDecoder().String(word) // decodes any byte
			return brief(read)
		}
	}
	return "" // not reached: every blank is UTF-8
}

// noText says what stands in a line that no page can show; "" where nothing does.
func noText(line string) string {
	i := strings.IndexFunc(line, isNoText)
	if i < 0 {
		return ""
	}
	r, _ := utf8.DecodeRuneInString(line[i:])
	before := []rune(strings.TrimSpace(line[:i]))
	where := "at the beginning of this line"
	if len(before) > 0 {
		where = fmt.Sprintf("behind %q", string(before[max(0, len(before)-20):]))
	}
	switch r {
	case utf8.RuneError:
		return "a letter was lost " + where + ": there is only its replacement, \uFFFD. Write it again, and save the file with the encoding UTF-8"
	case '\u2028', '\u2029':
		return "an invisible line end stands " + where + ", as word processors make it: delete it, and press Enter"
	}
	return fmt.Sprintf("an invisible character (U+%04X) stands %s: delete it", r, where)
}

// isNoText reports whether a page shows nothing, or a question mark, for r: control
// characters but tab and line feed, line ends that YAML and browsers count
// differently, a byte order mark within the text, and what is no character.
func isNoText(r rune) bool {
	switch {
	case r == '\t', r == '\n':
		return false
	case r < ' ', 0x7F <= r && r < 0xA0:
		return true
	case r == '\u2028', r == '\u2029', r == '\uFEFF', r == utf8.RuneError:
		return true
	case 0xFDD0 <= r && r <= 0xFDEF, r&0xFFFE == 0xFFFE:
		return true
	}
	return false
}
