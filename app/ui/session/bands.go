package session

import (
	"slices"

	"oauthlab/app/timeline"
)

// isHere reports whether the band happened in the chapter since the lab came there, or
// happens in the one into which another page took it.
func isHere(b timeline.Band, chapter, elsewhere string) bool {
	return !b.Past && (b.Chapter == "" || b.Chapter == chapter || b.Chapter == elsewhere)
}

// CutBands tells what happened before the lab came to the chapter from what happens now.
// Past bands stand together by their chapter.
func CutBands(all []timeline.Band, chapter, elsewhere string) (past [][]timeline.Band, here []timeline.Band) {
	for _, b := range all {
		n := len(past)
		switch {
		case isHere(b, chapter, elsewhere):
			here = append(here, b)
		case n > 0 && past[n-1][0].Chapter == b.Chapter:
			past[n-1] = append(past[n-1], b)
		default:
			past = append(past, []timeline.Band{b})
		}
	}
	return past, here
}

// SelectedIn returns the selected position if it is in the band, else 0, so
// that other bands need not be drawn again.
func SelectedIn(b timeline.Band, selected uint64) uint64 {
	for _, r := range b.Rows {
		if IsSelected(r, selected) {
			return selected
		}
	}
	return 0
}

// IsSelected reports whether the row or a verdict on it is at the position.
func IsSelected(r timeline.Row, selected uint64) bool {
	return selected != 0 && (r.Seq == selected ||
		slices.ContainsFunc(r.Pills, func(p timeline.Pill) bool { return p.Seq == selected }))
}
