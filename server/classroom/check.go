// Package classroom reads what the learners of a class hand in: files of their progress,
// each the word of who sent it. What stands in them, and how they are called, is a
// stranger's: it reaches neither the terminal nor a spreadsheet as it is.
package classroom

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"oauthlab/lessons"
	"oauthlab/lessons/guard"
	"oauthlab/lessons/progress"
	"oauthlab/lessons/prose"
	"oauthlab/server/attack"
	"oauthlab/server/config"
	"oauthlab/server/prove"
)

// Check reads the files and prints a table of them: a row a learner, and a column a chapter,
// or a column a task of an assignment. What cannot be read is told on stderr, a sentence a
// file, and is an error once the others are printed; so is told what is strange in a file,
// which is none.
func Check(c config.Check, stdout, stderr io.Writer) error {
	taught, err := prove.Read(c.Lessons)
	if err != nil {
		return err
	}
	var chapters []lessons.Chapter
	for _, one := range taught.Chapters {
		chapters = append(chapters, one.Chapter)
	}
	columns := chapterColumns(chapters)
	if c.Assignment != "" {
		if columns, err = assignmentColumns(c.Assignment, chapters); err != nil {
			return err
		}
	}
	tell := func(file, says string) { fmt.Fprintln(stderr, prose.Plain(file)+": "+prose.FullStop(says)) }
	var class []learner
	for _, file := range c.Files {
		p, err := read(file)
		if err != nil {
			tell(file, err.Error())
			continue
		}
		if strange := unknown(p, chapters); len(strange) > 0 {
			tell(file, "it names what this lab does not teach, which is left out: "+prose.List(strange))
		}
		class = append(class, learner{name: progress.CleanName(p.Name), file: file, cells: columns.cells(p)})
	}
	for _, same := range namesakes(class) {
		fmt.Fprintln(stderr, prose.FullStop(same))
	}
	if len(class) > 0 {
		print := printTable
		switch {
		case c.JSON:
			print = printJSON
		case c.CSV:
			print = printCSV
		}
		if err := print(stdout, columns, class); err != nil {
			return err
		}
	}
	if unread := len(c.Files) - len(class); unread > 0 {
		return fmt.Errorf("%d of %s could not be read", unread, prose.Count(len(c.Files), "file"))
	}
	return nil
}

// learner is a row: who handed in a file, and what stands in it.
type learner struct {
	name  string // clean; "" where the file has none
	file  string // as it was named on the command line
	cells []string
}

// called is what the learner is called in a table: by name, else by the file's.
func (l learner) called() string {
	if l.name == "" {
		return prose.Plain(filepath.Base(l.file))
	}
	return l.name
}

// read reads one file.
func read(file string) (progress.Progress, error) {
	info, err := os.Stat(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return progress.Progress{}, errors.New("there is no such file")
	case err == nil && info.IsDir():
		return progress.Progress{}, errors.New("it is a folder: name the files in it")
	case err == nil && !info.Mode().IsRegular():
		return progress.Progress{}, errors.New("it is no ordinary file")
	}
	var text []byte
	f, err := os.Open(file)
	if err == nil {
		defer f.Close() //nolint:errcheck // nothing was written
		text, err = io.ReadAll(io.LimitReader(f, progress.MaxSize+1))
	}
	if reason := (*fs.PathError)(nil); errors.As(err, &reason) {
		return progress.Progress{}, fmt.Errorf("it cannot be opened: %w", reason.Err)
	}
	if err != nil {
		return progress.Progress{}, err
	}
	return progress.Read(strings.TrimPrefix(string(text), "\ufeff")) // an editor may have put a mark before it
}

// maxStrange bounds how many strange things are told of one file.
const maxStrange = 4

