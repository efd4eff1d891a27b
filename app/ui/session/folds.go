package session

import "slices"

// mostFolds bounds the lines of earlier chapters in the panel: where there are more
// chapters, the older ones share the last line.
const mostFolds = 5

// Fold is one line of the panel about chapters before this one.
type Fold struct {
	Chapters []string // newest first; several where the older ones share the line
	Items    []int    // what it holds, of what was given
}

// FoldsOf puts what belongs to earlier chapters into folds, the newest first. chapters
// says of each thing where it is taught, "" for what is in none of the folds. Where apart
// is set, each chapter has a fold of its own, however many there are.
func FoldsOf(chapters []string, apart bool) []Fold {
	var names []string
	for _, name := range chapters {
		if name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	var folds []Fold
	for _, name := range slices.Backward(names) {
		if len(folds) == mostFolds && !apart {
			last := &folds[mostFolds-1]
			last.Chapters = append(last.Chapters, name)
		} else {
			folds = append(folds, Fold{Chapters: []string{name}})
		}
	}
	for i := range folds {
		for at, name := range chapters {
			if slices.Contains(folds[i].Chapters, name) {
				folds[i].Items = append(folds[i].Items, at)
			}
		}
	}
	return folds
}
