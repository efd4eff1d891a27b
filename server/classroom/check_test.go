package classroom

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"oauthlab/server/config"
)

// handedIn writes files, by their names, and returns where they lie.
func handedIn(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// check runs the command on files of the folder. The folder's name is cut out of what it says.
func check(dir string, c config.Check, files ...string) (stdout, stderr string, err error) {
	for _, name := range files {
		c.Files = append(c.Files, filepath.Join(dir, name))
	}
	var out, told bytes.Buffer
	err = Check(c, &out, &told)
	short := func(s string) string { return strings.ReplaceAll(s, dir+string(filepath.Separator), "") }
	return short(out.String()), short(told.String()), err
}

const (
	alices = `{"version":1,"name":"Alice","chapters":{"v01":{"done":true},"v03":{"steps":["run"],"loop":["run","break"],"met":["run","intercepted-code:succeeded"]}}}`
	bobs   = `{"version":1,"name":"Bob","chapters":{"v01":{"loop":["run","break","why","mend"]},"v02":{"answers":{"break":1}},"v03":{"done":true,"met":["intercepted-code:stopped"]}}}`
	nobody = `{"version":1,"chapters":{}}`
)

const assignment = "https://lab.example/v03-pkce?off=pkce&must=run,break,intercepted-code:succeeded,intercepted-code:stopped"

func TestAClassAsATable(t *testing.T) {
	dir := handedIn(t, map[string]string{"a.json": "\ufeff" + alices, "b.json": bobs, "c.json": nobody})
	out, told, err := check(dir, config.Check{}, "a.json", "b.json", "c.json")
	if err != nil || told != "" {
		t.Fatalf("it tells %q (%v)", told, err)
	}
	lines := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
	if len(lines) != 5 || !strings.HasPrefix(lines[0], "learner     v01     v02    v03     v04  ") {
		t.Fatalf("it prints\n%s", out)
	}
	for i, want := range []string{"Alice       done    -      broken  -    ", "Bob         mended  begun  done    -    ", "c.json      -       -      -       -    ", "done, of 3  1       0      1       0    "} {
		if !strings.HasPrefix(lines[i+1], want) || len(strings.Fields(lines[i+1])) < len(strings.Fields(lines[0])) {
			t.Errorf("line %d is %q, want %q and the rest", i+1, lines[i+1], want)
		}
	}

	out, _, err = check(dir, config.Check{Assignment: assignment}, "a.json", "b.json", "c.json")
	want := `Assignment in v03, PKCE and the token endpoint:
   1  Run it
   2  Guess, then break it
   3  See it succeed: Intercepted code redeemed
   4  See it stopped: Intercepted code redeemed
learner     1     2     3     4
Alice       done  -     done  -
Bob         done  done  -     done
c.json      -     -     -     -
done, of 3  2     1     1     1
`
	if err != nil || out != want {
		t.Errorf("it prints\n%swant\n%s(%v)", out, want, err)
	}
}

func TestAClassForPrograms(t *testing.T) {
	dir := handedIn(t, map[string]string{"a.json": alices, "b.json": bobs})
	out, _, err := check(dir, config.Check{Assignment: assignment, CSV: true}, "a.json", "b.json")
	want := "learner,file,run,break,intercepted-code:succeeded,intercepted-code:stopped\n" +
		"Alice,a.json,done,,done,\nBob,b.json,done,done,,done\n\"done, of 2\",,2,1,1,1\n"
	if err != nil || out != want {
		t.Errorf("it prints\n%swant\n%s(%v)", out, want, err)
	}
	out, _, err = check(dir, config.Check{JSON: true}, "a.json", "b.json")
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if err != nil || len(lines) != 3 || lines[0] != `{"learner":"Alice","file":"a.json","has":{"v01":"done","v03":"broken"}}` {
		t.Fatalf("it prints %s (%v)", out, err)
	}
	var last struct {
		Learners int
		Done     map[string]int
	}
	if err := json.Unmarshal([]byte(lines[2]), &last); err != nil || last.Learners != 2 || last.Done["v01"] != 1 || last.Done["v03"] != 1 {
		t.Errorf("the last line is %s (%v)", lines[2], err)
	}
}

// What is wrong with a file is told in a sentence, and the others are read.
func TestFilesThatCannotBeRead(t *testing.T) {
	dir := handedIn(t, map[string]string{
		"good.json": alices, "empty.json": "", "prose.txt": "Dear teacher", "cut.json": alices[:len(alices)-9], "newer.json": `{"version":2,"chapters":{}}`,
		"older.json": `{"version":-1,"chapters":{}}`, "other.json": `{"name":"an app","version":1}`, "wrong.json": `{"version":1,"chapters":{"v03":{"steps":"all"}}}`,
		"huge.json": strings.Repeat(" ", 1<<20) + alices, "e\x1b[2Jsc.json": "{",
	})
	if err := os.Mkdir(filepath.Join(dir, "folder"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/dev/zero", filepath.Join(dir, "endless")); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"empty.json":      "empty.json: it is empty.",
		"prose.txt":       "prose.txt: it is no JSON.",
		"cut.json":        "cut.json: it breaks off before its end.",
		"newer.json":      "newer.json: it is of another version of the lab: 2, where 1 is read here.",
		"older.json":      "older.json: it is of another version of the lab: -1, where 1 is read here.",
		"other.json":      "other.json: it is JSON, but no progress of this lab.",
		"wrong.json":      "wrong.json: its field chapters.steps must not be a string.",
		"huge.json":       "huge.json: it has more than 64 KiB, and no progress is that long.",
		"folder":          "folder: it is a folder: name the files in it.",
		"endless":         "endless: it is no ordinary file.",
		"missing.json":    "missing.json: there is no such file.",
		"*.json":          "*.json: there is no such file.",
		"e\x1b[2Jsc.json": "e·[2Jsc.json: it breaks off before its end.",
	} {
		t.Run(name, func(t *testing.T) {
			out, told, err := check(dir, config.Check{}, name, "good.json")
			if told != want+"\n" {
				t.Errorf("it tells %q, want %q", told, want)
			}
			if err == nil || err.Error() != "1 of 2 files could not be read" || !strings.Contains(out, "Alice") {
				t.Errorf("the other is printed as %q (%v)", out, err)
			}
		})
	}
	if out, _, err := check(dir, config.Check{}, "empty.json"); err == nil || out != "" {
		t.Errorf("of nobody it prints %q (%v)", out, err)
	}
}

// What is strange in a file is told, and the file is read.
func TestWhatIsStrangeInAFileIsTold(t *testing.T) {
	dir := handedIn(t, map[string]string{
		"a.json": alices, "b.json": strings.Replace(alices, "Alice", " ALICE ", 1),
		"x.json": `{"version":1,"name":"Carol","chapters":{"v99":{"done":true},"v01":{"done":true,"steps":["run","dan\u001bce"]}}}`,
		"y.json": `{"version":1,"chapters":{"a":{},"b":{},"c":{},"d":{},"e":{},"f":{}}}`,
	})
	out, told, err := check(dir, config.Check{}, "a.json", "b.json", "x.json", "y.json")
	want := "x.json: it names what this lab does not teach, which is left out: in v01 the task “dan·ce” and the chapter “v99”.\n" +
		"y.json: it names what this lab does not teach, which is left out: the chapter “a”, the chapter “b”, the chapter “c”, the chapter “d” and 2 more.\n" +
		"Alice stands in a.json and b.json, and each has a row.\n"
	if err != nil || told != want {
		t.Errorf("it tells\n%swant\n%s(%v)", told, want, err)
	}
	for _, want := range []string{"Alice (a.json)", "ALICE (b.json)", "Carol ", "y.json "} {
		if !strings.Contains(out, "\n"+want) {
			t.Errorf("no row begins with %q:\n%s", want, out)
		}
	}
}

// What learners are called reaches neither a terminal nor a spreadsheet as it is.
func TestNamesThatWouldDoSomething(t *testing.T) {
	for typed, want := range map[string]struct{ table, csv string }{
		`\u001b]0;owned\u0007`:                 {"·]0;owned·", `"·]0,owned·"`},
		`\u202eevil`:                           {"·evil", "·evil"},
		`a\u0000\u009b2J`:                      {"a··2J", "a··2J"},
		`Bob\nMallory done done`:               {"Bob Mallory done done", "Bob Mallory done done"},
		`=HYPERLINK(\"http://mallory\",\"x\")`: {`=HYPERLINK("http://mallory","x")`, `"'=HYPERLINK(""http://mallory"",""x"")"`},
		`+1+1`:                                 {"+1+1", "'+1+1"},
		`-1`:                                   {"-1", "'-1"},
		`@SUM(A1)`:                             {"@SUM(A1)", "'@SUM(A1)"},
		`＝1+1`:                                 {"＝1+1", "'＝1+1"},
		`<img src=x onerror=alert(1)>`:         {"<img src=x onerror=alert(1)>", "<img src=x onerror=alert(1)>"},
		`a,b`:                                  {"a,b", `"a,b"`},
		`Bob;=1+1`:                             {"Bob;=1+1", `"Bob,=1+1"`},
	} {
		t.Run(typed, func(t *testing.T) {
			dir := handedIn(t, map[string]string{"x.json": `{"version":1,"name":"` + typed + `","chapters":{}}`})
			if out, _, err := check(dir, config.Check{}, "x.json"); err != nil || !strings.Contains(out, "\n"+want.table+"  ") {
				t.Errorf("the table is\n%s(%v), want a row of %q", out, err, want.table)
			}
			if out, _, err := check(dir, config.Check{CSV: true}, "x.json"); err != nil || !strings.Contains(out, "\n"+want.csv+",") {
				t.Errorf("the CSV is\n%s(%v), want a row of %q", out, err, want.csv)
			}
		})
	}
	// A file's name is as strange as a name in it.
	dir := handedIn(t, map[string]string{"=x\x1b.json": nobody})
	if out, _, err := check(dir, config.Check{CSV: true}, "=x\x1b.json"); err != nil || !strings.Contains(out, "\n'=x·.json,") {
		t.Errorf("the CSV is %q (%v)", out, err)
	}
	if out, _, err := check(dir, config.Check{JSON: true}, "=x\x1b.json"); err != nil || !strings.HasPrefix(out, `{"learner":"=x·.json","file":"=x·.json",`) {
		t.Errorf("the JSON is %q (%v)", out, err)
	}
}

func TestAnAssignmentThatIsNone(t *testing.T) {
	dir := handedIn(t, map[string]string{"a.json": alices})
	for link, want := range map[string]string{
		"v03":                                "it takes a link to a chapter of this lab",
		"https://lab.example/v77-x?must=run": "it takes a link to a chapter of this lab",
		"https://lab.example/v03-pkce?must=run&must=dance": "asks for “dance”",
		"http://[":                     "it takes a link to a chapter of this lab",
		"https://lab.example/v03-pkce": "asks for nothing",
		"https://lab.example/v03-pkce?must=run,dan\u202ece":                       "asks for “dan·ce”, which chapter v03 does not have",
		"https://lab.example/v03-pkce?must=no-token:stopped":                      "asks for “no-token:stopped”",
		"https://lab.example/v03-pkce?must=run&x=" + strings.Repeat("x", maxLink): "it takes a link to a chapter of this lab",
	} {
		if out, _, err := check(dir, config.Check{Assignment: link}, "a.json"); err == nil || !strings.Contains(err.Error(), want) || len(err.Error()) > 300 || out != "" {
			t.Errorf("%.60s: %v, want %q", link, err, want)
		}
	}
}
