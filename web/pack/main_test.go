package main

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/andybalholm/brotli"

	"oauthlab/web"
)

func TestPack(t *testing.T) {
	dist := t.TempDir()
	wasm := filepath.Join(t.TempDir(), "app.wasm")
	program := bytes.Repeat([]byte("a program, "), 1000)
	write(t, wasm, program)

	if err := pack(wasm, dist, 5); err != nil {
		t.Fatal(err)
	}
	if got := unpack(t, dist); !bytes.Equal(got, program) {
		t.Errorf("what was packed unpacks to %d bytes, want %d and the same", len(got), len(program))
	}
	info := readInfo(t, dist)
	if info.Size != int64(len(program)) || info.Level != 5 || len(info.SHA256) != 64 {
		t.Errorf("info = %+v", info)
	}
}

func TestPackSkipsWhatItPackedBefore(t *testing.T) {
	tests := map[string]struct {
		change func(t *testing.T, wasm, dist string)
		level  int
		again  bool
	}{
		"the same program at the same level":  {func(*testing.T, string, string) {}, 5, false},
		"the same program, smaller":           {func(*testing.T, string, string) {}, 9, true},
		"the same program, packed better yet": {func(*testing.T, string, string) {}, 4, false},
		"another program": {func(t *testing.T, wasm, _ string) {
			write(t, wasm, []byte("another"))
		}, 5, true},
		"an output that is gone": {func(t *testing.T, _, dist string) {
			if err := os.Remove(filepath.Join(dist, "app.wasm.br")); err != nil {
				t.Fatal(err)
			}
		}, 5, true},
		"a description that is broken": {func(t *testing.T, _, dist string) {
			write(t, filepath.Join(dist, "app.json"), []byte("{"))
		}, 5, true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			dist := t.TempDir()
			wasm := filepath.Join(t.TempDir(), "app.wasm")
			write(t, wasm, []byte("a program"))
			if err := pack(wasm, dist, 5); err != nil {
				t.Fatal(err)
			}
			// A mark of the same length, which only packing again removes.
			packed := filepath.Join(dist, "app.wasm.br")
			mark, err := os.ReadFile(packed)
			if err != nil {
				t.Fatal(err)
			}
			mark[len(mark)-1] ^= 0xff
			write(t, packed, mark)

			tt.change(t, wasm, dist)
			if err := pack(wasm, dist, tt.level); err != nil {
				t.Fatal(err)
			}
			got, err := os.ReadFile(packed)
			if err != nil {
				t.Fatal(err)
			}
			if again := !bytes.Equal(got, mark); again != tt.again {
				t.Errorf("packed again: %v, want %v", again, tt.again)
			}
		})
	}
}

func TestPackNamesAMissingProgram(t *testing.T) {
	if err := pack(filepath.Join(t.TempDir(), "none"), t.TempDir(), 5); !os.IsNotExist(err) {
		t.Errorf("error %v, want that the file does not exist", err)
	}
}

func write(t *testing.T, file string, content []byte) {
	t.Helper()
	if err := os.WriteFile(file, content, 0o644); err != nil {
		t.Fatal(err)
	}
}

func unpack(t *testing.T, dist string) []byte {
	t.Helper()
	packed, err := os.ReadFile(filepath.Join(dist, "app.wasm.br"))
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(brotli.NewReader(bytes.NewReader(packed)))
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func readInfo(t *testing.T, dist string) web.Info {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dist, "app.json"))
	if err != nil {
		t.Fatal(err)
	}
	var info web.Info
	if err := json.Unmarshal(text, &info); err != nil {
		t.Fatal(err)
	}
	return info
}
