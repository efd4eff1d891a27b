// Package prose makes sentences of what errors and checks say, for people to read.
package prose

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Sentence returns a text with a capital and a full stop; "" for "".
func Sentence(s string) string { return FullStop(Capital(s)) }

// FullStop returns a text with a full stop at its end, unless it ends as a sentence does.
func FullStop(s string) string {
	if s == "" || strings.HasSuffix(s, ".") || strings.HasSuffix(s, "!") || strings.HasSuffix(s, "?") {
		return s
	}
	return s + "."
}

// Capital returns a text whose first letter is a capital.
func Capital(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	if first == utf8.RuneError {
		return s
	}
	return strings.ToUpper(string(first)) + s[size:]
}

// Clip returns a text of at most so many bytes: where it is longer, its beginning, up to
// the end of a character, and the mark. The mark is shorter than the bound.
func Clip(s string, most int, mark string) string {
	if len(s) <= most {
		return s
	}
	end := most - len(mark)
	for end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + mark
}

// Plain returns a text without the characters that steer a terminal or turn its reading
// direction, each replaced by a dot, for what a stranger sent.
func Plain(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) {
			return '·'
		}
		return r
	}, s)
}

// Count counts things: "1 message", "2 messages".
func Count(n int, thing string) string {
	if n != 1 {
		thing += "s"
	}
	return strconv.Itoa(n) + " " + thing
}

// List joins words as a sentence does: "photos, billing and calendar".
func List(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " and " + words[last]
}