// unknown returns what the progress names and the chapters do not have, in short.
func unknown(p progress.Progress, chapters []lessons.Chapter) []string {
	var strange []string
	for id, got := range p.Chapters {
		i := slices.IndexFunc(chapters, func(c lessons.Chapter) bool { return c.ID == id })
		if i < 0 {
			strange = append(strange, "the chapter "+quoted(id))
			continue
		}
		known := progress.Tasks(chapters[i])
		for _, task := range slices.Concat(got.Steps, got.Met, got.Must) {
			says := "in " + id + " the task " + quoted(task)
			if !slices.Contains(known, task) && !slices.Contains(strange, says) {
				strange = append(strange, says)
			}
		}
	}
	slices.Sort(strange)
	if more := len(strange) - maxStrange; more > 0 {
		strange = append(strange[:maxStrange:maxStrange], fmt.Sprintf("%d more", more))
	}
	return strange
}

// quoted repeats what a stranger wrote, in short.
func quoted(s string) string { return "“" + prose.Plain(prose.Clip(s, 48, "…")) + "”" }

// namesakes says which learners have one name, in sentences.
func namesakes(class []learner) []string {
	var says []string
	files := map[string][]string{}
	for _, l := range class {
		name := strings.ToLower(l.name)
		files[name] = append(files[name], prose.Plain(l.file))
	}
	for _, l := range class {
		name := strings.ToLower(l.name)
		if all := files[name]; l.name != "" && len(all) > 1 {
			says = append(says, l.name+" stands in "+prose.List(all)+", and each has a row")
			delete(files, name)
		}
	}
	return says
}

// column is a column of the table.
type column struct {
	id   string // its heading
	says string // the same in words
	cell func(progress.Progress) string
}

// table is what is asked of each learner.
type table struct {
	title   string
	columns []column
}

func (t table) cells(p progress.Progress) []string {
	var cells []string
	for _, c := range t.columns {
		cells = append(cells, c.cell(p))
	}
	return cells
}

// done is the cell of who has done it all. A cell of who has done nothing is empty.
const done = "done"

// chapterColumns asks how far each chapter has come.
func chapterColumns(chapters []lessons.Chapter) table {
	t := table{}
	for _, c := range chapters {
		t.columns = append(t.columns, column{c.ID, c.Title, func(p progress.Progress) string { return farthest(p.Chapters[c.ID]) }})
	}
	return t
}

// farthest says how far a chapter has come.
func farthest(c progress.Chapter) string {
	switch {
	case c.Done:
		return done
	case c.Was(lessons.Mend):
		return "mended"
	case c.Was(lessons.Break):
		return "broken"
	case c.Was(lessons.Run):
		return "run"
	case len(c.Steps)+len(c.Read)+len(c.Answers)+len(c.Met) > 0:
		return "begun"
	}
	return ""
}

// maxLink bounds the link of an assignment, in bytes.
const maxLink = 4096

// assignmentColumns asks what the link asks for.
func assignmentColumns(link string, chapters []lessons.Chapter) (table, error) {
	u, err := url.Parse(link)
	i := -1
	if err == nil && len(link) <= maxLink {
		i = slices.IndexFunc(chapters, func(c lessons.Chapter) bool { return c.Path == u.Path })
	}
	if i < 0 {
		return table{}, fmt.Errorf("--assignment is %s: it takes a link to a chapter of this lab", quoted(link))
	}
	c := chapters[i]
	tasks, strange := progress.Assigned(guard.LinkItems(u.Query()["must"]), c)
	switch {
	case len(strange) > 0:
		return table{}, fmt.Errorf("--assignment asks for %s, which chapter %s does not have", quoted(strange[0]), c.ID)
	case len(tasks) == 0:
		return table{}, fmt.Errorf("--assignment asks for nothing: it takes a link that “Make an assignment” made")
	}
	t := table{title: "Assignment in " + c.ID + ", " + c.Title}
	for _, task := range tasks {
		t.columns = append(t.columns, column{task, progress.Says(task, c, attackTitle), func(p progress.Progress) string {
			if p.Chapters[c.ID].Has(task) {
				return done
			}
			return ""
		}})
	}
	return t, nil
}

func attackTitle(id string) string {
	a, _ := attack.Find(id)
	return a.Title
}
