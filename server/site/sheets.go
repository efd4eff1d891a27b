package site

import (
	"bytes"
	"fmt"
	"io/fs"
	"strings"
)

// screenSheet is the style sheet of the pages that run the program.
const screenSheet = "css/screen.css"

// sheets are the style sheets that pages load, one a page: each is made of files of
// package web, in the order in which they apply.
func sheets() map[string][]string {
	const tokens, base, book = "css/tokens.css", "css/base.css", "css/book.css"
	embed := []string{tokens, base, "css/stage.css", "css/embed.css", "css/contrast.css"}
	return map[string][]string{
		screenSheet: {
			tokens, base, "css/loader.css", "css/layout.css", "css/chapters.css", "css/lesson.css", "css/changes.css", "css/stage.css",
			"css/browser.css", "css/drawer.css", "css/faults.css", "css/clients.css", "css/panel.css", "css/landing.css", "css/features.css", "css/contrast.css",
		},
		"css/books.css":          {tokens, base, book, "css/faults.css"},
		"css/unscripted.css":     {book, "css/reading.css"}, // besides the screen's
		"css/embedded.css":       embed,
		"css/embedded-light.css": embed,
		"css/embedded-dark.css":  embed,
		"css/callback.css":       {tokens, "css/auth.css"},
	}
}

// joined has the sheets beside the files that they are made of.
type joined struct{ fs.FS }

// ReadFile implements fs.ReadFileFS.
func (j joined) ReadFile(name string) ([]byte, error) {
	parts, is := sheets()[name]
	if !is {
		return fs.ReadFile(j.FS, name)
	}
	var sheet bytes.Buffer
	for _, part := range parts {
		text, err := fs.ReadFile(j.FS, part)
		if err != nil {
			return nil, fmt.Errorf("join %s: %w", name, err)
		}
		sheet.Write(text)
		sheet.WriteByte('\n') // a part may end without one
	}
	for theme, rules := range themeRules {
		if strings.HasSuffix(name, "-"+theme+".css") {
			return []byte(rules.Replace(sheet.String())), nil
		}
	}
	return sheet.Bytes(), nil
}

// themeRules make of a sheet that heeds the reader's colours one that has always the theme's.
var themeRules = map[string]*strings.Replacer{
	"light": strings.NewReplacer("(prefers-color-scheme: dark)", "(max-width: 0)", "color-scheme: light dark", "color-scheme: light"),
	"dark":  strings.NewReplacer("(prefers-color-scheme: dark)", "(min-width: 0)", "color-scheme: light dark", "color-scheme: dark"),
}
