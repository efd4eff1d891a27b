// Package web holds the files that the lab origin serves as they are: styles,
// fonts, icons, the card that other sites show, the callback page, the scripts of the books and of the recordings, what stands before the
// program, and what make built. The server embeds them; the program in the browser never imports this
// package, or it would carry itself.
package web

import "embed"

// FS holds the files by their path below this folder, such as
// "css/auth.css", "callback/callback.html" or "dist/app.wasm.br". In a
// checkout that nobody has built, dist holds no program yet.
//
//go:embed books css embed fonts icons callback pictures/card.png start all:dist
var FS embed.FS

// Names of what make builds.
const (
	Wasm     = "dist/app.wasm.br" // the program for the browser, in brotli
	WasmInfo = "dist/app.json"    // its Info
)

// Info is the content of WasmInfo.
type Info struct {
	Size   int64  `json:"size"`   // bytes of the program before compression: what progress is counted in
	SHA256 string `json:"sha256"` // of the program before compression, in hex
	Level  int    `json:"level"`  // of the compression
	Packed int64  `json:"packed"` // bytes after compression
}
