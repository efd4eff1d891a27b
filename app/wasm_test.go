//go:build !js

package main_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/lessons/guard"
	"oauthlab/web"
)

const (
	goApp     = "github.com/maxence-charriere/go-app/v10/pkg/app"
	websocket = "nhooyr.io/websocket"
)

// The program for the browser must be small: no server, no templates, no
// Markdown, no highlighting, no JOSE, no store.
func TestProgramCarriesNothingOfTheServer(t *testing.T) {
	ours := list(t, inBrowser, "-deps", "./app")
	if len(ours) < 100 || ours["oauthlab/app/ui"] == nil {
		t.Fatalf("the list of %d packages is not that of the program", len(ours))
	}
	// go-app itself imports net/http and regexp, the websocket names two
	// things of net/http, and the linker drops what nobody calls.
	given := list(t, inBrowser, "-deps", goApp, websocket)

	for path := range ours {
		if given[path] == nil && isHeavy(path) {
			t.Errorf("the program carries %s, which %v import", path, importers(ours, path))
		}
		if strings.HasPrefix(path, "oauthlab/") && !under(path, "oauthlab/app") && !slices.Contains([]string{
			"oauthlab/lessons", "oauthlab/lessons/api", "oauthlab/lessons/event", "oauthlab/lessons/frame", "oauthlab/lessons/guard", "oauthlab/lessons/param",
			"oauthlab/lessons/progress", "oauthlab/lessons/prose",
		}, path) {
			t.Errorf("the program carries %s, which %v import", path, importers(ours, path))
		}
	}
	for path, imports := range ours {
		for _, heavy := range []string{"net/http", "regexp"} {
			if strings.HasPrefix(path, "oauthlab/") && slices.Contains(imports, heavy) {
				t.Errorf("%s imports %s itself", path, heavy)
			}
		}
	}
}

// isHeavy reports whether a package has no place in the program.
func isHeavy(path string) bool {
	for _, heavy := range []string{
		"net/http", "html/template", "text/template", "regexp", "embed", "log/slog", "os/exec",
		"github.com/yuin/goldmark", "go.abhg.dev/goldmark", "github.com/alecthomas/chroma",
		"github.com/nats-io", "github.com/go-jose", "golang.org/x/crypto", "github.com/andybalholm/brotli",
		"github.com/chromedp", "gopkg.in/yaml.v3",
	} {
		if under(path, heavy) {
			return true
		}
	}
	return false
}

// Arrows of the floor plan point down and never back.
func TestImportsPointDown(t *testing.T) {
	rules := []struct {
		name   string
		of     func(path string) bool     // whom the rule binds
		breaks func(imported string) bool // what they must not import
	}{
		{
			"lessons imports neither app nor server",
			in("oauthlab/lessons"), in("oauthlab/app", "oauthlab/server", "oauthlab/web"),
		},
		{
			"the types of lessons import nothing but the standard library, and no net/http",
			is("oauthlab/lessons", "oauthlab/lessons/api", "oauthlab/lessons/event"),
			func(imported string) bool {
				return imported == "net/http" || !isStandard(imported) && !under(imported, "oauthlab/lessons")
			},
		},
		{
			"guards import the standard library and the parties only, and no net/http",
			is("oauthlab/lessons/guard"),
			func(imported string) bool {
				return imported == "net/http" || !isStandard(imported) && imported != "oauthlab/lessons/event"
			},
		},
		{
			"app imports neither server nor web",
			in("oauthlab/app"), in("oauthlab/server", "oauthlab/web"),
		},
		{
			"app imports of lessons its types only",
			in("oauthlab/app"), in("oauthlab/lessons/load", "oauthlab/lessons/lint", "oauthlab/lessons/content"),
		},
		{
			"only app/browser touches JavaScript, and only through go-app",
			in("oauthlab"), is("syscall/js"),
		},
		{
			"only app/browser opens websockets on the side of the learner",
			but("oauthlab/app", "oauthlab/app/browser"), is(websocket),
		},
		{
			"the client, the lab's end and the timeline are plain Go",
			is("oauthlab/app/client", "oauthlab/app/lab", "oauthlab/app/timeline"),
			func(imported string) bool {
				return imported == "net/http" || !isStandard(imported) &&
					!under(imported, "oauthlab/lessons") && imported != "oauthlab/app/client"
			},
		},
		{
			"the client knows nothing of its surroundings",
			is("oauthlab/app/client"), in("oauthlab/app"),
		},
		{
			"what the session of a page shows and does, and what a page says, draw nothing",
			is("oauthlab/app/ui/session", "oauthlab/app/ui/page"), is(goApp, "oauthlab/app/tag"),
		},
		{
			"the columns of the page know nothing of each other",
			is("oauthlab/app/ui/stage", "oauthlab/app/ui/lesson", "oauthlab/app/ui/panel", "oauthlab/app/ui/dialogs"),
			but("oauthlab/app/ui", "oauthlab/app/ui/session", "oauthlab/app/ui/page", "oauthlab/app/ui/widget"),
		},
		{
			"what several columns draw knows no column",
			is("oauthlab/app/ui/widget"), but("oauthlab/app/ui", "oauthlab/app/ui/session", "oauthlab/app/ui/page"),
		},
		{
			"the API knows nothing of the authorization server",
			is("oauthlab/server/resourceserver"), in("oauthlab/server/authserver"),
		},
		{
			"nor does that know the API",
			is("oauthlab/server/authserver"), in("oauthlab/server/resourceserver"),
		},
		{
			"only the server, and what packs it, hold the files that are served",
			but("oauthlab", "oauthlab/server", "oauthlab/web"), in("oauthlab/web"),
		},
	}
	for name, target := range map[string][]string{"in the browser": inBrowser, "on the server": nil} {
		pattern := "./..."
		if target != nil {
			pattern = "./app/..."
		}
		packages := list(t, target, pattern)
		for _, rule := range rules {
			t.Run(name+": "+rule.name, func(t *testing.T) {
				for path, imports := range packages {
					if !rule.of(path) {
						continue
					}
					for _, imported := range imports {
						if rule.breaks(imported) {
							t.Errorf("%s imports %s", path, imported)
						}
					}
				}
			})
		}
	}
}

