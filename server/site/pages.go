package site

import (
	"bytes"
	"io/fs"
	"net/url"

	"golang.org/x/net/html"

	"oauthlab/app/timeline"
	"oauthlab/lessons/content"
	"oauthlab/lessons/event"
	"oauthlab/web"
)

// Pages returns what chapters may link to on the lab's own origin, beside each
// other: by path, with the anchors in each.
func Pages() (map[string]map[string]bool, error) {
	books, err := ReadBooks(content.FS)
	if err != nil {
		return nil, err
	}
	read, err := books.pages("", nil)
	if err != nil {
		return nil, err
	}
	pages := map[string]map[string]bool{"/": {}}
	for path, page := range read {
		tree, err := html.Parse(bytes.NewReader(page))
		if err != nil {
			return nil, err
		}
		pages[path] = map[string]bool{}
		for n := range tree.Descendants() {
			for _, a := range n.Attr {
				if a.Key == "id" {
					pages[path][a.Val] = true
				}
			}
		}
	}
	err = fs.WalkDir(web.FS, ".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && !isBuildOutput("/web/"+path) {
			pages["/web/"+path] = map[string]bool{}
		}
		return err
	})
	return pages, err
}

// Explains reports whether the inspector has a sentence for a parameter.
func Explains(parameter string) bool {
	shown := timeline.ParamsOf(event.Event{Request: &event.Request{URL: "/?" + url.Values{parameter: {"x"}}.Encode()}})
	return len(shown) == 1 && shown[0].Means != ""
}
