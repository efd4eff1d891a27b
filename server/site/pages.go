package site

import (
	"net/url"
	"strings"

	"golang.org/x/net/html"

	"oauthlab/app/timeline"
	"oauthlab/lessons/event"
	"oauthlab/server/asset"
	"oauthlab/web"
)

// Pages returns what chapters may link to on the lab's own origin, beside each
// other: by path, with the anchors in each.
func Pages() (map[string]map[string]bool, error) {
	books, err := ReadBooks()
	if err != nil {
		return nil, err
	}
	read, err := books.pages("", Course{})
	if err != nil {
		return nil, err
	}
	pages := map[string]map[string]bool{"/": {}}
	for path, page := range read {
		tree, err := html.Parse(strings.NewReader(page))
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
	names, err := assetNames(web.FS)
	for _, name := range names {
		pages[asset.Root+name] = map[string]bool{}
	}
	return pages, err
}

// Explains reports whether the inspector has a sentence for a parameter.
func Explains(parameter string) bool {
	shown := timeline.ParamsOf(event.Event{Request: &event.Request{URL: "/?" + url.Values{parameter: {"x"}}.Encode()}})
	return len(shown) == 1 && shown[0].Means != ""
}
