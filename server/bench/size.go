package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/andybalholm/brotli"

	"oauthlab/web"
)

// measureSize compresses the program for the browser, and a hello world of go-app built
// with the same flags. Level 11 takes the better part of a minute.
func (b *bench) measureSize(context.Context) error {
	ours, err := os.ReadFile(b.wasm)
	if err != nil {
		return fmt.Errorf("%w (make bench makes it)", err)
	}
	theirs, err := os.ReadFile(b.hello)
	if err != nil {
		return fmt.Errorf("%w (make bench makes it)", err)
	}
	compare := func(how string, our, their int) {
		b.report.add("size", "the program for the browser, "+how, float64(our)/1e6, "MB")
		b.report.add("size", "a hello world, "+how, float64(their)/1e6, "MB")
		b.report.add("size", "ratio, "+how, float64(our)/float64(their), "times")
	}
	compare("unpacked", len(ours), len(theirs))
	for _, level := range b.counts.packs {
		compare(fmt.Sprintf("brotli %d", level), len(pack(ours, level)), len(pack(theirs, level)))
	}
	return nil
}

// pack compresses with brotli, as web/pack does.
func pack(program []byte, level int) []byte {
	var packed bytes.Buffer
	w := brotli.NewWriterLevel(&packed, level)
	w.Write(program) //nolint:errcheck // a buffer takes all
	w.Close()        //nolint:errcheck // likewise
	return packed.Bytes()
}

// readLevel reads the level of brotli from what make build says of the program.
func readLevel(info []byte) (int, error) {
	var i web.Info
	err := json.Unmarshal(info, &i)
	return i.Level, err
}
