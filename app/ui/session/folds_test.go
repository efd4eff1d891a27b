package session

import (
	"reflect"
	"strings"
	"testing"
)

func TestEarlierChaptersAreFolded(t *testing.T) {
	tests := map[string]struct {
		chapters string // of each thing; "-" for this chapter's
		apart    bool
		want     []Fold
	}{
		"nothing":             {"", false, nil},
		"this chapter's only": {"- - -", false, nil},
		"the newest first":    {"v01 - v02 v01", false, []Fold{{[]string{"v02"}, []int{2}}, {[]string{"v01"}, []int{0, 3}}}},
		"as many as stand alone": {
			"v01 v02 v03 v04 v05", false,
			[]Fold{{[]string{"v05"}, []int{4}}, {[]string{"v04"}, []int{3}}, {[]string{"v03"}, []int{2}}, {[]string{"v02"}, []int{1}}, {[]string{"v01"}, []int{0}}},
		},
		"the older ones share a line": {
			"v01 v02 v03 v04 v05 v10 v01 -", false,
			[]Fold{{[]string{"v10"}, []int{5}}, {[]string{"v05"}, []int{4}}, {[]string{"v04"}, []int{3}}, {[]string{"v03"}, []int{2}}, {[]string{"v02", "v01"}, []int{0, 1, 6}}},
		},
		"unless they are asked for": {
			"v01 v02 v03 v04 v05 v06", true,
			[]Fold{{[]string{"v06"}, []int{5}}, {[]string{"v05"}, []int{4}}, {[]string{"v04"}, []int{3}}, {[]string{"v03"}, []int{2}}, {[]string{"v02"}, []int{1}}, {[]string{"v01"}, []int{0}}},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var chapters []string
			for chapter := range strings.FieldsSeq(tt.chapters) {
				chapters = append(chapters, strings.Trim(chapter, "-"))
			}
			if got := FoldsOf(chapters, tt.apart); !reflect.DeepEqual(got, tt.want) {
				t.Errorf("%v, want %v", got, tt.want)
			}
		})
	}
}

// However many chapters there are, a few lines hold everything, and nothing twice.
func TestFoldsHoldEverythingOnce(t *testing.T) {
	var chapters []string
	for i := range 60 {
		chapters = append(chapters, "v"+string(rune('a'+i%25)))
	}
	folds := FoldsOf(chapters, false)
	held := map[int]int{}
	for _, f := range folds {
		for _, i := range f.Items {
			held[i]++
		}
	}
	if len(folds) != mostFolds || len(held) != len(chapters) {
		t.Errorf("%d lines hold %d of %d", len(folds), len(held), len(chapters))
	}
	for i, n := range held {
		if n != 1 {
			t.Errorf("%d is there %d times", i, n)
		}
	}
}
