package load_test

import (
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"oauthlab/lessons/load"
)

// numberedStep is a step with an id and a number of its own.
func numberedStep(n int) *fstest.MapFile {
	return &fstest.MapFile{Data: []byte(strings.Replace(runMD, "id: run", fmt.Sprintf("id: run-%d", n), 1))}
}

// What other programs keep in a folder, and what nobody takes for a lesson, is passed
// over, wherever it lies.
func TestOtherFilesArePassedOver(t *testing.T) {
	for _, name := range []string{
		// of the system, in folders and archives
		".DS_Store", "._1-run.md", "__MACOSX/03-pkce/._1-run.md", "Thumbs.db", "ehthumbs.db", "desktop.ini", "Desktop.ini",
		"Icon\r", "$RECYCLE.BIN/1-run.md", "lost+found/1-run.md", ".Trashes/1-run.md", "@eaDir/1-run.md",
		// of editors and version control
		".#1-run.md", "#1-run.md#", "1-run.md~", "chapter.md~", ".1-run.md.swp", "1-run.md.bak", "1-run.md.orig", "~$1-run.docx",
		".git/1-run.md", ".idea/chapter.md", ".gitignore", "node_modules/a/README.md",
		// about the files
		"README.md", "readme.txt", "README", "LICENSE", "LICENCE.md", "CONTRIBUTING.md",
		// pictures and notes
		"images/a.png", "images/1.png", "1-screen.png", "notes.txt", "slides.pdf", "trace.txt", "images/README.md",
	} {
		for _, within := range []string{"", "03-pkce/"} {
			t.Run(within+name, func(t *testing.T) {
				files := tree()
				files[within+name] = &fstest.MapFile{Data: []byte("\x00\x05\x16\x07")}
				chapters, err := load.Chapters(files)
				if err != nil {
					t.Fatal(err)
				}
				if len(chapters) != 1 || len(chapters[0].Steps) != 3 {
					t.Errorf("there are %d chapters, the first of %d steps", len(chapters), len(chapters[0].Steps))
				}
			})
		}
	}
}

