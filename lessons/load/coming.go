package load

import (
	"errors"
	"io/fs"
)

// comingFile names the chapters that are to come, beside the folders of those that
// are there.
const comingFile = "coming.md"

// Coming is a chapter that is not there yet: its id, its title, and the part of the
// course that it will stand in.
type Coming struct{ ID, Title, Part string }

// ToCome reads coming.md: the chapters that are not there yet, in the order in which
// they will be taught. The error joins everything that is wrong.
func ToCome(fsys fs.FS) ([]Coming, error) {
	l := newLoader(Tree{FS: fsys})
	var front struct{ Chapters []Coming }
	f := l.read(comingFile, &front)
	for i, c := range front.Chapters {
		f.require(c.ID, "chapters", i, "id")
		f.require(c.Title, "chapters", i, "title")
		f.require(c.Part, "chapters", i, "part")
	}
	return front.Chapters, errors.Join(inOrder(f.problems)...)
}
