package load

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// chapterFile is the one file that every chapter has, beside its steps.
const chapterFile = "chapter.md"

// Bounds of a tree. The lab has three chapters, of four steps each.
const (
	maxNames    = 1000    // in one folder; other programs' files count too
	maxChapters = 100     // in a tree
	maxSteps    = 50      // in a chapter
	maxTree     = 4 << 20 // bytes of text in a tree
)

var (
	folderName = regexp.MustCompile(`^([0-9]{1,4})-([a-z0-9]+(?:-[a-z0-9]+)*)$`)
	stepName   = regexp.MustCompile(`^0*([1-9][0-9]{0,2})-[a-z0-9-]+\.md$`)
	numbered   = regexp.MustCompile(`^[0-9]+[-_. ]`)
)

// folderEntry is what a name in a folder leads to.
type folderEntry struct {
	name   string
	folder bool
	wrong  error // why it cannot be opened; nil where it can
}

// list returns what lies in a folder of the tree, by name, without what other programs
// keep there. The error is in an author's words.
func (l *loader) list(dir string) ([]folderEntry, error) {
	opened, err := l.fsys.Open(dir)
	if err != nil {
		return nil, errors.New(inWords(err))
	}
	defer opened.Close() //nolint:errcheck // nothing was written
	names, is := opened.(fs.ReadDirFile)
	if !is {
		return nil, errors.New("this is a file, where a folder is needed")
	}
	found, err := names.ReadDir(maxNames + 1)
	switch {
	case len(found) > maxNames:
		return nil, fmt.Errorf("there are more than %d files here: is this the folder of the lessons?", maxNames)
	case err != nil && !errors.Is(err, io.EOF):
		return nil, errors.New(inWords(err))
	}
	var all []folderEntry
	for _, e := range found {
		if isOthers(e.Name()) {
			continue
		}
		one := folderEntry{name: e.Name(), folder: e.IsDir()}
		switch {
		case e.Type()&fs.ModeSymlink != 0:
			info, err := fs.Stat(l.fsys, path.Join(dir, e.Name()))
			one.folder, one.wrong = err == nil && info.IsDir(), err
		case !e.IsDir() && !e.Type().IsRegular():
			one.wrong = errNoFile
		}
		all = append(all, one)
	}
	slices.SortFunc(all, func(a, b folderEntry) int { return strings.Compare(a.name, b.name) })
	return all, nil
}

// isOthers reports whether a name is another program's business: of the system, an
// editor, an archive, version control, or one that begins with a dot.
func isOthers(name string) bool {
	switch strings.ToLower(name) {
	case "__macosx", "thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r", "$recycle.bin",
		"system volume information", "lost+found", "@eadir", "node_modules", "cvs":
		return true
	}
	switch strings.ToLower(path.Ext(name)) {
	case ".bak", ".orig", ".rej", ".tmp", ".swp", ".swo":
		return true
	}
	return strings.HasPrefix(name, ".") || strings.HasPrefix(name, "~$") || strings.HasSuffix(name, "~") ||
		strings.HasPrefix(name, "#") && strings.HasSuffix(name, "#")
}

// isCompanion reports whether a name is of a file about the files beside it, such as
// README.md, which is no lesson.
func isCompanion(name string) bool {
	base, _, _ := strings.Cut(strings.ToLower(name), ".")
	return slices.Contains([]string{"readme", "license", "licence", "copying", "notice", "authors", "contributing", "changelog"}, base)
}

// isMarkdown reports whether a file is meant to hold Markdown, by its name.
func isMarkdown(name string) bool {
	return !isCompanion(name) && slices.Contains([]string{".md", ".markdown", ".mdown", ".mkd", ".mdx"}, strings.ToLower(path.Ext(name)))
}

// isText reports whether a file with a number may be meant for a step, by its ending:
// text in another form, or without an ending, and no picture.
func isText(name string) bool {
	return isMarkdown(name) || !isCompanion(name) &&
		slices.Contains([]string{"", ".txt", ".rtf", ".doc", ".docx", ".odt", ".pages", ".html", ".htm"}, strings.ToLower(path.Ext(name)))
}

// isNearChapter reports whether a file is meant to be chapter.md, and is called
// otherwise, as by an editor that adds an ending.
func isNearChapter(name string) bool {
	lower := strings.ToLower(name)
	return name != chapterFile && slices.Contains([]string{
		"chapter", chapterFile, "chapter.txt", "chapter.md.txt", "chapter.md.md", "chapter.markdown", "chapters.md",
	}, lower)
}

// isLesson reports whether a file belongs into a chapter's folder.
func (e folderEntry) isLesson() bool {
	return !e.folder && (isMarkdown(e.name) || isNearChapter(e.name) || e.wrong == nil && numbered.MatchString(e.name) && isText(e.name))
}

// chapterFolders returns the names of the chapters' folders, in their order, and
// names what seems to be meant for one.
func (l *loader) chapterFolders() []string {
	entries, err := l.list(".")
	if err != nil {
		l.complain(".", "%v", err)
		return nil
	}
	var folders []string
	var stray string // a file that belongs into a chapter
	for _, e := range entries {
		switch {
		case folderName.MatchString(e.name) && e.wrong != nil:
			l.complain(e.name, "%s", inWords(e.wrong))
		case folderName.MatchString(e.name) && e.folder:
			folders = append(folders, e.name)
		case e.folder:
			l.checkOddFolder(e.name)
		case e.name == chapterFile || isNearChapter(e.name) || stepName.MatchString(e.name):
			stray = cmp.Or(stray, e.name)
		}
	}
	switch {
	case stray != "" && len(folders) == 0:
		l.complain(stray, "this belongs into a chapter's folder, such as 20-mine. If it lies in one, give the folder above that one")
	case stray != "":
		l.complain(stray, "this belongs into a chapter's folder, such as %s", folders[0])
	case len(folders) == 0 && len(l.problems) == 0:
		l.complain(".", "there is no chapter here: a chapter is a folder, such as 01-mine, with a file %s in it", chapterFile)
	case len(folders) > maxChapters:
		l.complain(".", "there are %d chapters here, and there may be %d", len(folders), maxChapters)
		return nil
	}
	slices.SortFunc(folders, byNumber)
	return folders
}

