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
