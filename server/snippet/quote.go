package snippet

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// shell makes one word of s for every shell that knows sh: within single quotes nothing
// has a meaning but the single quote. No word can hold a zero byte.
func shell(s string) string {
	s = strings.ReplaceAll(s, "\x00", "")
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// word makes one word of s, as shell does, that shows all that it holds.
func word(s string) string {
	if allVisible(s) {
		return shell(s)
	}
	return `"$(` + printf(s) + `)"`
}

// printf makes a command that prints s to the byte: for what no word can hold, or no
// reader sees.
func printf(s string) string {
	var b strings.Builder
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		switch c := s[:size]; {
		case c == "%":
			b.WriteString("%%")
		case c == `\`:
			b.WriteString(`\\`)
		case c == "-" && b.Len() == 0: // or printf takes it for an option
			b.WriteString(`\055`)
		case visible(c, r) && r != '\n':
			b.WriteString(c)
		default:
			for i := range size {
				fmt.Fprintf(&b, `\%03o`, s[i])
			}
		}
		s = s[size:]
	}
	return "printf " + shell(b.String())
}

// visible reports whether the rune r, written as c, is read as what it is, wherever it is
// pasted: no byte that is no text, no control character but newline, no mark that turns
// what follows around.
func visible(c string, r rune) bool {
	return (r != utf8.RuneError || len(c) == len("\uFFFD")) && (r == '\n' || unicode.IsPrint(r))
}

// allVisible reports whether every rune of s is.
func allVisible(s string) bool {
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		if !visible(s[:size], r) {
			return false
		}
		s = s[size:]
	}
	return true
}

// quoted makes a string literal of s in double quotes. Runes that are not plain are
// escaped, as the language has it. A byte that is no text becomes U+FFFD.
func quoted(s string, plain func(rune) bool, escape func(rune) string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"', r == '\\':
			b.WriteString(`\` + string(r))
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case plain(r):
			b.WriteRune(r)
		default:
			b.WriteString(escape(r))
		}
	}
	b.WriteByte('"')
	return b.String()
}

// javascript makes a string literal for JavaScript, good within a script element of a page
// too.
func javascript(s string) string {
	return strings.ReplaceAll(quoted(s, unicode.IsPrint, escapeJS), "<", escapeJS('<'))
}

// javascriptBytes makes one whose characters are the bytes of s.
func javascriptBytes(s string) string {
	return strings.ReplaceAll(quoted(latin1(s), isASCII, escapeJS), "<", escapeJS('<'))
}

func escapeJS(r rune) string {
	if r > 0xFFFF {
		high, low := utf16.EncodeRune(r)
		return fmt.Sprintf(`\u%04x\u%04x`, high, low)
	}
	return fmt.Sprintf(`\u%04x`, r)
}

// python makes a string literal for Python.
func python(s string) string { return quoted(s, unicode.IsPrint, escapePython) }

// pythonBytes makes one whose characters are the bytes of s. A b before it makes bytes.
func pythonBytes(s string) string { return quoted(latin1(s), isASCII, escapePython) }

func escapePython(r rune) string {
	switch {
	case r > 0xFFFF:
		return fmt.Sprintf(`\U%08x`, r)
	case r > 0xFF:
		return fmt.Sprintf(`\u%04x`, r)
	}
	return fmt.Sprintf(`\x%02x`, r)
}

// latin1 returns each byte of s as the character of that number (ISO 8859-1).
func latin1(s string) string {
	runes := make([]rune, len(s))
	for i := range runes {
		runes[i] = rune(s[i])
	}
	return string(runes)
}

func isASCII(r rune) bool { return ' ' <= r && r <= '~' }
