package e2e

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"oauthlab/lessons"
)

var readmeFile = regexp.MustCompile("(?s)`(my-lessons/[^`]+)`\n\n```markdown\n(.*?)```\n")

// readmeLessons writes the lessons of the example in lessons/README.md into a folder.
func readmeLessons(t *testing.T) string {
	t.Helper()
	readme, err := os.ReadFile("../../lessons/README.md")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	files := readmeFile.FindAllStringSubmatch(string(readme), -1)
	if len(files) != 2 {
		t.Fatalf("the README has %d files of lessons, want 2", len(files))
	}
	for _, f := range files {
		path := filepath.Join(dir, f[1])
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(f[2]), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, "my-lessons")
}

// What the README says of lessons of one's own: they are checked, stand beside ours,
// and can be run to the end.
func TestOwnLessons(t *testing.T) {
	dir := readmeLessons(t)
	if out, err := runToEnd(t.Context(), "lint", dir); err != nil || out != dir+": t01 can be played to the end; nothing to mend.\n" {
		t.Fatalf("lint says %q (%v)", out, err)
	}
	p := startOn(t, t.TempDir(), anyOrigins(), "--lessons", dir)

	status, body := call(t, http.MethodGet, p.lab+"/api/chapters", "", "")
	var chapters []lessons.Chapter
	if err := json.Unmarshal([]byte(body), &chapters); err != nil || status != http.StatusOK {
		t.Fatalf("%d %v: %s", status, err, body)
	}
	if last := chapters[len(chapters)-1]; len(chapters) < 2 || last.ID != "t01" || last.Path != "/t01-hello" || last.Version != "v02" {
		t.Errorf("of %d chapters the last is %s at %s, on %s", len(chapters), last.ID, last.Path, last.Version)
	}
	if _, list := call(t, http.MethodGet, p.lab+"/llms.txt", "", ""); !strings.Contains(list, "- [t01 Hello]("+p.lab+"/t01-hello.md): A first chapter of our own") {
		t.Errorf("assistants are told\n%s", list)
	}
	if status, text := call(t, http.MethodGet, p.lab+"/t01-hello.md", "", ""); status != http.StatusOK || !strings.HasPrefix(text, "# t01 Hello\n\n> ") {
		t.Errorf("the chapter as Markdown is %d\n%s", status, text)
	}
	l := p.newLabIn(t, "t01")
	if _, has := l.Protections["state"]; !has || l.Protections["pkce"].On || l.Chapter != "t01" || l.Version != "v02" || l.TokenEndpoint != "" {
		t.Errorf("a lab in t01 is not as in v02: %+v", l)
	}
	if status, body := call(t, http.MethodPatch, p.path(l, ""), l.Key, `{"protections":{"pkce":false}}`); status != http.StatusBadRequest {
		t.Errorf("PKCE is switched in t01: %d %s", status, body)
	}

	b := openTab(t)
	b.open(p.lab + "/t01-hello")
	b.says("Where does the code come from?")
	b.says("This chapter stands on v02: the same messages, the same protections.")
	b.runTheFlow()
	b.shoot("run")
	b.open(p.lab + "/")
	b.has("link", "t01 Hello run")
}

func TestBrokenLessonsStopTheStart(t *testing.T) {
	dir := readmeLessons(t)
	spoil := func(name, old, new string) {
		path := filepath.Join(dir, "20-hello", name)
		text, err := os.ReadFile(path)
		if err != nil || !strings.Contains(string(text), old) {
			t.Fatalf("%s has no %q (%v)", path, old, err)
		}
		if err := os.WriteFile(path, []byte(strings.Replace(string(text), old, new, 1)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	args := append(flagsFor(anyOrigins()), "--data", t.TempDir(), "--lessons", dir)
	spoil("1-run.md", "/glossary#authorization-code", "/glosary#authorization-code")
	at := filepath.Join(dir, "20-hello")
	want := "oauthlab: the lessons in " + dir + " cannot be used:\n" +
		at + "/1-run.md:18: link to /glosary#authorization-code: the lab has no page /glosary\n"
	if out, err := runToEnd(t.Context(), args...); err == nil || out != want {
		t.Errorf("it says\n%s(%v), want\n%s", out, err, want)
	}
	spoil("1-run.md", "kind: run", "kind: walk")
	spoil("chapter.md", "title: Hello\n", "")
	want = "oauthlab: the lessons in " + dir + " cannot be used:\n" +
		at + "/chapter.md:1: title is missing\n" +
		at + "/1-run.md:3: unknown kind \"walk\": a step is run, break, why, mend, ask or read\n"
	if out, err := runToEnd(t.Context(), args...); err == nil || out != want {
		t.Errorf("it says\n%s(%v), want\n%s", out, err, want)
	}
	if out, err := runToEnd(t.Context(), "lint", dir); err == nil || !strings.HasSuffix(out, "oauthlab: "+dir+": 2 to mend\n") {
		t.Errorf("lint says\n%s(%v)", out, err)
	}
}