// Every rule above binds a package that is there.
func TestFloorPlanIsThere(t *testing.T) {
	packages := list(t, nil, "./...")
	for _, path := range []string{
		"oauthlab/app", "oauthlab/app/browser", "oauthlab/app/client", "oauthlab/app/lab", "oauthlab/app/timeline",
		"oauthlab/app/ui", "oauthlab/app/ui/dialogs", "oauthlab/app/ui/lesson", "oauthlab/app/ui/page", "oauthlab/app/ui/panel",
		"oauthlab/app/ui/session", "oauthlab/app/ui/stage", "oauthlab/app/ui/widget",
		"oauthlab/lessons", "oauthlab/lessons/guard", "oauthlab/server", "oauthlab/web",
	} {
		if packages[path] == nil {
			t.Errorf("%s is not there", path)
		}
	}
}

// go-app serves a wasm_exec.js of its own, which must be that of the toolchain
// that built the program.
func TestWasmExecIsTheToolchains(t *testing.T) {
	served := httptest.NewRecorder()
	(&app.Handler{}).ServeHTTP(served, httptest.NewRequest(http.MethodGet, "/wasm_exec.js", nil))
	root := strings.TrimSpace(string(goCommand(t, nil, "env", "GOROOT")))
	want, err := os.ReadFile(filepath.Join(root, "lib", "wasm", "wasm_exec.js"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(served.Body.Bytes(), want) {
		t.Errorf("go-app serves a wasm_exec.js of %d bytes, which is not the toolchain's of %d bytes", served.Body.Len(), len(want))
	}
}

// The screen is drawn with the elements of app/tag, which are of one type: each
// kind of go-app's own brings its methods and tables into the program.
func TestElementsAreOfOneType(t *testing.T) {
	own := regexp.MustCompile(`\bapp\.[A-Z][A-Za-z0-9]*\(\)\.\w+`)
	files, err := screenFiles()
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files of the screen, %v", len(files), err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, element := range own.FindAllString(string(text), -1) {
			t.Errorf("%s has %s", file, element)
		}
	}
}

// screenFiles returns the Go files of the screen and of its columns.
func screenFiles() ([]string, error) {
	top, err := filepath.Glob("ui/*.go")
	if err != nil {
		return nil, err
	}
	below, err := filepath.Glob("ui/*/*.go")
	return append(top, below...), err
}

