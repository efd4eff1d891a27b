package ui

import (
	"encoding/json"
	"slices"

	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"oauthlab/lessons"
	"oauthlab/lessons/api"
)

// ContentID is the id of the element in which a page carries its content.
const ContentID = "content"

// Content is what one page says. The server puts it into the page, and the
// program in the browser reads it back, so that both draw the same.
type Content struct {
	Path     string          `json:"path"` // of the page that it was made for
	Chapter  lessons.Chapter `json:"chapter"`
	Attacks  []api.Attack    `json:"attacks,omitempty"`
	Chapters []ChapterLink   `json:"chapters,omitempty"` // in the order in which they are taught
	Changes  string          `json:"changes,omitempty"`  // HTML: what the chapter changed since the version before
	Reading  string          `json:"-"`                  // HTML: the whole page, for who runs no script; on the server only

	Terms map[string]string `json:"terms,omitempty"` // of the glossary, by the parameter that carries them
}

// ChapterLink is one chapter in the switcher at the top.
type ChapterLink struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	Path  string `json:"path,omitempty"` // empty: not there yet
	Tour  string `json:"tour,omitempty"` // what the landing page calls its tour; empty for none
}

// DecodeContent reads what the page carries. A page without content, or with
// something else under its name, has none.
func DecodeContent(text string) Content {
	var c Content
	if json.Unmarshal([]byte(text), &c) != nil {
		return Content{}
	}
	return c
}

// embed returns the data block from which DecodeContent reads, on the server only: the
// program has read it when it draws. JSON escapes "<", so that nothing in it can end
// the block, and a data block never runs.
func (c Content) embed() app.UI {
	if app.IsClient {
		return nil
	}
	text, err := json.Marshal(c)
	if err != nil {
		text = []byte("{}")
	}
	return app.Raw(`<script type="application/json" id="` + ContentID + `">` + string(text) + `</script>`)
}

// attack returns the attack id of the chapter's catalogue.
func (c Content) attack(id string) (api.Attack, bool) {
	for _, a := range c.Attacks {
		if a.ID == id {
			return a, true
		}
	}
	return api.Attack{}, false
}

// switches reports whether a step of the lesson switches the protection id.
func (c Content) switches(id string) bool {
	return slices.Contains(c.stars(), id)
}

// stars returns the protections that the lesson switches.
func (c Content) stars() []string {
	var ids []string
	for _, s := range c.Chapter.Steps {
		if s.Protection != "" && !slices.Contains(ids, s.Protection) {
			ids = append(ids, s.Protection)
		}
	}
	return ids
}

// neighbours returns the chapters before and after this one; the zero value
// where there is none.
func (c Content) neighbours() (before, after ChapterLink) {
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
