package doctor

import (
	"fmt"
	"strconv"
	"strings"

	"oauthlab/lessons/prose"
)

// said is a sentence, or a part of one, that may be printed: it has no characters but this
// package's own and those that shown lets through.
type said string

// Bounds of what is repeated of a stranger's texts.
const (
	maxShown  = 160 // bytes of a text, before it is quoted
	maxListed = 6   // texts of a list
)

// shown returns a stranger's text for people to see: its beginning, in printable ASCII. What
// is not a plain word is in quotes, with everything else escaped as in Go: so nothing steers
// the terminal or turns its reading direction, and two texts that look alike are told apart.
func shown(text string) said {
	text = prose.Clip(text, maxShown, "...")
	isPlain := func(r rune) bool { return r > ' ' && r <= '~' && r != '"' && r != '\\' }
	if text != "" && strings.IndexFunc(text, func(r rune) bool { return !isPlain(r) }) < 0 {
		return said(text)
	}
	return said(strconv.QuoteToASCII(text))
}

// say makes a sentence. Arguments that are not numbers or sentences themselves are shown.
func say(format string, args ...any) said {
	safe := make([]any, len(args))
	for i, arg := range args {
		switch arg := arg.(type) {
		case said, int:
			safe[i] = arg
		default:
			safe[i] = shown(fmt.Sprint(arg))
		}
	}
	return said(fmt.Sprintf(format, safe...))
}

// list returns texts as a sentence has them, some of them where there are many.
func list(texts []string) said {
	words := make([]said, len(texts))
	for i, text := range texts {
		words[i] = shown(text)
	}
	return listed(words)
}

// listed is list for what may be printed already.
func listed(words []said) said {
	var first []string
	for _, word := range words[:min(len(words), maxListed)] {
		first = append(first, string(word))
	}
	if more := len(words) - len(first); more > 0 {
		first = append(first, strconv.Itoa(more)+" more")
	}
	return said(prose.List(first))
}