// The program for the browser is at most 1.3 times a hello world of go-app through chapter
// v03, and 1.4 times with v10.
// Level 9 stands for 11 here: it is ten times as quick, and the
// two programs shrink alike.
func TestProgramIsSmall(t *testing.T) {
	if testing.Short() {
		t.Skip("builds and packs two programs; make test does it")
	}
	chapters := len(guard.Versions())
	most := 1.3 + 0.1*float64(max(0, chapters-3))/7
	makefile, err := os.ReadFile("../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	for _, flag := range small {
		if !strings.Contains(strings.ReplaceAll(string(makefile), "'", ""), flag) {
			t.Errorf("make build does not pass %s", flag)
		}
	}
	var ours, theirs web.Info
	var packing sync.WaitGroup
	for source, info := range map[string]*web.Info{"./app": &ours, "./app/hello": &theirs} {
		dist := t.TempDir()
		wasm := filepath.Join(dist, "app.wasm")
		build := append([]string{"build", "-buildvcs=false", "-o", wasm}, small...)
		goCommand(t, inBrowser, append(build, source)...)
		packing.Go(func() {
			// By a program of its own: here the race detector would slow it down.
			if out, err := command(nil, "run", "./web/pack", "-level", "9", wasm, dist).CombinedOutput(); err != nil {
				t.Errorf("pack %s: %v\n%s", source, err, out)
				return
			}
			text, err := os.ReadFile(filepath.Join(dist, filepath.Base(web.WasmInfo)))
			if err != nil {
				t.Error(err)
				return
			}
			if err := json.Unmarshal(text, info); err != nil {
				t.Error(err)
			}
		})
	}
	packing.Wait()
	if t.Failed() {
		return
	}
	ratio := float64(ours.Packed) / float64(theirs.Packed)
	t.Logf("app.wasm has %.2f MB, %.3f MB in brotli; hello world %.2f MB, %.3f MB; ratio %.3f",
		mega(ours.Size), mega(ours.Packed), mega(theirs.Size), mega(theirs.Packed), ratio)
	if ratio > most {
		t.Errorf("app.wasm is %.3f times a hello world, want at most %.3f", ratio, most)
	}
}

// small are the flags of the Makefile with which the program is built.
var small = []string{
	"-trimpath", "-ldflags=-s -w",
	"-gcflags=oauthlab/...=-l", "-gcflags=github.com/...=-l", "-gcflags=nhooyr.io/...=-l",
}

func mega(bytes int64) float64 { return float64(bytes) / 1e6 }

// inBrowser is the environment in which the go command builds for the browser.
var inBrowser = []string{"GOOS=js", "GOARCH=wasm", "CGO_ENABLED=0"}

// list returns packages and what each imports, as go list has them.
func list(t *testing.T, env []string, arguments ...string) map[string][]string {
	t.Helper()
	out := goCommand(t, env, append([]string{"list", "-f", "{{.ImportPath}} {{join .Imports \" \"}}"}, arguments...)...)
	packages := map[string][]string{}
	for line := range strings.Lines(string(out)) {
		words := strings.Fields(line)
		packages[words[0]] = words[1:]
	}
	return packages
}

func goCommand(t *testing.T, env []string, arguments ...string) []byte {
	t.Helper()
	cmd := command(env, arguments...)
	var failure bytes.Buffer
	cmd.Stderr = &failure
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go %s: %v\n%s", strings.Join(arguments, " "), err, failure.String())
	}
	return out
}

// command returns a go command in the root of the module.
func command(env []string, arguments ...string) *exec.Cmd {
	cmd := exec.Command("go", arguments...)
	cmd.Dir = ".."
	cmd.Env = append(os.Environ(), env...)
	return cmd
}

func importers(packages map[string][]string, path string) (who []string) {
	for importer, imports := range packages {
		if slices.Contains(imports, path) {
			who = append(who, importer)
		}
	}
	slices.Sort(who)
	return who
}

// under reports whether path is root or below it.
func under(path, root string) bool { return path == root || strings.HasPrefix(path, root+"/") }

func isStandard(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return !strings.Contains(first, ".") && first != "oauthlab"
}

func in(roots ...string) func(string) bool {
	return func(path string) bool {
		return slices.ContainsFunc(roots, func(root string) bool { return under(path, root) })
	}
}

func is(paths ...string) func(string) bool {
	return func(path string) bool { return slices.Contains(paths, path) }
}

// but returns what is under root and under none of the others.
func but(root string, others ...string) func(string) bool {
	return func(path string) bool { return under(path, root) && !in(others...)(path) }
}