// checkOddFolder names a folder that is not called as a chapter's is, where lessons
// lie in it, or in folders in it. Any other is nobody's chapter.
func (l *loader) checkOddFolder(name string) {
	entries, err := l.list(name)
	deeper := func(e folderEntry) bool { return e.folder && folderName.MatchString(e.name) }
	switch {
	case numbered.MatchString(name), err == nil && slices.ContainsFunc(entries, folderEntry.isLesson):
		l.complain(name, `a chapter's folder has a number and a name, such as %s: letters from a to z, digits and hyphens`,
			cmp.Or(suggested(name, folderName), suggested("20-"+strings.TrimLeft(name, "0123456789"), folderName), "20-mine"))
	case err == nil && slices.ContainsFunc(entries, deeper):
		l.complain(name, "chapters lie in this folder, and are not looked for there: move them up, or give this folder")
	}
}

// stepFiles returns the names of a chapter's steps, in their order, and whether it
// has the file that says what it is about, and the one about an app of one's own. Steps
// count from 1 without gaps, so that one that was lost is noticed.
func (l *loader) stepFiles(dir string) (steps []string, about, inYourApp bool) {
	entries, err := l.list(dir)
	if err != nil {
		l.complain(dir, "%v", err)
		return nil, true, false // nobody knows
	}
	meant := false   // whether something is meant for it
	var odd []string // named already, so that the numbers of these are no gaps
	for _, e := range entries {
		name := path.Join(dir, e.name)
		isAbout, isStep, isApp := e.name == chapterFile, stepName.MatchString(e.name), e.name == inYourAppFile
		switch {
		case (isAbout || isStep || isApp) && (e.wrong != nil || e.folder):
			why := "this is a folder, where a file is needed"
			if e.wrong != nil {
				why = inWords(e.wrong)
			}
			l.complain(name, "%s", why)
			meant, odd = meant || isAbout, append(odd, e.name)
		case isAbout:
			about = true
		case isStep:
			steps = append(steps, e.name)
		case isApp:
			inYourApp = true
		case e.folder:
			if within, err := l.list(name); err == nil && slices.ContainsFunc(within, folderEntry.isLesson) {
				l.complain(name, "a chapter's steps lie beside %s, and none are looked for in a folder: move them up, or this folder away", chapterFile)
			}
		case isNearChapter(e.name):
			meant = true
			l.complain(name, "this is not read: call it %s", chapterFile)
		case e.isLesson():
			l.complain(name, "a step's file has a number and a name, such as %s: letters from a to z, digits and hyphens. What is no step begins with a dot, or lies elsewhere",
				cmp.Or(suggested(e.name, stepName), "1-run.md"))
			odd = append(odd, e.name)
		}
	}
	if !about && !meant {
		l.complain(dir, "%s is missing: it says what the chapter is about", chapterFile)
	}
	return l.counted(dir, steps, odd), about, inYourApp
}

// counted brings the steps into their order, and names gaps and doubles. A number that
// something odd has is no gap.
func (l *loader) counted(dir string, steps, odd []string) []string {
	slices.SortFunc(steps, byNumber)
	switch {
	case len(steps)+len(odd) == 0:
		l.complain(dir, "the chapter has no steps: a step is a file with a number, such as 1-run.md")
	case len(steps) > maxSteps:
		l.complain(dir, "the chapter has %d steps, and may have %d", len(steps), maxSteps)
		return nil
	}
	last := 0
	for i, name := range steps {
		n := numberOf(name)
		if n == last {
			l.complain(path.Join(dir, name), "%s has the number %d too: each step has its own", steps[i-1], n)
		}
		for gap := last + 1; gap < n; gap++ {
			if !slices.ContainsFunc(odd, func(o string) bool { return numberOf(o) == gap }) {
				l.complain(path.Join(dir, name), "there is no step %d before this one: steps count from 1 without gaps", gap)
				break
			}
		}
		last = n
	}
	return steps
}

// byNumber orders names by the number with which they begin, then by their letters.
func byNumber(a, b string) int {
	return cmp.Or(cmp.Compare(numberOf(a), numberOf(b)), strings.Compare(a, b))
}

// numberOf returns the number with which a name begins; 0 where it begins with none.
func numberOf(name string) int {
	end := strings.IndexFunc(name, func(r rune) bool { return r < '0' || r > '9' })
	n, _ := strconv.Atoi(name[:max(end, 0)])
	return n
}

// suggested returns a name of the form that comes near to the one given; "" where
// none does.
func suggested(name string, form *regexp.Regexp) string {
	base, ending := name, ""
	if form == stepName {
		base, ending = strings.TrimSuffix(strings.TrimSuffix(name, path.Ext(name)), ".md"), ".md"
	}
	var b strings.Builder
	for _, r := range norm.NFKD.String(strings.ToLower(base)) {
		switch {
		case 'a' <= r && r <= 'z', '0' <= r && r <= '9':
			b.WriteRune(r)
		case !unicode.Is(unicode.Mn, r) && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	better := strings.Trim(b.String(), "-") + ending
	if !form.MatchString(better) || len(better) > maxSaying {
		return ""
	}
	return better
}
