//go:build !js

// Package content holds what the chapters say: a folder of Markdown a chapter,
// as package load reads it. Server side only: the page gets the rendered HTML,
// and the wasm carries none of it.
package content

import "embed"

// FS holds the folders of the chapters, and beside them the glossary and what
// helps against errors.
//
//go:embed *.md */*.md */trace.txt
var FS embed.FS
