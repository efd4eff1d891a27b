package timeline

import (
	"oauthlab/lessons/event"
	"oauthlab/lessons/param"
)

// maxMarks bounds the marks on one arrow.
const maxMarks = 3

// marksOf returns the marks of an event's parameters.
func marksOf(e event.Event) []Mark {
	params := carriedBy(e)
	var marks []Mark
	for _, name := range param.OnArrow() {
		for _, p := range params {
			if p.Name == name && p.Value != "" && len(marks) < maxMarks {
				mark := MarkOf(p.Name, p.Value)
				if name == "resource" { // there may be several
					mark.Short = targetsOf(e)
				}
				marks = append(marks, mark)
				break
			}
		}
	}
	return marks
}

// MarkOf returns the mark of a parameter's value.
func MarkOf(name, value string) Mark {
	row, _ := param.Find(name)
	return Mark{Name: name, Brief: row.Brief, Value: value, Short: shorten(value, row.Mark), Kind: row.Mark}
}

// shorten keeps the first characters of a random value, and of a JWT the last, since all begin
// alike. An error code is a word and stays whole, and an API is called by its name.
func shorten(value string, kind param.Mark) string {
	if kind == param.MarkResource {
		return apiIn(value)
	}
	r := []rune(value)
	if kind == param.MarkError || len(r) <= 6 {
		return value
	}
	if isJWT(value) {
		return "…" + string(r[len(r)-4:])
	}
	return string(r[:4]) + "…"
}
