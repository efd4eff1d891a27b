package page

import (
	"testing"
)

func TestNeighboursAreBesideEachOther(t *testing.T) {
	c := Content{Chapters: []ChapterLink{{ID: "v02"}, {ID: "v03", Path: "/v03-pkce"}, {ID: "v04"}}}
	c.Chapter.ID = "v03"
	if before, after := c.Neighbours(); before.ID != "v02" || after.ID != "v04" {
		t.Errorf("neighbours %+v, %+v", before, after)
	}
}
