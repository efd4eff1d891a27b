// Command pack compresses the program for the browser and says what it packed:
//
//	pack [-level n] app.wasm dist
//
// writes dist/app.wasm.br and dist/app.json. Brotli in Go takes its time (some
// twenty seconds at level 11), so what was packed before is not packed again.
package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"github.com/andybalholm/brotli"

	"oauthlab/web"
)

func main() {
	level := flag.Int("level", 11, "brotli level, from 0 (quick) to 11 (small)")
	flag.Parse()
	if flag.NArg() != 2 || *level < brotli.BestSpeed || *level > brotli.BestCompression {
		fmt.Fprintln(os.Stderr, "usage: pack [-level 0..11] app.wasm dist")
		os.Exit(2)
	}
	if err := pack(flag.Arg(0), flag.Arg(1), *level); err != nil {
		fmt.Fprintln(os.Stderr, "pack:", err)
		os.Exit(1)
	}
}

// pack compresses the file wasm into the folder dist, unless the same content
// was packed there at the same level or a better one.
func pack(wasm, dist string, level int) error {
	program, err := os.ReadFile(wasm)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(program)
	info := web.Info{Size: int64(len(program)), SHA256: hex.EncodeToString(sum[:]), Level: level}
	packedFile := filepath.Join(dist, filepath.Base(web.Wasm))
	infoFile := filepath.Join(dist, filepath.Base(web.WasmInfo))
	if packedBefore(info, packedFile, infoFile) {
		return nil
	}

	var packed bytes.Buffer
	w := brotli.NewWriterLevel(&packed, level)
	if _, err := w.Write(program); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	info.Packed = int64(packed.Len())
	text, err := json.MarshalIndent(info, "", "  ")
	if err != nil {
		return err
	}
	// The description goes first and comes last, so that a run that is cut
	// short leaves nothing that looks whole.
	if err := os.Remove(infoFile); err != nil && !os.IsNotExist(err) {
		return err
	}
	if err := os.WriteFile(packedFile, packed.Bytes(), 0o644); err != nil {
		return err
	}
	if err := os.WriteFile(infoFile, append(text, '\n'), 0o644); err != nil {
		return err
	}
	fmt.Printf("app.wasm: %.2f MB, %.2f MB in brotli at level %d\n",
		float64(info.Size)/1e6, float64(info.Packed)/1e6, level)
	return nil
}

// packedBefore reports whether the folder holds what want describes.
func packedBefore(want web.Info, packedFile, infoFile string) bool {
	text, err := os.ReadFile(infoFile)
	if err != nil {
		return false
	}
	var have web.Info
	if json.Unmarshal(text, &have) != nil {
		return false
	}
	packed, err := os.Stat(packedFile)
	return err == nil && packed.Size() == have.Packed &&
		have.SHA256 == want.SHA256 && have.Level >= want.Level
}
