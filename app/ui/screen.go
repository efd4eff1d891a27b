package ui

import (
	"oauthlab/app/lab"
	"oauthlab/app/timeline"
	"oauthlab/lessons/api"
)

// screen is everything that the page shows and that may change. It is touched
// on the goroutine that draws only. Maps and slices in it are replaced, never
// changed: components compare them.
type screen struct {
	Lab    api.Lab
	Open   bool // the lab is there
	Status lab.Status
	View   timeline.View
	Steps  []timeline.StepProgress

	Busy   busy
	Notice notice

	Pane     pane // which column a narrow screen shows
	Message  timeline.Message
	Selected uint64 // position of Message; 0 for none
	Tab      tab
	Guard    string // part that the Why tab is about
	Code     api.Code

	Unfolded map[string]bool // bands that the learner opened or folded, by key
	Opened   map[string]bool // steps that the learner opened or folded, by id
	Answers  map[string]int  // chosen options of the predictions, by the step's id
	Read     map[string]bool // steps without goals that the learner has read

	InFrame bool // Alice's browser shows something since this page was loaded
	StayIn  bool // runs do not sign Alice out first

	State     api.State // nil until it is asked for
	StateOpen bool
}

// busy says what the lab is doing that forbids doing it again.
type busy string

const (
	idle      busy = ""
	running   busy = "run"
	attacking busy = "attack"
	switching busy = "switch"
)

// pane is a column of the page.
type pane string

const (
	paneLesson  pane = "lesson"
	paneStage   pane = "stage"
	paneBrowser pane = "browser"
	panePanel   pane = "panel"
)

// tab is a view of the inspector.
type tab string

const (
	tabRaw     tab = "raw"
	tabDecoded tab = "decoded"
	tabWhy     tab = "why"
)

// notice is a sentence about what went wrong, and what to do.
type notice struct {
	Text  string
	Again bool // offers to start again
}

// with returns a copy of m in which key is value.
func with[V any](m map[string]V, key string, value V) map[string]V {
	next := make(map[string]V, len(m)+1)
	for k, v := range m {
		next[k] = v
	}
	next[key] = value
	return next
}
