package page

import (
	"strings"
	"testing"
)

func TestNeighboursAreBesideEachOther(t *testing.T) {
	c := Content{Chapters: []ChapterLink{{ID: "v02"}, {ID: "v03", Path: "/v03-pkce"}, {ID: "v04"}}}
	c.Chapter.ID = "v03"
	if before, after := c.Neighbours(); before.ID != "v02" || after.ID != "v04" {
		t.Errorf("neighbours %+v, %+v", before, after)
	}
}

// A chapter is called by its number and title, an interlude by its title alone.
func TestWhatAChapterIsCalled(t *testing.T) {
	c := Content{Chapters: []ChapterLink{{ID: "v07", Title: "OpenID Connect"}, {ID: "industry", Title: "What industry ships"}}}
	for id, want := range map[string]string{"v07": "v07 OpenID Connect", "industry": "What industry ships", "v99": "v99"} {
		if got := c.NameOf(id); got != want {
			t.Errorf("%s is called %q, want %q", id, got, want)
		}
	}
	for id, want := range map[string]string{"v07": "Chapter v07", "industry": "Reading"} {
		c.Chapter.ID, c.Chapter.Part = id, "Reading"
		if got := c.Heading(); got != want {
			t.Errorf("above %s stands %q, want %q", id, got, want)
		}
	}
	c.Chapter.ID, c.Chapter.Part = "pause", ""
	if got := c.Heading(); got != "Chapter" {
		t.Errorf("above an interlude without a part stands %q", got)
	}
}

func TestOneWayOn(t *testing.T) {
	c := Content{Chapters: []ChapterLink{{ID: "v01", Path: "/1"}, {ID: "v02", Path: "/2"}, {ID: "v03", Path: "/3"}, {ID: "v04"}}}
	tests := map[string]struct {
		here, finished, want string
	}{
		"the next":                        {"v01", "v02", "Next: v02"},
		"past the last, the first left":   {"v03", "v01", "Still to do: v02"},
		"past the last, none but the end": {"v03", "v01 v02", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			c.Chapter.ID = tt.here
			finished := map[string]bool{tt.here: true}
			for id := range strings.FieldsSeq(tt.finished) {
				finished[id] = true
			}
			if on, word := c.WayOn(finished); on.ID != "" && word+on.ID != tt.want || on.ID == "" && tt.want != "" {
				t.Errorf("on to %q, want %q", word+on.ID, tt.want)
			}
		})
	}
}
