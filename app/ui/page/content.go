// Package page is what a page says: the server puts it in, and the program in the
// browser reads it back.
package page

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"oauthlab/app/timeline"
	"oauthlab/lessons"
	"oauthlab/lessons/api"
)

// ElementID is the id of the element in which a page carries its content.
const ElementID = "content"

// Content is what one page says. The server puts it into the page, and the
// program in the browser reads it back, so that both draw the same.
type Content struct {
	Path      string            `json:"path"` // of the page that it was made for
	Chapter   lessons.Chapter   `json:"chapter"`
	Attacks   []api.Attack      `json:"attacks,omitempty"`     // those that the lab of the chapter knows, in the order in which they are taught
	Chapters  []ChapterLink     `json:"chapters,omitempty"`    // in the order in which they are taught
	List      string            `json:"list,omitempty"`        // HTML: all of them; in a chapter, a menu of them
	Coming    []timeline.Coming `json:"coming,omitempty"`      // what the chapter's flow puts into the diagram
	Changes   string            `json:"changes,omitempty"`     // HTML: what the chapter changed since the version before
	Reading   string            `json:"-"`                     // HTML: the whole page, for who runs no script; on the server only
	InYourApp string            `json:"in_your_app,omitempty"` // HTML: what to check in an app of one's own

	Terms map[string]string `json:"terms,omitempty"` // of the glossary, by the parameter that carries them
}

// ChapterLink is one chapter in the list of all.
type ChapterLink struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	Part  string `json:"part,omitempty"` // of the course, which heads it in the menu; empty where it says none
	Path  string `json:"path,omitempty"` // empty: not there yet
	Tour  string `json:"tour,omitempty"` // what the landing page calls its tour; empty for none
}

// Number is what counts the chapter; an interlude has none.
func (l ChapterLink) Number() string {
	if strings.ContainsAny(l.ID, "0123456789") {
		return l.ID
	}
	return ""
}

// Name is what the chapter is called: "v03 PKCE", and an interlude by its title.
func (l ChapterLink) Name() string { return strings.TrimSpace(l.Number() + " " + l.Title) }

// Decode reads what the page carries. A page without content, or with
// something else under its name, has none.
func Decode(text string) Content {
	var c Content
	if json.Unmarshal([]byte(text), &c) != nil {
		return Content{}
	}
	return c
}

// Attack returns the attack id of the chapter's catalogue.
func (c Content) Attack(id string) (api.Attack, bool) {
	for _, a := range c.Attacks {
		if a.ID == id {
			return a, true
		}
	}
	return api.Attack{}, false
}

// Switches reports whether a step of the lesson switches the protection id.
func (c Content) Switches(id string) bool {
	return slices.Contains(c.Stars(), id)
}

// Stars returns the protections that the lesson switches.
func (c Content) Stars() []string {
	var ids []string
	for _, s := range c.Chapter.Steps {
		if s.Protection != "" && !slices.Contains(ids, s.Protection) {
			ids = append(ids, s.Protection)
		}
	}
	return ids
}

// Neighbours returns the chapters before and after this one; the zero value
// where there is none.
func (c Content) Neighbours() (before, after ChapterLink) {
	for i, link := range c.Chapters {
		if link.ID != c.Chapter.ID {
			continue
		}
		if i > 0 {
			before = c.Chapters[i-1]
		}
		if i+1 < len(c.Chapters) {
			after = c.Chapters[i+1]
		}
	}
	return before, after
}

// WayOn returns the chapter to go on to, and the word for it: the next that is there, else
// the first that is left to do. The zero value where all are done. finished are those that
// are, by id.
func (c Content) WayOn(finished map[string]bool) (left ChapterLink, word string) {
	past := false
	for _, link := range c.Chapters {
		switch {
		case link.ID == c.Chapter.ID:
			past = true
		case link.Path == "":
		case past:
			return link, "Next: "
		case left.ID == "" && !finished[link.ID]:
			left = link
		}
	}
	return left, "Still to do: "
}

// Heading is what stands above the chapter's question: "Chapter v03", and above that of
// an interlude the part of the course.
func (c Content) Heading() string {
	if number := (ChapterLink{ID: c.Chapter.ID}).Number(); number != "" {
		return "Chapter " + number
	}
	return cmp.Or(c.Chapter.Part, "Chapter")
}

// NameOf returns what a chapter is called.
func (c Content) NameOf(id string) string {
	for _, link := range c.Chapters {
		if link.ID == id {
			return link.Name()
		}
	}
	return id
}
