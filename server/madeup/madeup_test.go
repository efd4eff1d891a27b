package madeup

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"oauthlab/lessons/content"
	"oauthlab/lessons/guard"
	"oauthlab/lessons/load"
)

// addition is text that goes into a file that is there.
type addition struct {
	what   string
	file   string // from the module's root
	before string // what it goes before, and stands in the file once
	text   string
}

// additions are all that a new thing touches beside its own files, which lie in
// testdata/add.
var additions = []addition{
	{"a protection", "lessons/guard/catalogue.go", `		codeEntropy(),
`, `		madeUp(),
`},
	{"its line at the endpoint", "server/authserver/authorize.go", `	if err := t.Enforce(guard.IDStateRequired,
`, `	if err := t.Enforce(guard.IDMadeUp,
		guard.MadeUp(req.State)); err != nil {
		return refused(err)
	}
`},
	{"its words", "lessons/content/troubleshooting.md", `---
id: challenge-missing
`, `---
id: state-made-up
title: The state is made up
says:
  - The state is made up.
guards: [made-up.check]
code: invalid_request
sections: [RFC 6749 §10.12]
cure: |
  Send a fresh random state with each request.
---

Somebody made the state up.

`},
	{"an entry for it, and for its attack", "lessons/content/glossary.md", `---
id: error
`, `---
id: made-up
title: made-up state
sections: [RFC 6749 §10.12]
---

A state that somebody made up.

`},
	{"an attack", "server/attack/attack.go", `		codeToMallory(),`, `		madeUp(),
`},
	{"a script", "server/robot/script.go", `	{
		Name: "sign-in",`, `	{Name: "made-up", Does: "Alice signs in, and in again.", do: func(ctx context.Context, r *Robot) error {
		if err := signInAndFinish(ctx, r); err != nil {
			return err
		}
		return signInAndFinish(ctx, r)
	}},
`},
	{"a party", "lessons/event/parties.go", `	{ID: Outside,`, `	{ID: Notary, Means: "Somebody who is made up.", Name: "Notary", Brief: "Notary", Colour: "browser"},
`},
	{"its name", "lessons/event/parties.go", `	Outside Party = `, `	Notary Party = "notary"
`},
	{"an endpoint", "server/authserver/endpoints.go", `		{
			Method: http.MethodGet, Path: "/{lab}/authorize"`, `		{
			Method: http.MethodGet, Path: "/{lab}/made-up", Caller: endpoint.Client, Shared: true,
			Serve: endpoint.Form(s.madeUp), Answer: MadeUpResponse{}, Does: "Answers with what is made up.",
		},
`},
	{"what it carries", "lessons/param/own.go", `		{Name: "chapter"`, `		{Name: "shape", Means: "Which shape is made up."},
`},
}

// What is run in the copy: the tests of the program as they are, for they range over the
// tables. With -trimpath what is compiled does not depend on where the copy lies.
var commands = [][]string{
	{"test", "-trimpath", "./server", "-run", "Golden", "-count=1", "-update"}, // what make golden does
	{"test", "-trimpath", "-short", "./lessons/...", "./app/timeline", "./server", "./server/attack", "./server/robot", "./server/site"},
	{"run", "-trimpath", "./server", "matrix"},
}

// A new thing is its own files and its rows. Copied into the program, all of its tests
// hold, as they are.
func TestAMadeUpChapterTouchesNothingElse(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the whole program anew and runs its tests; make test does it")
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	there := guard.Versions()
	version := there[len(there)-1] + "b" // after the last, before the next
	copied := t.TempDir()
	copyProgram(t, root, copied)
	add(t, copied, version)

	for _, args := range commands {
		c := exec.CommandContext(t.Context(), "go", args...)
		c.Dir = copied
		out, err := c.CombinedOutput()
		if err != nil {
			t.Errorf("go %s: %v\n%s", strings.Join(args, " "), err, out)
			return
		}
		if args[0] == "run" && strings.Count(string(out), "made-up ") != 3 { // all on, the guard alone, without it
			t.Errorf("the matrix says of the attack\n%s", out)
		}
	}
	trace := read(t, filepath.Join(copied, "lessons/content/90-made-up/trace.txt"))
	if strings.Count(trace, "auth: made-up.check passed\n") != 2 || strings.Count(trace, "client: code.accepted\n") != 2 {
		t.Errorf("the trace of two logins is\n%s", trace)
	}
	chapters, err := load.Read(load.Tree{FS: content.FS})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range chapters {
		files, err := filepath.Glob(filepath.Join(root, "lessons/content", c.Folder, "trace*"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if read(t, file) != read(t, filepath.Join(copied, "lessons/content", c.Folder, filepath.Base(file))) {
				t.Errorf("what is made up changes %s of %s", filepath.Base(file), c.ID)
			}
		}
	}
}

// Every place is where it was. This is what a change elsewhere breaks, and it takes no
// time to see.
func TestWhatIsMadeUpHasItsPlaces(t *testing.T) {
	for _, a := range additions {
		if n := strings.Count(read(t, filepath.Join("../..", a.file)), a.before); n != 1 {
			t.Errorf("%s: %s has %d places before %q", a.what, a.file, n, a.before)
		}
	}
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// copyProgram copies what the program is built from.
func copyProgram(t *testing.T, root, to string) {
	t.Helper()
	for _, part := range []string{"go.mod", "go.sum", "README.md", "CONTRIBUTING.md", "SECURITY.md", "LICENSE", "Makefile", "Dockerfile", ".dockerignore", ".gitignore", "app", "lessons", "server", "web"} {
		err := filepath.WalkDir(filepath.Join(root, part), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !d.Type().IsRegular() {
				return err
			}
			within, err := filepath.Rel(root, path)
			if err != nil || strings.HasPrefix(within, "server/madeup/") {
				return err
			}
			return copyFile(path, filepath.Join(to, within), func(text []byte) []byte { return text })
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func copyFile(from, to string, change func([]byte) []byte) error {
	text, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	return os.WriteFile(to, change(text), 0o644)
}

// add adds what is made up: files that are new, and lines of files that are there.
func add(t *testing.T, to, version string) {
	t.Helper()
	from := filepath.Join("testdata", "add")
	err := filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		within, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		file := filepath.Join(to, within)
		if _, err := os.Stat(file); err == nil {
			return fmt.Errorf("%s is there already", within)
		}
		return copyFile(path, file, func(text []byte) []byte { return bytes.ReplaceAll(text, []byte("{version}"), []byte(version)) })
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range additions {
		file := filepath.Join(to, a.file)
		text := strings.Replace(read(t, file), a.before, a.text+a.before, 1)
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