// What seems to be meant for a lesson, and would not be read, is named.
func TestOddNamesAreNamed(t *testing.T) {
	const odd = ": letters from a to z, digits and hyphens. What is no step begins with a dot, or lies elsewhere"
	folder := func(name, better string) string {
		return name + ": a chapter's folder has a number and a name, such as " + better + ": letters from a to z, digits and hyphens"
	}
	step := func(name, better string) string {
		return name + ": a step's file has a number and a name, such as " + better + odd
	}
	tests := map[string]struct{ name, want string }{
		"a folder with a blank":            {"20 Hello/chapter.md", folder("20 Hello", "20-hello")},
		"a folder with an accent":          {"20-Café/chapter.md", folder("20-Café", "20-cafe")},
		"one of a Mac's archive":           {"20-Cafe\u0301/chapter.md", folder("20-Cafe\u0301", "20-cafe")},
		"one in another script":            {"20-你好/chapter.md", folder("20-你好", "20-mine")},
		"one with an underscore":           {"20_hello/chapter.md", folder("20_hello", "20-hello")},
		"a number of many digits":          {"20260131-hello/chapter.md", folder("20260131-hello", "20-hello")},
		"a folder with a step only":        {"hello/1-run.md", folder("hello", "20-hello")},
		"a name with a line end":           {"he\nllo/chapter.md", folder(`"he\nllo"`, "20-he-llo")},
		"chapters in a folder":             {"week/20-a/chapter.md", "week: chapters lie in this folder, and are not looked for there: move them up, or give this folder"},
		"a step beside the chapters":       {"1-run.md", "1-run.md: this belongs into a chapter's folder, such as 03-pkce"},
		"a chapter.md beside the chapters": {"chapter.md", "chapter.md: this belongs into a chapter's folder, such as 03-pkce"},
		"a step with a capital letter":     {"03-pkce/4-Run.md", step("03-pkce/4-Run.md", "4-run.md")},
		"a step with a blank":              {"03-pkce/4 run.md", step("03-pkce/4 run.md", "4-run.md")},
		"a copy of a step":                 {"03-pkce/3-why copy.md", step("03-pkce/3-why copy.md", "3-why-copy.md")},
		"a second download":                {"03-pkce/3-why (1).md", step("03-pkce/3-why (1).md", "3-why-1.md")},
		"a step with an accent":            {"03-pkce/4-é.md", step("03-pkce/4-é.md", "4-e.md")},
		"a step with the number 0":         {"03-pkce/0-run.md", step("03-pkce/0-run.md", "1-run.md")},
		"a step with an ending of Notepad": {"03-pkce/4-run.md.txt", step("03-pkce/4-run.md.txt", "4-run.md")},
		"a step with another ending":       {"03-pkce/4-run.markdown", step("03-pkce/4-run.markdown", "4-run.md")},
		"a step in capital letters":        {"03-pkce/4-RUN.MD", step("03-pkce/4-RUN.MD", "4-run.md")},
		"a step of a word processor":       {"03-pkce/4-run.docx", step("03-pkce/4-run.docx", "4-run.md")},
		"a step without an ending":         {"03-pkce/4-run", step("03-pkce/4-run", "4-run.md")},
		"Markdown without a number":        {"03-pkce/ideas.md", step("03-pkce/ideas.md", "1-run.md")},
		"steps in a folder": {"03-pkce/steps/1-run.md",
			"03-pkce/steps: a chapter's steps lie beside chapter.md, and none are looked for in a folder: move them up, or this folder away"},
		"a folder called as a step": {"03-pkce/4-run.md/a", "03-pkce/4-run.md: this is a folder, where a file is needed"},
		"two of one number":         {"03-pkce/03-again.md", "03-pkce/3-why.md: 03-again.md has the number 3 too: each step has its own"},
		"a gap":                     {"03-pkce/6-run.md", "03-pkce/6-run.md: there is no step 4 before this one: steps count from 1 without gaps"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			files := tree()
			files[tt.name] = numberedStep(9)
			_, err := load.Chapters(files)
			if err == nil {
				t.Fatal("it is content")
			}
			if diff := cmp.Diff(tt.want, err.Error()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// A file that is meant for chapter.md is named once, and not as missing too.
func TestAChapterFileUnderAnotherName(t *testing.T) {
	for _, name := range []string{"Chapter.md", "CHAPTER.MD", "chapter.md.txt", "chapter.txt", "chapter", "chapter.markdown"} {
		t.Run(name, func(t *testing.T) {
			files := tree()
			files["03-pkce/"+name] = files["03-pkce/chapter.md"]
			delete(files, "03-pkce/chapter.md")
			_, err := load.Chapters(files)
			if want := "03-pkce/" + name + ": this is not read: call it chapter.md"; err == nil || err.Error() != want {
				t.Errorf("error is %v, want %s", err, want)
			}
		})
	}
}

// A folder in which no chapter lies says where one may be.
func TestAFolderThatIsNone(t *testing.T) {
	tests := map[string]struct {
		within string // where the tree lies
		want   string
	}{
		"a chapter itself": {"03-pkce", "1-run.md: this belongs into a chapter's folder, such as 20-mine. If it lies in one, give the folder above that one"},
		"one above":        {"", "week: chapters lie in this folder, and are not looked for there: move them up, or give this folder"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			files := fstest.MapFS{}
			for name, file := range tree() {
				files["week/"+name] = file
			}
			given := fs.FS(files)
			if tt.within != "" {
				given, _ = fs.Sub(files, "week/"+tt.within)
			}
			if _, err := load.Chapters(given); err == nil || err.Error() != tt.want {
				t.Errorf("error is\n\t%v\nwant\n\t%s", err, tt.want)
			}
		})
	}
}

// Numbers order steps and chapters, however many digits they have.
func TestNumbersAreCountedAndNotSpelt(t *testing.T) {
	files := fstest.MapFS{}
	for i, folder := range []string{"9-i", "010-j", "007-g", "100-c", "20-b"} {
		files[folder+"/chapter.md"] = &fstest.MapFile{Data: []byte(strings.NewReplacer(
			"id: v03", fmt.Sprintf("id: t%d\nstands-on: v03", i)).Replace(chapterMD))}
		for n := 1; n <= 10; n++ {
			files[fmt.Sprintf("%s/%d-step.md", folder, n)] = numberedStep(n)
		}
	}
	for n := 1; n <= 10; n++ { // another author's habit
		delete(files, fmt.Sprintf("20-b/%d-step.md", n))
		files[fmt.Sprintf("20-b/%02d-step.md", n)] = numberedStep(n)
	}
	chapters, err := load.Read(load.Tree{FS: files})
	if err != nil {
		t.Fatal(err)
	}
	var folders []string
	for _, c := range load.Beside(chapters[2:], chapters[:2]) {
		folders = append(folders, c.Folder)
		for i, s := range c.Steps {
			if want := fmt.Sprintf("run-%d", i+1); s.ID != want {
				t.Errorf("step %d of %s is %s", i+1, c.Folder, s.ID)
			}
		}
	}
	if got := strings.Join(folders, " "); got != "007-g 9-i 010-j 20-b 100-c" {
		t.Errorf("the chapters are %s", got)
	}
}

// A folder that is the wrong one does not keep the program busy.
func TestHowManyFilesThereMayBe(t *testing.T) {
	many := func(n int, form string) fstest.MapFS {
		files := tree()
		for i := range n {
			files[fmt.Sprintf(form, i)] = numberedStep(i)
		}
		return files
	}
	tests := map[string]struct {
		files fstest.MapFS
		want  string // how it begins
	}{
		"files":                      {many(1001, "%d.png"), ".: there are more than 1000 files here: is this the folder of the lessons?"},
		"files of a chapter":         {many(1001, "03-pkce/%d.png"), "03-pkce: there are more than 1000 files here: is this the folder of the lessons?"},
		"chapters":                   {many(101, "%d-a/1-run.md"), ".: there are 102 chapters here, and there may be 100"},
		"steps":                      {many(51, "03-pkce/%d-b.md"), "03-pkce/0-b.md: a step's file"},
		"as many files as there may": {many(990, "%d.png"), ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := load.Chapters(tt.files)
			if got := fmt.Sprint(err); tt.want == "" && err != nil || !strings.HasPrefix(got, tt.want) {
				t.Errorf("error is %.200s, want %s", got, tt.want)
			}
		})
	}
}

// locked is a tree of which one file or folder may not be read.
type locked struct {
	fstest.MapFS
	name string
}

func (l locked) Open(name string) (fs.File, error) {
	if name == l.name {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrPermission}
	}
	return l.MapFS.Open(name)
}

func TestWhatMayNotBeReadIsNamed(t *testing.T) {
	for name, want := range map[string]string{
		"03-pkce/1-run.md":   "03-pkce/1-run.md: it cannot be read: who runs the lab is not allowed to",
		"03-pkce/chapter.md": "03-pkce/chapter.md: it cannot be read: who runs the lab is not allowed to",
		"03-pkce":            "03-pkce: it cannot be read: who runs the lab is not allowed to",
		"images":             "",
		".":                  ".: it cannot be read: who runs the lab is not allowed to",
	} {
		files := tree()
		files["images/a.png"] = &fstest.MapFile{}
		_, err := load.Chapters(locked{files, name})
		if got := fmt.Sprint(err); got != want && (want != "" || err != nil) {
			t.Errorf("%s: error is\n\t%s\nwant\n\t%s", name, got, want)
		}
	}
}
