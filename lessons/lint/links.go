package lint

import (
	"regexp"
	"slices"
	"strings"

	"oauthlab/lessons/load"
)

// checkLinks refuses links that lead nowhere: to pages and anchors that the lab does
// not have, and to sections of an RFC written otherwise than its publisher does, or
// otherwise than the words of the link say.
func (c *checker) checkLinks(chapter load.Chapter) {
	for _, f := range files(chapter) {
		for _, link := range f.Links {
			if wrong := c.deadLink(link.Text, link.URL); wrong != "" {
				c.in(f, link.Line, "%s", wrong)
			}
		}
	}
	for i, s := range chapter.Sections {
		if wrong := c.deadLink(s.Title, s.URL); wrong != "" {
			c.at(chapter.About, path("sections", i, "url"), "%s", wrong)
		}
	}
}

// deadLink says what is wrong with a link; "" where nothing is.
func (c *checker) deadLink(text, url string) string {
	switch {
	case strings.HasPrefix(url, "#"):
		return "link to " + url + ": a chapter has no anchors"
	case strings.HasPrefix(url, "/"):
		return c.deadPage(url)
	case strings.HasPrefix(url, editor):
		return deadSection(text, url)
	case strings.Contains(url, "//rfc-editor.org/"), strings.Contains(url, "datatracker.ietf.org/doc/html/rfc"), strings.Contains(url, "tools.ietf.org/html/rfc"):
		return "link to " + url + ": write " + editor + "rfc6749#section-4.1"
	}
	return ""
}

func (c *checker) deadPage(url string) string {
	address, anchor, anchored := strings.Cut(url, "#")
	page, _, _ := strings.Cut(address, "?")
	if slices.ContainsFunc(c.chapters, func(o load.Chapter) bool { return o.Path == page }) {
		if anchored {
			return "link to " + url + ": a chapter has no anchors"
		}
		return ""
	}
	switch anchors, there := c.house.Pages[page]; {
	case !there && c.house.Partly: // it may be that of a chapter that could not be read
	case !there:
		return "link to " + url + ": the lab has no page " + page
	case anchored && !anchors[anchor]:
		return "link to " + url + ": the page has no anchor #" + anchor
	}
	return ""
}

// editor is where RFCs are published.
const editor = "https://www.rfc-editor.org/rfc/"

var (
	rfcURL     = regexp.MustCompile(`^rfc([0-9]+)(?:#(?:section-([0-9]+(?:\.[0-9]+)*)|appendix-([A-Z](?:\.[0-9]+)*)))?$`)
	saidNumber = regexp.MustCompile(`RFC ([0-9]+)`)
	saidPlace  = regexp.MustCompile(`(?:§|appendix )([0-9A-Z]+(?:\.[0-9]+)*)`)
)

// deadSection compares a link into an RFC with the words that carry it.
func deadSection(text, url string) string {
	m := rfcURL.FindStringSubmatch(strings.TrimPrefix(url, editor))
	if m == nil {
		return "link to " + url + ": a section is written " + editor + "rfc6749#section-4.1, or #appendix-A"
	}
	if said := saidNumber.FindStringSubmatch(text); said != nil && said[1] != m[1] {
		return "link to " + url + ": its words name RFC " + said[1]
	}
	var places []string
	for _, said := range saidPlace.FindAllStringSubmatch(text, -1) {
		places = append(places, said[1])
	}
	if len(places) > 0 && !slices.Contains(places, m[2]+m[3]) {
		return "link to " + url + ": its words name §" + strings.Join(places, ", §")
	}
	return ""
}
